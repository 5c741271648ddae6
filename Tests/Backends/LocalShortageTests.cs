using FrameRpc.Gateway.Backends;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;
using FrameRpc.Tests.Simulation.Smf;
using Xunit;

namespace FrameRpc.Tests.Backends;

/// <summary>A connection to a server cannot be made for want of something here: of descriptors, ports, memory or epoll watches.</summary>
public sealed class LocalShortageTests
{
    private const int Emfile = 24, Enfile = 23, Enomem = 12, Enobufs = 105, Enospc = 28, Eaddrnotavail = 99;

    [Theory]
    [InlineData(Emfile)]
    [InlineData(Enfile)]
    [InlineData(Enomem)]
    [InlineData(Enobufs)]
    [InlineData(Enospc)]
    [InlineData(Eaddrnotavail)]
    public void A_small_call_is_refused_with_503_and_the_server_is_not_blamed(int error)
    {
        var sim = new GatewaySimulation();
        Exhaust(sim.SmfServer, error);
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Call(1, "x"u8);
        sim.RunUntilQuiet();
        Assert.Equal(503u, caller.StatusOf(1));
        AssertNotBlamed(sim, sim.SmfBackend);

        // The shortage is over, and the server was never set aside: the next call reaches it at once.
        sim.SmfServer.Answer = ConnectAnswer.Accept;
        caller.Call(2, "x"u8);
        sim.RunUntilQuiet();
        Assert.Equal(200u, caller.StatusOf(2));
        caller.Close();
        sim.RunFor(100);
        sim.AssertNothingLeaked();
    }

    [Fact]
    public void A_large_call_is_refused_with_503_and_the_server_is_not_blamed()
    {
        var sim = new GatewaySimulation();
        Exhaust(sim.SmfServer, Emfile);
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Call(1, new byte[200_000]);
        sim.RunUntilQuiet();
        Assert.Equal(503u, caller.StatusOf(1));
        AssertNotBlamed(sim, sim.SmfBackend);

        sim.SmfServer.Answer = ConnectAnswer.Accept;
        caller.Call(2, new byte[200_000]);
        sim.RunUntilQuiet();
        Assert.Equal(200u, caller.StatusOf(2));
    }

    [Fact]
    public void A_frame_call_is_refused_with_Error_3_that_names_the_shortage_and_the_connection_goes_on()
    {
        var sim = new GatewaySimulation();
        Exhaust(sim.FrameServer, Enospc);
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Call("1");
        sim.RunUntilQuiet();
        FrameMessage refused = Assert.Single(caller.Replies);
        Assert.Contains("the gateway has run out of descriptors, ports or memory", refused.ErrorMessage, StringComparison.Ordinal);
        AssertNotBlamed(sim, sim.FrameBackend);

        sim.FrameServer.Answer = ConnectAnswer.Accept;
        caller.Call("2");
        sim.RunUntilQuiet();
        Assert.Equal("2", caller.Replies[^1].Json);
    }

    [Fact]
    public void A_call_goes_to_another_server_that_can_be_had()
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
            Assert.Equal(200u, smf.StatusOf(session));
            Assert.Equal($"{session}", frames.Replies[^1].Json);
        }
        Assert.All(sim.SmfBackend.Servers.Concat(sim.FrameBackend.Servers), server => Assert.False(server.IsUnreachable));
    }

    [Fact]
    public void Calls_that_wait_for_a_connection_are_all_answered()
    {
        var sim = new GatewaySimulation(new GatewaySetup { ExclusiveLanesMax = 1 });
        Exhaust(sim.FrameServer, Emfile);
        FrameFarCaller[] callers = [.. Enumerable.Range(0, 20).Select(_ => sim.ConnectFrames())];
        foreach (FrameFarCaller caller in callers)
            caller.Call("1");
        sim.RunUntilQuiet();
        Assert.All(callers, caller => Assert.Single(caller.Replies));
        Assert.Equal(20, sim.Dispatcher.Ledger.Refused(Refusal.Exhausted));
        Assert.Equal(0, sim.FrameBackend.Servers[0].ExclusiveLanes);
    }

    private static void Exhaust(SimulatedServer server, int error)
    {
        server.Answer = ConnectAnswer.Refuse;
        server.ConnectError = error;
    }

    private static void AssertNotBlamed(GatewaySimulation sim, Backend backend)
    {
        Server server = Assert.Single(backend.Servers);
        Assert.True(server.IsUp);
        Assert.False(server.IsUnreachable);
        Assert.Equal(0, server.ConnectsFailed);
        Assert.Equal(1, sim.Dispatcher.Ledger.Refused(Refusal.Exhausted));
        Assert.Equal(1, sim.Counters.ConnectsExhausted);
        string message = Assert.Single(sim.Messages);
        Assert.StartsWith("Connections to servers cannot be made for want of descriptors, ports or memory here (", message, StringComparison.Ordinal);
    }
}
