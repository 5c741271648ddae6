using System.Text.RegularExpressions;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Smf;
using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>bench/steady-state.sh asks the same of 30 seconds.</summary>
[NotInParallel] // Loads the machine, or takes much of what it lets a process open.
public sealed partial class SteadyStateTests
{
    private const int LargeBytes = 2 * (int)Sizes.MiB;

    [Test]
    public async Task Calls_of_every_kind_cause_no_collection()
    {
        using var smf = DemoProcess.Start("smf");
        using var frames = DemoProcess.Start("frame");
        using var gateway = GatewayProcess.Start(new GatewayFile { SmfServers = [smf.Address], FrameServers = [frames.Address] });
        await Load(gateway, scale: 1);
        int before = Collections(gateway.Report());

        await Load(gateway, scale: 10);

        string after = gateway.Report();
        TestContext.Current!.OutputWriter!.WriteLine(after);
        await Assert.That(Collections(after)).IsEqualTo(before);
    }

    private static Task Load(GatewayProcess gateway, int scale) => Task.WhenAll(
        InBackground(() => CallerLoad.Smf(gateway.SmfAddress, connections: 32, inFlight: 16, 50_000 * scale)),
        InBackground(() => CallerLoad.Frames(gateway.FrameAddress, connections: 16, inFlight: 4, 10_000 * scale)),
        InBackground(() => LargeBody.Stream(gateway.FrameAddress, 32 * Sizes.MiB * scale)),
        InBackground(() => CallLarge(gateway.SmfAddress, calls: 10 * scale)));

    private static void CallLarge(string address, int calls)
    {
        using var caller = Peer.Connect(address);
        byte[] request = new SmfMessage(7, SmfMessage.Get, SmfMessage.Table(LargeBytes)).ToBytes();
        byte[] reply = new byte[SmfHeader.Bytes + LargeBytes];
        for (; calls > 0; calls--)
        {
            caller.Send(request);
            Must.Hold(caller.TryReceive(reply));
            Must.Hold(SmfHeader.Read(reply).Meta == SmfStatus.Ok);
        }
    }

    private static int Collections(string report) => int.Parse(CollectionsPattern().Match(report).Groups[1].Value, null);

    [GeneratedRegex("; ([0-9]+) collections, ")]
    private static partial Regex CollectionsPattern();

    private static Task InBackground(Action run) =>
        Task.Factory.StartNew(run, TestContext.Current!.Execution.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
