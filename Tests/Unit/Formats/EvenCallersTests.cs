using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.Formats;

/// <summary>Whoever accepts a caller, the worker with the fewest serves it.</summary>
public sealed class EvenCallersTests
{
    [Test]
    [Arguments(2)]
    [Arguments(3)]
    [Arguments(4)]
    public async Task Callers_that_one_worker_accepts_are_served_by_all_alike(int workers)
    {
        using var gateway = new WorkersByHand(workers);
        Peer[] callers = gateway.ConnectSmf(4 * workers);

        gateway.TurnAll();

        await Assert.That(gateway.Open).IsSequence(Enumerable.Repeat(4L, workers));
        await Assert.That(gateway.Counters.Sum(counters => counters.HandedOver)).IsEqualTo(4 * (workers - 1));
        await AssertServed(gateway, callers);
    }

    [Test]
    public async Task Each_listener_is_spread_for_itself()
    {
        using var gateway = new WorkersByHand(2);
        gateway.ConnectSmf(2);
        gateway.TurnAll();
        using Peer first = gateway.ConnectFrames();
        using Peer second = gateway.ConnectFrames();

        gateway.TurnAll();

        await Assert.That(gateway.Open).IsSequence([2, 2]);
    }

    [Test]
    [Arguments(0)]
    [Arguments(1)]
    public async Task Callers_who_come_for_those_who_left_make_it_even_again(int acceptor)
    {
        using var gateway = new WorkersByHand(2);
        // Those who came first are handed over last: worker 0 keeps the odd ones.
        Peer[] callers = gateway.ConnectSmf(8);
        gateway.TurnAll();
        for (int i = 0; i < callers.Length; i += 2)
            callers[i].CloseAtOnce();
        gateway.TurnAll();
        await Assert.That(gateway.Open.Order()).IsSequence([0, 4]);

        gateway.ConnectSmf(4);
        gateway.Turn(acceptor);
        gateway.TurnAll();

        await Assert.That(gateway.Open).IsSequence([4, 4]);
    }

    [Test]
    public async Task A_worker_that_has_no_more_than_others_keeps_whom_it_accepts()
    {
        using var gateway = new WorkersByHand(2);
        gateway.ConnectSmf(1);
        gateway.Turn(1);
        gateway.ConnectSmf(1);
        gateway.Turn(0);

        await Assert.That(gateway.Open).IsSequence([1, 1]);
        foreach (Gateway.EventLoop.ListenerCounters counters in gateway.Counters)
            await Assert.That(counters.HandedOver).IsEqualTo(0);
    }

    [Test]
    [Arguments("listener", 2)]
    [Arguments("limits", 2)]
    [Arguments("listener", 3)]
    [Arguments("limits", 3)]
    public async Task As_many_callers_as_the_limit_says_are_served_over_all_workers_and_not_one_more(string where, int workers)
    {
        const string five = """ "connectionsMax": 5 """;
        using var gateway = new WorkersByHand(workers, where == "listener" ? five : "", where == "limits" ? five : "");
        Peer[] served = gateway.ConnectSmf(5);
        Peer[] refused = gateway.ConnectSmf(2);
        gateway.TurnAll();
        await Assert.That(gateway.Open.Sum()).IsEqualTo(5);
        await Assert.That(gateway.Counters.Sum(counters => counters.Refused)).IsEqualTo(2);
        foreach (Peer caller in refused)
            await Assert.That(caller.ReadToEnd().Bytes).IsEmpty();

        served[0].CloseAtOnce();
        gateway.TurnAll();
        Peer[] next = gateway.ConnectSmf(2);
        gateway.TurnAll();

        await Assert.That(gateway.Open.Sum()).IsEqualTo(5);
        await AssertServed(gateway, [.. served[1..], next[0]]);
        await Assert.That(next[1].ReadToEnd().Bytes).IsEmpty();
    }

    [Test]
    public async Task A_caller_handed_to_a_worker_that_has_drained_meanwhile_is_told_by_an_end()
    {
        using var gateway = new WorkersByHand(2);
        Task drained = gateway.Drain(1);
        gateway.Turn(1);
        await Assert.That(drained.IsCompletedSuccessfully).IsTrue();
        Peer[] callers = gateway.ConnectSmf(2);
        gateway.Turn(0);
        gateway.Turn(1);

        await Assert.That(callers).HasSingleItem(caller => IsOver(gateway, caller));
        foreach (Peer caller in callers)
            caller.CloseAtOnce();
        gateway.TurnAll();
        await Assert.That(gateway.Open).IsSequence([0, 0]);
    }

    private static async Task AssertServed(WorkersByHand gateway, IEnumerable<Peer> callers)
    {
        foreach (Peer caller in callers)
        {
            caller.Send(SmfMessage.Request(7).ToBytes());
            gateway.TurnAll();
            await Assert.That(SmfMessage.Read(caller)).IsEqualTo(SmfMessage.Request(7) with { Meta = 200 });
        }
    }

    private static bool IsOver(WorkersByHand gateway, Peer caller)
    {
        caller.Send(SmfMessage.Request(7).ToBytes());
        gateway.TurnAll();
        return SmfMessage.Read(caller) is null;
    }
}
