using FrameRpc.Gateway.Backends;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Smf;
using Xunit;

namespace FrameRpc.Tests.Proxy.Smf;

public sealed class LostServerTests
{
    [Fact]
    public void Rule_2_1_what_was_in_flight_on_a_lost_connection_gets_502_each_exactly_once()
    {
        var sim = new GatewaySimulation();
        sim.SmfServer.OnRequest = (_, _) => { };
        SmfFarCaller[] callers = [.. Enumerable.Range(0, 10).Select(_ => sim.ConnectSmf())];
        for (ushort session = 1; session <= 100; session++)
        {
            foreach (SmfFarCaller caller in callers)
                caller.Call(session, "x"u8);
        }
        sim.RunUntilQuiet();
        Assert.Equal(1000, sim.SmfServer.Requests.Count);

        sim.SmfServer.Connection.Close();
        sim.RunUntilQuiet();

        Assert.All(callers, caller =>
        {
            Assert.Equal(Enumerable.Range(1, 100), caller.Replies.Select(reply => (int)reply.Header.Session).Order());
            Assert.All(caller.Replies, reply => Assert.Equal(502u, reply.Header.Meta));
        });
        Assert.Equal(1000, sim.Dispatcher.Ledger.Refused(Refusal.ServerLost));

        sim.SmfServer.OnRequest = (connection, request) => connection.Reply(request, request.Content);
        callers[0].Call(500, "again"u8);
        sim.RunUntilQuiet();
        Assert.Equal(200u, callers[0].StatusOf(500));
    }

    [Fact]
    public void A_server_that_resets_is_a_lost_server()
    {
        var sim = new GatewaySimulation();
        sim.SmfServer.OnRequest = (connection, _) => connection.Reset();
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Call(1, "x"u8);
        sim.RunUntilQuiet();
        Assert.Equal(502u, caller.StatusOf(1));
    }

    [Fact]
    public void A_server_that_never_answers_gets_504_to_its_caller_at_the_routes_timeout()
    {
        var sim = new GatewaySimulation(new GatewaySetup { TimeoutMs = 2000 });
        sim.SmfServer.OnRequest = (_, _) => { };
        SmfFarCaller caller = sim.ConnectSmf();
        long began = sim.Time.NowMs;
        caller.Call(1, "x"u8);
        sim.RunUntil(() => caller.Replies.Count > 0, "an answer");
        Assert.InRange(sim.Time.NowMs - began, 2000, 2020);
        Assert.Equal(504u, caller.StatusOf(1));
        Assert.Equal(1, sim.Dispatcher.Ledger.Refused(Refusal.TimedOut));
    }

    [Fact]
    public void Rule_2_3_a_reply_after_the_timeout_is_swallowed_and_its_session_is_not_reused_before()
    {
        var sim = new GatewaySimulation();
        var unanswered = new List<SmfMessage>();
        sim.SmfServer.OnRequest = (_, request) => unanswered.Add(request);
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Call(1, "late"u8);
        sim.RunUntil(() => caller.Replies.Count == 1, "the timeout");

        sim.SmfServer.OnRequest = (connection, request) => connection.Reply(request, request.Content);
        for (ushort session = 2; session < 100; session++)
            caller.Call(session, "next"u8);
        sim.RunUntilQuiet();
        Assert.DoesNotContain(sim.SmfServer.Requests.Skip(1), request => request.Header.Session == unanswered[0].Header.Session);

        sim.SmfServer.Connection.Reply(unanswered[0], "too late"u8);
        sim.RunUntilQuiet();
        Assert.Equal(99, caller.Replies.Count);
        Assert.Equal(1, sim.Counters.LateReplies);
        Assert.Equal(0, sim.SmfBackend.Servers[0].CallsInFlight);
    }

    [Fact]
    public void Rule_2_3_a_reply_to_an_unknown_session_is_swallowed_and_the_calls_in_flight_get_their_own()
    {
        var sim = new GatewaySimulation();
        sim.SmfServer.OnRequest = (connection, request) =>
        {
            connection.Reply(12345, "nobody asked"u8);
            connection.Reply(0, new byte[100_000]);
            connection.Reply(request, request.Content);
        };
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Call(1, "x"u8);
        sim.RunUntilQuiet();
        Assert.Equal(200u, caller.StatusOf(1));
        Assert.Equal(2, sim.SmfBackend.Servers[0].UnknownSessions);
        Assert.Equal(1, sim.Counters.LanesRetired);
    }

    [Theory]
    [InlineData(0u, 0x1234u, 200u)]
    [InlineData(4u, 0u, 200u)]
    [InlineData(4u, 1u, 200u)]
    [InlineData(4u, 0xcafe_0000u, 0u)]
    public void Rule_2_3_a_reply_that_would_break_clients_becomes_502(uint size, uint checksum, uint meta)
    {
        var sim = new GatewaySimulation();
        sim.SmfServer.OnRequest = (connection, request) =>
        {
            connection.Send(SmfMessage.EncodeHeader(request.Header.Session, size, checksum, meta));
            connection.Send(new byte[size]);
        };
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Call(1, "x"u8);
        sim.RunUntilQuiet();
        Assert.Equal(502u, caller.StatusOf(1));
        Assert.Equal(1, sim.Counters.BadReplies);

        sim.SmfServer.OnRequest = (connection, request) => connection.Reply(request, request.Content);
        caller.Call(2, "x"u8);
        sim.RunUntilQuiet();
        Assert.Equal(200u, caller.StatusOf(2));
        Assert.Single(sim.SmfServer.Connections);
    }

