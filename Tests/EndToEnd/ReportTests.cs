using System.Text.RegularExpressions;
using Xunit;

namespace FrameRpc.Tests.EndToEnd;

public sealed class ReportTests
{
    private const string FourCallersWereServed = "served: 4 callers, 0 refused, ";

    [Fact]
    public void A_gateway_says_how_things_are_whenever_it_is_asked_and_at_its_end()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Workers = 2 });
        Peer[] callers = [.. Enumerable.Range(0, 4).Select(_ => Peer.Connect(gateway.SmfAddress))];
        foreach (Peer caller in callers)
            AssertServes(caller);

        string line = gateway.Report();

        Assert.StartsWith(FourCallersWereServed, line, StringComparison.Ordinal);
        Assert.Contains(" handed over, 2+2 open; 4 calls, 0 refused, 0.0 MiB of large bodies spliced, 0.0 copied, 0 pieces by choice, 0 not spliced for want of a pipe, 0 pipes in use; ", line, StringComparison.Ordinal);
        foreach (Peer caller in callers)
            AssertServes(caller);
        Assert.Equal(CollectionsIn(line), CollectionsIn(gateway.Report()));
        foreach (Peer caller in callers)
            caller.Dispose();
        gateway.Signal(Signals.Terminate);
        Assert.Equal(0, gateway.WaitForExit());
        string last = gateway.Output.Split('\n')[^2];
        Assert.StartsWith(FourCallersWereServed, last, StringComparison.Ordinal);
        Assert.Contains(" 0+0 open; 8 calls, ", last, StringComparison.Ordinal);
    }

    /// <summary>One may belong to the start: from how many bytes on the runtime collects depends on the processor's cache.</summary>
    private static string CollectionsIn(string line) => Regex.Match(line, "; [0-9]+ collections, ").Value;

    private static void AssertServes(Peer caller)
    {
        caller.Send(SmfMessage.Request(7).ToBytes());
        Assert.Equal(SmfMessage.Request(7) with { Meta = 200 }, SmfMessage.Read(caller));
    }
}
