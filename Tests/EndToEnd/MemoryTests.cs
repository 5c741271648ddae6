using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.EndToEnd;

[NotInParallel] // Loads the machine, or takes much of what it lets a process open.
public sealed class MemoryTests
{
    private const int ConnectionsWanted = 10_000;

    /// <summary>Less than half of what the connections take at their height.</summary>
    private const long KeptMax = 4 * Sizes.MiB;

    [Test]
    public void Memory_comes_back_after_ten_thousand_connections_and_a_gibibyte()
    {
        int count = OpenFilesAllowed.Of(ConnectionsWanted);
        using var smf = DemoProcess.Start("smf");
        using var frames = DemoProcess.Start("frame");
        using var gateway = GatewayProcess.Start(new GatewayFile
        {
            SmfServers = [smf.Address],
            FrameServers = [frames.Address],
            Limits = """ "connectionsMax": 30000 """,
        });
        CallerLoad.Smf(gateway.SmfAddress, connections: 4, inFlight: 4, 1000);
        CallerLoad.Frames(gateway.FrameAddress, connections: 4, inFlight: 4, 1000);
        long idle = gateway.ResidentBytes;

        Peer[] callers = [.. Enumerable.Range(0, count).Select(i => Call(gateway, i))];
        LargeBody.Stream(gateway.FrameAddress, Sizes.GiB);
        long most = gateway.ResidentBytes;
        foreach (Peer caller in callers)
            caller.Dispose();

        Patience.Until(
            () => gateway.ResidentBytes <= idle + KeptMax,
            $"the gateway's memory is again within {KeptMax} bytes of the {idle} before; it was {most}, and is {gateway.ResidentBytes}");
        TestContext.Current!.OutputWriter!.WriteLine($"{idle / 1024} KiB before, {most / 1024} KiB with {count} connections, {gateway.ResidentBytes / 1024} KiB after");
        TestContext.Current!.OutputWriter!.WriteLine(gateway.Report());
        CallerLoad.Smf(gateway.SmfAddress, connections: 4, inFlight: 4, 1000);
    }

    private static Peer Call(GatewayProcess gateway, int number)
    {
        bool isSmf = number % 2 == 0;
        var caller = Peer.Connect(isSmf ? gateway.SmfAddress : gateway.FrameAddress);
        caller.Send(isSmf ? SmfMessage.Request(7).ToBytes() : FrameMessage.Call("Echo", "7").ToBytes());
        if (isSmf)
            Must.Hold(SmfMessage.Read(caller)!.Meta == 200u);
        else
            Must.Hold(FrameMessage.Read(caller)!.Text == "7");
        return caller;
    }
}
