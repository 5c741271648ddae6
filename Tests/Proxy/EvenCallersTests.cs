using FrameRpc.Tests.EndToEnd;
using Xunit;

namespace FrameRpc.Tests.Proxy;

/// <summary>Whoever accepts a caller, the worker with the fewest serves it.</summary>
public sealed class EvenCallersTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Callers_that_one_worker_accepts_are_served_by_all_alike(int workers)
    {
        using var gateway = new WorkersByHand(workers);
        Peer[] callers = gateway.ConnectSmf(4 * workers);

        gateway.TurnAll();

        Assert.Equal(Enumerable.Repeat(4L, workers), gateway.Open);
        Assert.Equal(4 * (workers - 1), gateway.Counters.Sum(counters => counters.HandedOver));
        AssertServed(gateway, callers);
    }

    [Fact]
    public void Each_listener_is_spread_for_itself()
    {
        using var gateway = new WorkersByHand(2);
        gateway.ConnectSmf(2);
        gateway.TurnAll();
        using Peer first = gateway.ConnectFrames();
        using Peer second = gateway.ConnectFrames();

        gateway.TurnAll();

        Assert.Equal([2, 2], gateway.Open);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Callers_who_come_for_those_who_left_make_it_even_again(int acceptor)
    {
        using var gateway = new WorkersByHand(2);
        // Those who came first are handed over last: worker 0 keeps the odd ones.
        Peer[] callers = gateway.ConnectSmf(8);
        gateway.TurnAll();
        for (int i = 0; i < callers.Length; i += 2)
            callers[i].CloseAtOnce();
        gateway.TurnAll();
        Assert.Equal([0, 4], gateway.Open.Order());

        gateway.ConnectSmf(4);
        gateway.Turn(acceptor);
        gateway.TurnAll();

        Assert.Equal([4, 4], gateway.Open);
    }

    [Fact]
    public void A_worker_that_has_no_more_than_others_keeps_whom_it_accepts()
    {
        using var gateway = new WorkersByHand(2);
        gateway.ConnectSmf(1);
        gateway.Turn(1);
        gateway.ConnectSmf(1);
        gateway.Turn(0);

        Assert.Equal([1, 1], gateway.Open);
        Assert.All(gateway.Counters, counters => Assert.Equal(0, counters.HandedOver));
    }

    [Theory]
    [InlineData("listener", 2)]
    [InlineData("limits", 2)]
    [InlineData("listener", 3)]
    [InlineData("limits", 3)]
    public void As_many_callers_as_the_limit_says_are_served_over_all_workers_and_not_one_more(string where, int workers)
    {
        const string five = """ "connectionsMax": 5 """;
        using var gateway = new WorkersByHand(workers, where == "listener" ? five : "", where == "limits" ? five : "");
        Peer[] served = gateway.ConnectSmf(5);
        Peer[] refused = gateway.ConnectSmf(2);
        gateway.TurnAll();
        Assert.Equal(5, gateway.Open.Sum());
        Assert.Equal(2, gateway.Counters.Sum(counters => counters.Refused));
        Assert.All(refused, caller => Assert.Empty(caller.ReadToEnd().Bytes));

        served[0].CloseAtOnce();
        gateway.TurnAll();
        Peer[] next = gateway.ConnectSmf(2);
        gateway.TurnAll();

        Assert.Equal(5, gateway.Open.Sum());
        AssertServed(gateway, [.. served[1..], next[0]]);
        Assert.Empty(next[1].ReadToEnd().Bytes);
    }

    [Fact]
    public void A_caller_handed_to_a_worker_that_has_drained_meanwhile_is_told_by_an_end()
    {
        using var gateway = new WorkersByHand(2);
        Task drained = gateway.Drain(1);
        gateway.Turn(1);
        Assert.True(drained.IsCompletedSuccessfully);
        Peer[] callers = gateway.ConnectSmf(2);
        gateway.Turn(0);
        gateway.Turn(1);

        Assert.Single(callers, caller => IsOver(gateway, caller));
        foreach (Peer caller in callers)
            caller.CloseAtOnce();
        gateway.TurnAll();
        Assert.Equal([0, 0], gateway.Open);
    }

    private static void AssertServed(WorkersByHand gateway, IEnumerable<Peer> callers)
    {
        foreach (Peer caller in callers)
        {
            caller.Send(SmfMessage.Request(7).ToBytes());
            gateway.TurnAll();
            Assert.Equal(SmfMessage.Request(7) with { Meta = 200 }, SmfMessage.Read(caller));
        }
    }

    private static bool IsOver(WorkersByHand gateway, Peer caller)
    {
        caller.Send(SmfMessage.Request(7).ToBytes());
        gateway.TurnAll();
        return SmfMessage.Read(caller) is null;
    }
}
