using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Smf;
using Xunit;

namespace FrameRpc.Tests.Proxy.Smf;

public sealed class SessionTests
{
    [Fact]
    public void All_65535_sessions_of_a_lane_are_in_flight_at_once_and_the_next_call_goes_on_another()
    {
        var sim = new GatewaySimulation(new GatewaySetup { TimeoutMs = 60_000 });
        var asked = new List<SmfMessage>();
        sim.SmfServer.OnRequest = (_, request) => asked.Add(request);
        SmfFarCaller first = sim.ConnectSmf();
        SmfFarCaller second = sim.ConnectSmf();
        for (int session = 0; session < 40_000; session++)
        {
            first.Call((ushort)session, BitConverter.GetBytes(session));
            if (session < 25_535)
                second.Call((ushort)session, BitConverter.GetBytes(session));
        }
        sim.RunUntilQuiet();
        Assert.Equal(65_535, sim.SmfBackend.Servers[0].CallsInFlight);
        Assert.Single(sim.SmfServer.Connections);
        Assert.Equal(65_535, asked.Select(request => request.Header.Session).Distinct().Count());

        second.Call(60_000, "one more"u8);
        sim.RunUntilQuiet();
        Assert.Equal(2, sim.SmfServer.Connections.Count);

        for (int i = 65_534; i >= 0; i--)
            sim.SmfServer.Connections[0].Reply(asked[i], asked[i].Payload);
        sim.RunUntilQuiet();
        Assert.Equal((40_000, 25_535), (first.Replies.Count, second.Replies.Count));
        Assert.All(first.Replies.Concat(second.Replies), reply => Assert.Equal(reply.Header.Session, BitConverter.ToInt32(reply.Payload)));
        Assert.Equal(1, sim.SmfBackend.Servers[0].CallsInFlight);
    }

    [Fact]
    public void One_caller_may_have_65535_calls_in_flight_and_gets_429_for_the_next()
    {
        var sim = new GatewaySimulation(new GatewaySetup { TimeoutMs = 60_000 });
        sim.SmfServer.OnRequest = (_, _) => { };
        SmfFarCaller caller = sim.ConnectSmf();
        for (int session = 0; session < 65_536; session++)
            caller.Call((ushort)session, "x"u8);
        sim.RunUntilQuiet();
        Assert.Equal(429u, Assert.Single(caller.Replies).Header.Meta);
    }

    [Fact]
    public void Sessions_wrap_and_many_times_that_many_calls_each_get_their_own_reply()
    {
        var sim = new GatewaySimulation();
        sim.SmfServer.KeepsRequests = false;
        var held = new List<SmfMessage>();
        sim.SmfServer.OnRequest = (server, request) =>
        {
            held.Add(request);
            if (held.Count < 50)
                return;
            foreach (SmfMessage one in held.OrderBy(_ => sim.Random.Next()))
                server.Reply(one, one.Payload);
            held.Clear();
        };
        SmfFarCaller caller = sim.ConnectSmf();
        for (int round = 0; round < 3000; round++)
        {
            for (int i = 0; i < 50; i++)
                caller.Call((ushort)(round * 50 + i), BitConverter.GetBytes(round * 50 + i));
            sim.RunUntilQuiet();
            Assert.Equal(50, caller.Replies.Count);
            Assert.All(caller.Replies, reply => Assert.Equal(reply.Header.Session, (ushort)BitConverter.ToInt32(reply.Payload)));
            caller.Replies.Clear();
        }
        Assert.Single(sim.SmfServer.Connections);
    }

    [Fact]
    public void A_caller_that_vanishes_leaves_nothing_but_replies_that_are_swallowed()
    {
        var sim = new GatewaySimulation();
        var asked = new List<SmfMessage>();
        sim.SmfServer.OnRequest = (_, request) => asked.Add(request);
        SmfFarCaller caller = sim.ConnectSmf();
        for (ushort session = 1; session <= 1000; session++)
            caller.Call(session, "x"u8);
        sim.RunUntilQuiet();
        caller.Reset();
        sim.RunUntilQuiet();
        foreach (SmfMessage request in asked)
            sim.SmfServer.Connection.Reply(request, request.Payload);
        sim.RunUntilQuiet();
        Assert.Equal(1000, sim.Counters.LateReplies);
        sim.AssertNothingLeaked();
        Assert.Equal(0, sim.Loop.Timers.Count);
    }

    [Fact]
    public void Rule_2_6_header_and_body_may_come_in_one_write_or_two_and_many_calls_in_one()
    {
        var sim = new GatewaySimulation();
        SmfFarCaller caller = sim.ConnectSmf();
        byte[] one = SmfMessage.Encode(1, GatewaySetup.GetId, "x"u8);
        caller.Send(one.AsSpan(0, 16));
        sim.RunUntilQuiet();
        caller.Send(one.AsSpan(16));
        caller.Send([.. SmfMessage.Encode(2, GatewaySetup.GetId, "y"u8), .. SmfMessage.Encode(3, GatewaySetup.GetId, "z"u8)]);
        sim.RunUntilQuiet();
        Assert.Equal(3, caller.Replies.Count);
    }
}
