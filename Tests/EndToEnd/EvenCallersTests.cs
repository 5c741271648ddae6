using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.EndToEnd;

public sealed class EvenCallersTests : IDisposable
{
    private readonly TestNetwork _network = new();

    public void Dispose() => _network.Dispose();

    /// <summary>The kernel's hash alone would put eight callers 4 and 4 in a quarter of all rounds.</summary>
    [Test]
    [Arguments("tcp")]
    [Arguments("unix")]
    public async Task Eight_callers_on_two_workers_are_four_and_four_however_often_they_come_and_go(string transport)
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { SmfListener = _network.Address(transport, "smf"), Workers = 2 });
        int[] none = gateway.WatchedByEachWorker();
        await Assert.That(none.Length).IsEqualTo(2);

        for (int round = 0; round < 10; round++)
        {
            Peer[] callers = [.. Enumerable.Range(0, 8).Select(_ => Peer.Connect(gateway.SmfAddress))];
            AwaitMore(gateway, none, 8);
            await Assert.That(gateway.WatchedByEachWorker().Zip(none, (now, before) => now - before)).IsSequence([4, 4]);

            foreach (Peer caller in callers)
                caller.Dispose();
            AwaitMore(gateway, none, 0);
        }
    }

    [Test]
    public async Task A_caller_that_was_handed_over_is_served_like_any_other()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Workers = 2 });
        Peer[] callers = [.. Enumerable.Range(0, 16).Select(_ => Peer.Connect(gateway.SmfAddress))];
        foreach (Peer caller in callers)
        {
            caller.Send(SmfMessage.Request(7).ToBytes());
            await Assert.That(SmfMessage.Read(caller)).IsEqualTo(SmfMessage.Request(7) with { Meta = 200 });
            caller.Dispose();
        }
    }

    private static void AwaitMore(GatewayProcess gateway, int[] before, int callers) => Patience.Until(
        () => gateway.WatchedByEachWorker().Sum() == before.Sum() + callers, $"{callers} callers are served");
}