    [Fact]
    public void Rule_2_4_a_status_that_is_the_request_id_passes_as_the_java_server_sends_it()
    {
        var sim = new GatewaySimulation();
        sim.SmfServer.OnRequest = (connection, request) => connection.Reply(request, "x"u8, status: request.Header.Meta);
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Call(1, "x"u8);
        sim.RunUntilQuiet();
        Assert.Equal(GatewaySetup.GetId, caller.StatusOf(1));
    }

    [Fact]
    public void Rule_2_4_each_small_reply_leaves_in_one_write()
    {
        var sim = new GatewaySimulation();
        SmfFarCaller caller = sim.ConnectSmf();
        List<int> writes = caller.Socket.Peer.Writes = [];
        caller.Call(1, new byte[60_000]);
        sim.RunUntilQuiet();
        Assert.Equal([SmfMessage.BytesBefore + 60_000], writes);
    }

    [Fact]
    public void A_reply_that_is_too_large_costs_its_own_call_alone_and_the_lane_takes_no_more()
    {
        var sim = new GatewaySimulation(new GatewaySetup { MessageBytesMax = 100_000 });
        sim.SmfServer.OnRequest = (connection, request) =>
        {
            if (request.Content.Length != 2)
                return;
            SmfMessage first = sim.SmfServer.Requests[0];
            connection.Send(SmfMessage.EncodeHeader(first.Header.Session, 100_001, 1, 200));
            connection.Send(new byte[100_001]);
            connection.Reply(request, "two"u8.ToArray());
        };
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Call(1, "x"u8);
        caller.Call(2, "xx"u8);
        sim.RunUntilQuiet();

        Assert.Equal(502u, caller.StatusOf(1));
        Assert.Equal(200u, caller.StatusOf(2));
        caller.Call(3, "xxx"u8);
        sim.RunUntilQuiet();
        Assert.Equal(2, sim.SmfServer.Connections.Count);
    }

    [Fact]
    public void A_reply_of_four_gigabytes_ends_the_lane_and_takes_no_memory()
    {
        var sim = new GatewaySimulation();
        sim.SmfServer.OnRequest = (connection, request) => connection.Send(SmfMessage.EncodeHeader(request.Header.Session, 0xffff_ffff, 1, 200));
        SmfFarCaller caller = sim.ConnectSmf();
        long mapped = sim.Loop.Blocks.MappedBytes;
        caller.Call(1, "x"u8);
        sim.RunUntilQuiet();
        Assert.Equal(502u, caller.StatusOf(1));
        Assert.InRange(sim.Loop.Blocks.MappedBytes - mapped, 0, 1024 * 1024);
        Assert.True(sim.SmfServer.Connection.IsOver);
    }

    [Fact]
    public void A_server_that_never_reads_costs_its_callers_504_in_bounded_time()
    {
        var sim = new GatewaySimulation(new GatewaySetup { TimeoutMs = 2000 }, new NetworkConditions { BufferBytesMin = 1000, BufferBytesMax = 1000 });
        sim.SmfServer.Reads = false;
        SmfFarCaller[] callers = [.. Enumerable.Range(0, 200).Select(_ => sim.ConnectSmf())];
        long began = sim.Time.NowMs;
        // 12 MiB in all: more than the lane lets wait.
        foreach (SmfFarCaller caller in callers)
            caller.Call(1, new byte[60_000]);
        sim.RunUntil(() => callers.All(caller => caller.Replies.Count == 1), "an answer for everyone");
        Assert.InRange(sim.Time.NowMs - began, 2000, 4100);
        Assert.Contains(callers, caller => caller.StatusOf(1) == 504);
        Assert.All(callers, caller => Assert.Contains(caller.StatusOf(1), new uint[] { 502, 504 }));
        foreach (SmfFarCaller caller in callers)
            caller.Close();
        sim.RunFor(10_000);
        sim.AssertNothingLeaked();
    }

    [Fact]
    public void A_server_that_leaves_a_thousand_calls_unanswered_gets_a_new_lane()
    {
        var sim = new GatewaySimulation(new GatewaySetup { TimeoutMs = 100 });
        sim.SmfServer.OnRequest = (_, _) => { };
        SmfFarCaller caller = sim.ConnectSmf();
        for (ushort session = 1; session <= 1100; session++)
            caller.Call(session, "x"u8);
        sim.RunUntil(() => caller.Replies.Count == 1100, "timeouts");
        Assert.All(caller.Replies, reply => Assert.Equal(504u, reply.Header.Meta));
        Assert.Equal(1, sim.Counters.LanesRetired);

        sim.SmfServer.OnRequest = (connection, request) => connection.Reply(request, request.Content);
        caller.Call(2000, "x"u8);
        sim.RunUntilQuiet();
        Assert.Equal(200u, caller.StatusOf(2000));
        Assert.Equal(2, sim.SmfServer.Connections.Count);
    }
}
