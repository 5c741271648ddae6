using FrameRpc.Gateway.Backends;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;
using FrameRpc.Tests.Simulation.Smf;

namespace FrameRpc.Tests.Backends;

/// <summary>A connection to a server cannot be made for want of something here: of descriptors, ports, memory or epoll watches.</summary>
public sealed class LocalShortageTests
{
    private const int Emfile = 24, Enfile = 23, Enomem = 12, Enobufs = 105, Enospc = 28, Eaddrnotavail = 99;

    [Test]
    [Arguments(Emfile)]
    [Arguments(Enfile)]
    [Arguments(Enomem)]
    [Arguments(Enobufs)]
    [Arguments(Enospc)]
    [Arguments(Eaddrnotavail)]
    public async Task A_small_call_is_refused_with_503_and_the_server_is_not_blamed(int error)
    {
        var sim = new GatewaySimulation();
        Exhaust(sim.SmfServer, error);
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Call(1, "x"u8);
        sim.RunUntilQuiet();
        await Assert.That(caller.StatusOf(1)).IsEqualTo(503u);
        await AssertNotBlamed(sim, sim.SmfBackend);

        // The shortage is over, and the server was never set aside: the next call reaches it at once.
        sim.SmfServer.Answer = ConnectAnswer.Accept;
        caller.Call(2, "x"u8);
        sim.RunUntilQuiet();
        await Assert.That(caller.StatusOf(2)).IsEqualTo(200u);
        caller.Close();
        sim.RunFor(100);
        await sim.AssertNothingLeaked();
    }

    [Test]
    public async Task A_large_call_is_refused_with_503_and_the_server_is_not_blamed()
    {
        var sim = new GatewaySimulation();
        Exhaust(sim.SmfServer, Emfile);
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Call(1, new byte[200_000]);
        sim.RunUntilQuiet();
        await Assert.That(caller.StatusOf(1)).IsEqualTo(503u);
        await AssertNotBlamed(sim, sim.SmfBackend);

        sim.SmfServer.Answer = ConnectAnswer.Accept;
        caller.Call(2, new byte[200_000]);
        sim.RunUntilQuiet();
        await Assert.That(caller.StatusOf(2)).IsEqualTo(200u);
    }

    [Test]
    public async Task A_frame_call_is_refused_with_Error_3_that_names_the_shortage_and_the_connection_goes_on()
    {
        var sim = new GatewaySimulation();
        Exhaust(sim.FrameServer, Enospc);
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Call("1");
        sim.RunUntilQuiet();
        FrameMessage refused = await Assert.That(caller.Replies).HasSingleItem();
        await Assert.That(refused.ErrorMessage).Contains("the gateway has run out of descriptors, ports or memory", StringComparison.Ordinal);
        await AssertNotBlamed(sim, sim.FrameBackend);

        sim.FrameServer.Answer = ConnectAnswer.Accept;
        caller.Call("2");
        sim.RunUntilQuiet();
        await Assert.That(caller.Replies[^1].Json).IsEqualTo("2");
    }

    [Test]
    public async Task A_call_goes_to_another_server_that_can_be_had()
    {
        var sim = new GatewaySimulation(new GatewaySetup { SmfServers = [1, 1], FrameServers = [1, 1] });
        Exhaust(sim.SmfServers[0], Emfile);
        Exhaust(sim.FrameServers[0], Emfile);
        SmfFarCaller smf = sim.ConnectSmf();
        FrameFarCaller frames = sim.ConnectFrames();
        for (ushort session = 1; session <= 4; session++)
        {
            smf.Call(session, "x"u8);
            frames.Call($"{session}");
            sim.RunUntilQuiet();
            await Assert.That(smf.StatusOf(session)).IsEqualTo(200u);
            await Assert.That(frames.Replies[^1].Json).IsEqualTo($"{session}");
        }
        foreach (Server server in sim.SmfBackend.Servers.Concat(sim.FrameBackend.Servers))
            await Assert.That(server.Statistics.IsUnreachable).IsFalse();
    }

    [Test]
    public async Task Calls_that_wait_for_a_connection_are_all_answered()
    {
        var sim = new GatewaySimulation(new GatewaySetup { ExclusiveConnectionsMax = 1 });
        Exhaust(sim.FrameServer, Emfile);
        FrameFarCaller[] callers = [.. Enumerable.Range(0, 20).Select(_ => sim.ConnectFrames())];
        foreach (FrameFarCaller caller in callers)
            caller.Call("1");
        sim.RunUntilQuiet();
        foreach (FrameFarCaller caller in callers)
            await Assert.That(caller.Replies).HasSingleItem();
        await Assert.That(sim.WorkerContext.Ledger.Rejected(RejectReason.Exhausted)).IsEqualTo(20);
        await Assert.That(sim.FrameBackend.Servers[0].Statistics.ExclusiveConnections).IsEqualTo(0);
    }

    private static void Exhaust(SimulatedServer server, int error)
    {
        server.Answer = ConnectAnswer.Refuse;
        server.ConnectError = error;
    }

    private static async Task AssertNotBlamed(GatewaySimulation sim, Backend backend)
    {
        Server server = await Assert.That(backend.Servers).HasSingleItem();
        await Assert.That(server.IsUp).IsTrue();
        await Assert.That(server.Statistics.IsUnreachable).IsFalse();
        await Assert.That(server.Statistics.ConnectsFailed).IsEqualTo(0);
        await Assert.That(sim.WorkerContext.Ledger.Rejected(RejectReason.Exhausted)).IsEqualTo(1);
        await Assert.That(sim.Counters.ConnectsExhausted).IsEqualTo(1);
        string message = await Assert.That(sim.Messages).HasSingleItem();
        await Assert.That(message)
            .StartsWith("Cannot connect to servers: this process or machine is out of descriptors, ports or memory (", StringComparison.Ordinal);
    }
}
