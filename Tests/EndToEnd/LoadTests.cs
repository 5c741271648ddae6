namespace FrameRpc.Tests.EndToEnd;

[NotInParallel] // Loads the machine, or takes much of what it lets a process open.
public sealed class LoadTests
{
    private const int Connections = 64, InFlight = 16;

    [Test]
    public async Task A_million_small_calls_leave_memory_and_file_descriptors_where_they_were()
    {
        // Less than 3 bytes a call: one forgotten object for each would be tens of MiB.
        const long growthMax = 2 * Sizes.MiB;
        using var servers = new Servers();
        GatewayProcess gateway = servers.Gateway;
        CallerLoad.Smf(gateway.SmfAddress, Connections, InFlight, 200_000);
        int openFiles = gateway.SettledFiles();
        long before = gateway.PeakResidentBytes;

        CallerLoad.Smf(gateway.SmfAddress, Connections, InFlight, 1_000_000);

        long growth = gateway.PeakResidentBytes - before;
        TestContext.Current!.OutputWriter!.WriteLine($"{before / 1024} KiB before, {growth / 1024} KiB more after");
        await Assert.That(growth <= growthMax).IsTrue().Because($"{growth} bytes more than the {before} before");
        // A shared connection that was opened while the machine was busy stays for idleTimeout.
        const int sharedMore = 8;
        Patience.Until(() => gateway.OpenFiles <= openFiles + sharedMore, $"{gateway.OpenFiles} file descriptors are {openFiles} again");
    }

    /// <summary>Both formats at once, to servers in processes of their own; replies compared by this process.</summary>
    [Test]
    public async Task Every_reply_is_right_at_64_connections_with_16_calls_in_flight_each()
    {
        using var servers = new Servers();

        Task frameCalls = InBackground(() => CallerLoad.Frames(servers.Gateway.FrameAddress, Connections, InFlight, 100_000));
        CallerLoad.Smf(servers.Gateway.SmfAddress, Connections, InFlight, 1_000_000);
        await frameCalls;
    }

    /// <summary>The same from clients that are other processes as well, and verify every reply themselves.</summary>
    [Test]
    public async Task Clients_of_other_processes_see_every_reply_right_at_64_connections_with_16_calls_in_flight_each()
    {
        using var servers = new Servers();

        Task frameCalls = InBackground(() => AssertClean(servers.Gateway.FrameAddress, "frame", 200_000));
        AssertClean(servers.Gateway.SmfAddress, "smf", 1_000_000);
        await frameCalls;
    }

    private static void AssertClean(string address, string protocol, int calls) =>
        KnownLoad.Send(address, protocol, calls, "--connections", $"{Connections}", "--in-flight", $"{InFlight}");

    private static Task InBackground(Action run) =>
        Task.Factory.StartNew(run, TestContext.Current!.Execution.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Two smf servers and a frame server in processes of their own, behind a gateway.</summary>
    private sealed class Servers : IDisposable
    {
        private readonly DemoProcess[] _smf = [DemoProcess.Start("smf"), DemoProcess.Start("smf")];
        private readonly DemoProcess _frames = DemoProcess.Start("frame");

        public Servers() => Gateway = GatewayProcess.Start(new GatewayFile
        {
            SmfServers = [.. _smf.Select(server => server.Address)],
            FrameServers = [_frames.Address],
            Balancing = "leastCalls",
        });

        public GatewayProcess Gateway { get; }

        public void Dispose()
        {
            Gateway.Dispose();
            _frames.Dispose();
            foreach (DemoProcess server in _smf)
                server.Dispose();
        }
    }
}
