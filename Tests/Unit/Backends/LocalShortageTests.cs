using FrameRpc.Gateway.Backends;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;
using FrameRpc.Tests.Simulation.Smf;

namespace FrameRpc.Tests.Backends;

/// <summary>
/// A connection to a server cannot be made for want of something here: of descriptors, ports, memory or epoll watches, or of room in the queue of a
/// Unix socket.
/// </summary>
public sealed class LocalShortageTests
{
    private const int Eagain = 11, Enomem = 12, Enfile = 23, Emfile = 24, Enospc = 28, Eaddrnotavail = 99, Enobufs = 105;

    [Test]
    [Arguments(Emfile)]
    [Arguments(Enfile)]
    [Arguments(Enomem)]
    [Arguments(Enobufs)]
    [Arguments(Enospc)]
    [Arguments(Eaddrnotavail)]
    [Arguments(Eagain)]
    public async Task Calls_wait_until_it_is_over_and_are_served(int error)
    {
        var sim = new GatewaySimulation();
        Exhaust(sim.SmfServer, error);
        Exhaust(sim.FrameServer, error);
        SmfFarCaller smf = sim.ConnectSmf();
        FrameFarCaller frames = sim.ConnectFrames();
        smf.Call(1, "x"u8);
        smf.Call(2, new byte[200_000]);
        frames.Call("1");
        sim.RunFor(500);
        await Assert.That((smf.Replies.Count, frames.Replies.Count)).IsEqualTo((0, 0));

        sim.SmfServer.Answer = ConnectAnswer.Accept;
        sim.FrameServer.Answer = ConnectAnswer.Accept;
        sim.RunFor(110);
        await Assert.That((smf.StatusOf(1), smf.StatusOf(2), frames.Replies[0].Json)).IsEqualTo((200u, 200u, "1"));
        await AssertNotBlamed(sim);
    }

    [Test]
    public async Task A_small_call_whose_time_is_up_is_refused_with_503_and_the_server_is_not_blamed()
    {
        var sim = new GatewaySimulation();
        Exhaust(sim.SmfServer, Emfile);
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Call(1, "x"u8);
        sim.RunFor(2100);
        await Assert.That(caller.StatusOf(1)).IsEqualTo(503u);
        await Assert.That(sim.WorkerContext.Ledger.Rejected(RejectReason.Exhausted)).IsEqualTo(1);
        await AssertNotBlamed(sim);
        caller.Close();
        sim.RunFor(1100);
        await sim.AssertNothingLeaked();
    }

    [Test]
    public async Task A_large_call_and_a_frame_call_whose_time_is_up_are_refused_with_a_reason_of_their_own()
    {
        var sim = new GatewaySimulation();
        Exhaust(sim.SmfServer, Enospc);
        Exhaust(sim.FrameServer, Enospc);
        SmfFarCaller smf = sim.ConnectSmf();
        FrameFarCaller frames = sim.ConnectFrames();
        smf.Call(1, new byte[200_000]);
        frames.Call("1");
        sim.RunFor(2100);
        await Assert.That(smf.StatusOf(1)).IsEqualTo(503u);
        await Assert.That((await Assert.That(frames.Replies).HasSingleItem()).ErrorMessage)
            .Contains("the gateway has run out of descriptors, ports or memory", StringComparison.Ordinal);
        await Assert.That(sim.WorkerContext.Ledger.Rejected(RejectReason.Exhausted)).IsEqualTo(2);
        await AssertNotBlamed(sim);
        await Assert.That(sim.Messages).All(message =>
            message.StartsWith("Cannot connect to servers: this process or machine is out of descriptors, ports or memory (", StringComparison.Ordinal));
    }

    [Test]
    public async Task Calls_whose_connections_are_alive_go_on_as_if_nothing_were()
    {
        var sim = new GatewaySimulation();
        SmfFarCaller smf = sim.ConnectSmf();
        FrameFarCaller[] frames = [sim.ConnectFrames(), sim.ConnectFrames()];
        smf.Call(1, "x"u8);
        frames[0].Call("1");
        sim.RunUntilQuiet();
        Exhaust(sim.SmfServer, Emfile);
        Exhaust(sim.FrameServer, Emfile);
        sim.ConnectSmf().Call(1, new byte[200_000]);
        for (ushort session = 2; session <= 20; session++)
        {
            smf.Call(session, "x"u8);
            // Of two callers the second one waits for the only connection, and not for one that cannot be had.
            frames[0].Call($"{session}");
            frames[1].Call($"{session}");
            sim.RunFor(20);
            await Assert.That(smf.StatusOf(session)).IsEqualTo(200u);
            await Assert.That((frames[0].Replies[^1].Json, frames[1].Replies[^1].Json)).IsEqualTo(($"{session}", $"{session}"));
        }
        await AssertNotBlamed(sim);
    }

    [Test]
    public async Task A_call_goes_to_another_server_that_can_be_had()
    {
        var sim = new GatewaySimulation(new GatewaySetup { SmfServers = [1, 1], FrameServers = [1, 1] });
        Exhaust(sim.SmfServers[0], Eaddrnotavail);
        Exhaust(sim.FrameServers[0], Eaddrnotavail);
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
        await AssertNotBlamed(sim);
    }

    [Test]
    public async Task Many_calls_that_wait_try_one_connection_at_a_time_and_are_all_answered()
    {
        var sim = new GatewaySimulation(new GatewaySetup { TimeoutMs = 5000, ExclusiveConnectionsMax = 64 });
        Exhaust(sim.FrameServer, Emfile);
        FrameFarCaller[] callers = [.. Enumerable.Range(0, 20).Select(_ => sim.ConnectFrames())];
        foreach (FrameFarCaller caller in callers)
            caller.Call("1");
        sim.RunUntilQuiet();
        int before = sim.FrameServer.ConnectsSeen;
        sim.RunFor(950);
        await Assert.That(sim.FrameServer.ConnectsSeen - before).IsBetween(8, 10);

        sim.FrameServer.Answer = ConnectAnswer.Accept;
        sim.RunFor(110);
        foreach (FrameFarCaller caller in callers)
            await Assert.That(caller.Replies).HasSingleItem();
        await Assert.That(sim.WorkerContext.Ledger.Rejected(RejectReason.Exhausted)).IsEqualTo(0);
    }

    private static void Exhaust(SimulatedServer server, int error)
    {
        server.Answer = ConnectAnswer.Refuse;
        server.ConnectError = error;
    }

    private static async Task AssertNotBlamed(GatewaySimulation sim)
    {
        foreach (Server server in sim.SmfBackend.Servers.Concat(sim.FrameBackend.Servers))
        {
            await Assert.That(server.IsInService).IsTrue();
            await Assert.That(server.Reach.IsUnreachable).IsFalse();
            await Assert.That((server.Statistics.ConnectsFailed, server.Statistics.Faults)).IsEqualTo((0L, 0L));
        }
    }
}
