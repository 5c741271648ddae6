using FrameRpc.Gateway.Backends;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Smf;

namespace FrameRpc.Tests.Formats.Smf;

public sealed class LostServerTests
{
    [Test]
    public async Task Rule_2_1_what_was_in_flight_on_a_lost_connection_gets_502_each_exactly_once()
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
        await Assert.That(sim.SmfServer.Requests.Count).IsEqualTo(1000);

        sim.SmfServer.Connection.Close();
        sim.RunUntilQuiet();

        foreach (SmfFarCaller caller in callers)
        {
            await Assert.That(caller.Replies.Select(reply => (int)reply.Header.Session).Order()).IsSequence(Enumerable.Range(1, 100));
            foreach (SmfMessage reply in caller.Replies)
                await Assert.That(reply.Header.Meta).IsEqualTo(502u);
        }
        await Assert.That(sim.WorkerContext.Ledger.Rejected(RejectReason.ServerLost)).IsEqualTo(1000);

        sim.SmfServer.OnRequest = (connection, request) => connection.Reply(request, request.Content);
        callers[0].Call(500, "again"u8);
        sim.RunUntilQuiet();
        await Assert.That(callers[0].StatusOf(500)).IsEqualTo(200u);
    }

    [Test]
    public async Task A_server_that_resets_is_a_lost_server()
    {
        var sim = new GatewaySimulation();
        sim.SmfServer.OnRequest = (connection, _) => connection.Reset();
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Call(1, "x"u8);
        sim.RunUntilQuiet();
        await Assert.That(caller.StatusOf(1)).IsEqualTo(502u);
    }

    [Test]
    public async Task A_server_that_never_answers_gets_504_to_its_caller_at_the_routes_timeout()
    {
        var sim = new GatewaySimulation(new GatewaySetup { TimeoutMs = 2000 });
        sim.SmfServer.OnRequest = (_, _) => { };
        SmfFarCaller caller = sim.ConnectSmf();
        long began = sim.Time.NowMs;
        caller.Call(1, "x"u8);
        sim.RunUntil(() => caller.Replies.Count > 0, "an answer");
        await Assert.That(sim.Time.NowMs - began).IsBetween(2000, 2020);
        await Assert.That(caller.StatusOf(1)).IsEqualTo(504u);
        await Assert.That(sim.WorkerContext.Ledger.Rejected(RejectReason.TimedOut)).IsEqualTo(1);
    }

    [Test]
    public async Task Rule_2_3_a_reply_after_the_timeout_is_swallowed_and_its_session_is_not_reused_before()
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
        await Assert.That(sim.SmfServer.Requests.Skip(1)).DoesNotContain(request => request.Header.Session == unanswered[0].Header.Session);

        sim.SmfServer.Connection.Reply(unanswered[0], "too late"u8);
        sim.RunUntilQuiet();
        await Assert.That(caller.Replies.Count).IsEqualTo(99);
        await Assert.That(sim.Counters.LateReplies).IsEqualTo(1);
        await Assert.That(sim.SmfBackend.Servers[0].CallsInFlight).IsEqualTo(0);
    }

    [Test]
    public async Task Rule_2_3_a_reply_to_an_unknown_session_is_swallowed_and_the_calls_in_flight_get_their_own()
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
        await Assert.That(caller.StatusOf(1)).IsEqualTo(200u);
        await Assert.That(sim.SmfBackend.Servers[0].Statistics.UnknownSessions).IsEqualTo(2);
        await Assert.That(sim.Counters.ConnectionsRetired).IsEqualTo(1);
    }

    [Test]
    [Arguments(0u, 0x1234u, 200u)]
    [Arguments(4u, 0u, 200u)]
    [Arguments(4u, 1u, 200u)]
    [Arguments(4u, 0xcafe_0000u, 0u)]
    public async Task Rule_2_3_a_reply_that_would_break_clients_becomes_502(uint size, uint checksum, uint meta)
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
        await Assert.That(caller.StatusOf(1)).IsEqualTo(502u);
        await Assert.That(sim.Counters.BadReplies).IsEqualTo(1);

        sim.SmfServer.OnRequest = (connection, request) => connection.Reply(request, request.Content);
        caller.Call(2, "x"u8);
        sim.RunUntilQuiet();
        await Assert.That(caller.StatusOf(2)).IsEqualTo(200u);
        await Assert.That(sim.SmfServer.Connections).HasSingleItem();
    }

    [Test]
    public async Task Rule_2_4_a_status_that_is_the_request_id_passes_as_the_java_server_sends_it()
    {
        var sim = new GatewaySimulation();
        sim.SmfServer.OnRequest = (connection, request) => connection.Reply(request, "x"u8, status: request.Header.Meta);
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Call(1, "x"u8);
        sim.RunUntilQuiet();
        await Assert.That(caller.StatusOf(1)).IsEqualTo(GatewaySetup.GetId);
    }

    [Test]
    public async Task Rule_2_4_each_small_reply_leaves_in_one_write()
    {
        var sim = new GatewaySimulation();
        SmfFarCaller caller = sim.ConnectSmf();
        List<int> writes = caller.Socket.Peer.Writes = [];
        caller.Call(1, new byte[60_000]);
        sim.RunUntilQuiet();
        await Assert.That(writes).IsSequence([SmfMessage.BytesBefore + 60_000]);
    }

    [Test]
    public async Task A_reply_that_is_too_large_costs_its_own_call_alone_and_the_connection_takes_no_more()
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

        await Assert.That(caller.StatusOf(1)).IsEqualTo(502u);
        await Assert.That(caller.StatusOf(2)).IsEqualTo(200u);
        caller.Call(3, "xxx"u8);
        sim.RunUntilQuiet();
        await Assert.That(sim.SmfServer.Connections.Count).IsEqualTo(2);
    }

    [Test]
    public async Task A_reply_of_four_gigabytes_ends_the_connection_and_takes_no_memory()
    {
        var sim = new GatewaySimulation();
        sim.SmfServer.OnRequest = (connection, request) => connection.Send(SmfMessage.EncodeHeader(request.Header.Session, 0xffff_ffff, 1, 200));
        SmfFarCaller caller = sim.ConnectSmf();
        long mapped = sim.Loop.Blocks.MappedBytes;
        caller.Call(1, "x"u8);
        sim.RunUntilQuiet();
        await Assert.That(caller.StatusOf(1)).IsEqualTo(502u);
        await Assert.That(sim.Loop.Blocks.MappedBytes - mapped).IsBetween(0, 1024 * 1024);
        await Assert.That(sim.SmfServer.Connection.IsOver).IsTrue();
    }

    [Test]
    public async Task A_server_that_never_reads_costs_its_callers_504_in_bounded_time()
    {
        var sim = new GatewaySimulation(new GatewaySetup { TimeoutMs = 2000 }, new NetworkConditions { BufferBytesMin = 1000, BufferBytesMax = 1000 });
        sim.SmfServer.Reads = false;
        SmfFarCaller[] callers = [.. Enumerable.Range(0, 200).Select(_ => sim.ConnectSmf())];
        long began = sim.Time.NowMs;
        // 12 MiB in all: more than the connection lets wait.
        foreach (SmfFarCaller caller in callers)
            caller.Call(1, new byte[60_000]);
        sim.RunUntil(() => callers.All(caller => caller.Replies.Count == 1), "an answer for everyone");
        await Assert.That(sim.Time.NowMs - began).IsBetween(2000, 4100);
        await Assert.That(callers).Contains(caller => caller.StatusOf(1) == 504);
        foreach (SmfFarCaller caller in callers)
            await Assert.That(new uint[] { 502, 504 }).Contains(caller.StatusOf(1));
        foreach (SmfFarCaller caller in callers)
            caller.Close();
        sim.RunFor(10_000);
        await sim.AssertNothingLeaked();
    }

    [Test]
    public async Task A_server_that_leaves_a_thousand_calls_unanswered_gets_a_new_connection()
    {
        var sim = new GatewaySimulation(new GatewaySetup { TimeoutMs = 100 });
        sim.SmfServer.OnRequest = (_, _) => { };
        SmfFarCaller caller = sim.ConnectSmf();
        for (ushort session = 1; session <= 1100; session++)
            caller.Call(session, "x"u8);
        sim.RunUntil(() => caller.Replies.Count == 1100, "timeouts");
        foreach (SmfMessage reply in caller.Replies)
            await Assert.That(reply.Header.Meta).IsEqualTo(504u);
        await Assert.That(sim.Counters.ConnectionsRetired).IsEqualTo(1);

        sim.SmfServer.OnRequest = (connection, request) => connection.Reply(request, request.Content);
        caller.Call(2000, "x"u8);
        sim.RunUntilQuiet();
        await Assert.That(caller.StatusOf(2000)).IsEqualTo(200u);
        await Assert.That(sim.SmfServer.Connections.Count).IsEqualTo(2);
    }
}
