using Xunit;

namespace FrameRpc.Tests.EndToEnd;

public sealed class EvenCallersTests : IDisposable
{
    private readonly TestNetwork _network = new();

    public void Dispose() => _network.Dispose();

    /// <summary>The kernel's hash alone would put eight callers 4 and 4 in a quarter of all rounds.</summary>
    [Theory]
    [InlineData("tcp")]
    [InlineData("unix")]
    public void Eight_callers_on_two_workers_are_four_and_four_however_often_they_come_and_go(string transport)
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { SmfListener = _network.Address(transport, "smf"), Workers = 2 });
        int[] none = gateway.WatchedByEachWorker();
        Assert.Equal(2, none.Length);

        for (int round = 0; round < 10; round++)
        {
            Peer[] callers = [.. Enumerable.Range(0, 8).Select(_ => Peer.Connect(gateway.SmfAddress))];
            AwaitMore(gateway, none, 8);
            Assert.Equal([4, 4], gateway.WatchedByEachWorker().Zip(none, (now, before) => now - before));

            foreach (Peer caller in callers)
                caller.Dispose();
            AwaitMore(gateway, none, 0);
        }
    }

    [Fact]
    public void A_caller_that_was_handed_over_is_served_like_any_other()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Workers = 2 });
        Peer[] callers = [.. Enumerable.Range(0, 16).Select(_ => Peer.Connect(gateway.SmfAddress))];
        foreach (Peer caller in callers)
        {
            caller.Send(SmfMessage.Request(7).ToBytes());
            Assert.Equal(SmfMessage.Request(7) with { Meta = 200 }, SmfMessage.Read(caller));
            caller.Dispose();
        }
    }

    private static void AwaitMore(GatewayProcess gateway, int[] before, int callers) => Patience.Until(
        () => gateway.WatchedByEachWorker().Sum() == before.Sum() + callers, $"{callers} callers are served");
}
