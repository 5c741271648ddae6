using System.Text.RegularExpressions;
using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.EndToEnd;

public sealed class ReportTests
{
    private const string FourCallersWereServed = "served: 4 callers, 0 refused, ";

    [Test]
    public async Task A_gateway_says_how_things_are_whenever_it_is_asked_and_at_its_end()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Workers = 2 });
        Peer[] callers = [.. Enumerable.Range(0, 4).Select(_ => Peer.Connect(gateway.SmfAddress))];
        foreach (Peer caller in callers)
            await AssertServes(caller);

        string line = gateway.Report();

        await Assert.That(line).StartsWith(FourCallersWereServed, StringComparison.Ordinal);
        await Assert.That(line)
            .Contains(" handed over, 2+2 open; 4 calls, 0 refused, 0.0 MiB of large bodies spliced, 0.0 copied, 0 pieces by choice, 0 splices refused, 0 pipes in use; ", StringComparison.Ordinal);
        foreach (Peer caller in callers)
            await AssertServes(caller);
        await Assert.That(CollectionsIn(gateway.Report())).IsEqualTo(CollectionsIn(line));
        foreach (Peer caller in callers)
            caller.Dispose();
        gateway.Signal(Signals.Terminate);
        await Assert.That(gateway.WaitForExit()).IsEqualTo(0);
        string last = gateway.Output.Split('\n')[^2];
        await Assert.That(last).StartsWith(FourCallersWereServed, StringComparison.Ordinal);
        await Assert.That(last).Contains(" 0+0 open; 8 calls, ", StringComparison.Ordinal);
    }

    /// <summary>One may belong to the start: from how many bytes on the runtime collects depends on the processor's cache.</summary>
    private static string CollectionsIn(string line) => Regex.Match(line, "; [0-9]+ collections, ").Value;

    private static async Task AssertServes(Peer caller)
    {
        caller.Send(SmfMessage.Request(7).ToBytes());
        await Assert.That(SmfMessage.Read(caller)).IsEqualTo(SmfMessage.Request(7) with { Meta = 200 });
    }
}
