using Xunit;

namespace FrameRpc.Tests.EndToEnd;

[Collection(nameof(Heavy))]
public sealed class LoadTests
{
    private const int Connections = 64, InFlight = 16;

    [Fact]
    public void A_million_small_calls_leave_memory_and_file_descriptors_where_they_were()
    {
        // Less than 3 bytes a call: one forgotten object for each would be tens of MiB.
        const long growthMax = 2 * Heavy.MiB;
        using var first = DemoProcess.Start("smf");
        using var second = DemoProcess.Start("smf");
        using var gateway = GatewayProcess.Start(new GatewayFile { SmfServers = [first.Address, second.Address], Balancing = "leastCalls" });
        CallerLoad.Smf(gateway.SmfAddress, Connections, InFlight, 200_000);
        int openFiles = gateway.SettledFiles();
        long before = gateway.PeakResidentBytes;

        CallerLoad.Smf(gateway.SmfAddress, Connections, InFlight, 1_000_000);

        long growth = gateway.PeakResidentBytes - before;
        TestContext.Current.TestOutputHelper!.WriteLine($"{before / 1024} KiB before, {growth / 1024} KiB more after");
        Assert.True(growth <= growthMax, $"{growth} bytes more than the {before} before");
        Patience.Until(() => gateway.OpenFiles <= openFiles, $"{gateway.OpenFiles} file descriptors are {openFiles} again");
    }

    /// <summary>Both formats at once, to servers in processes of their own.</summary>
    [Fact]
    public async Task Every_reply_is_right_at_64_connections_with_16_calls_in_flight_each()
    {
        using var firstSmf = DemoProcess.Start("smf");
        using var secondSmf = DemoProcess.Start("smf");
        using var frames = DemoProcess.Start("frame");
        using var gateway = GatewayProcess.Start(new GatewayFile { SmfServers = [firstSmf.Address, secondSmf.Address], FrameServers = [frames.Address] });

        var frameCalls = Task.Factory.StartNew(
            () => CallerLoad.Frames(gateway.FrameAddress, Connections, InFlight, 100_000),
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        CallerLoad.Smf(gateway.SmfAddress, Connections, InFlight, 1_000_000);
        await frameCalls;
    }
}
