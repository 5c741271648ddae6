using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Smf;

namespace FrameRpc.Tests.Formats.Smf;

public sealed class SessionTests
{
    [Test]
    public async Task All_65535_sessions_of_a_connection_are_in_flight_at_once_and_the_next_call_goes_on_another()
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
        await Assert.That(sim.SmfBackend.Servers[0].CallsInFlight).IsEqualTo(65_535);
        await Assert.That(sim.SmfServer.Connections).HasSingleItem();
        await Assert.That(asked.Select(request => request.Header.Session).Distinct().Count()).IsEqualTo(65_535);

        second.Call(60_000, "one more"u8);
        sim.RunUntilQuiet();
        await Assert.That(sim.SmfServer.Connections.Count).IsEqualTo(2);

        for (int i = 65_534; i >= 0; i--)
            sim.SmfServer.Connections[0].Reply(asked[i], asked[i].Content);
        sim.RunUntilQuiet();
        await Assert.That((first.Replies.Count, second.Replies.Count)).IsEqualTo((40_000, 25_535));
        foreach (SmfMessage reply in first.Replies.Concat(second.Replies))
            await Assert.That(BitConverter.ToInt32(reply.Content)).IsEqualTo((int)reply.Header.Session);
        await Assert.That(sim.SmfBackend.Servers[0].CallsInFlight).IsEqualTo(1);
    }

    [Test]
    public async Task One_caller_may_have_65535_calls_in_flight_and_gets_429_for_the_next()
    {
        var sim = new GatewaySimulation(new GatewaySetup { TimeoutMs = 60_000 });
        sim.SmfServer.OnRequest = (_, _) => { };
        SmfFarCaller caller = sim.ConnectSmf();
        for (int session = 0; session < 65_536; session++)
            caller.Call((ushort)session, "x"u8);
        sim.RunUntilQuiet();
        await Assert.That((await Assert.That(caller.Replies).HasSingleItem()).Header.Meta).IsEqualTo(429u);
    }

    [Test]
    public async Task Sessions_wrap_and_many_times_that_many_calls_each_get_their_own_reply()
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
                server.Reply(one, one.Content);
            held.Clear();
        };
        SmfFarCaller caller = sim.ConnectSmf();
        for (int round = 0; round < 3000; round++)
        {
            for (int i = 0; i < 50; i++)
                caller.Call((ushort)(round * 50 + i), BitConverter.GetBytes(round * 50 + i));
            sim.RunUntilQuiet();
            await Assert.That(caller.Replies.Count).IsEqualTo(50);
            foreach (SmfMessage reply in caller.Replies)
                await Assert.That((ushort)BitConverter.ToInt32(reply.Content)).IsEqualTo(reply.Header.Session);
            caller.Replies.Clear();
        }
        await Assert.That(sim.SmfServer.Connections).HasSingleItem();
    }

    [Test]
    public Task A_server_that_answers_twice_never_gives_a_caller_another_ones_body() => Seeds.ForEach(300, async seed =>
    {
        var sim = new GatewaySimulation(new GatewaySetup { SharedBodyMax = 1000 }, NetworkConditions.Rough(new Random(seed)), seed);
        int repeated = 0;
        sim.SmfServer.OnRequest = (server, request) => sim.Network.After(sim.Random.Next(30), () =>
        {
            server.Reply(request, request.Content);
            if (sim.Random.Next(3) != 0)
                return;
            repeated++;
            sim.Network.After(sim.Random.Next(3) * sim.Random.Next(60), () => server.Reply(request, request.Content));
        });
        SmfFarCaller[] callers = [sim.ConnectSmf(), sim.ConnectSmf(), sim.ConnectSmf()];
        for (int round = 1; round <= 20; round++)
        {
            foreach ((int i, SmfFarCaller caller) in callers.Index())
            {
                byte[] body = new byte[sim.Random.Next(4) == 0 ? 5000 : 8];
                BitConverter.TryWriteBytes(body, i * 1000 + round);
                caller.Call((ushort)(i * 1000 + round), body);
            }
            sim.RunUntil(() => callers.All(caller => caller.Replies.Count == round), "an answer for everyone");
            if (sim.Random.Next(2) == 0)
                sim.RunFor(100);
        }
        sim.RunFor(200);
        foreach (SmfMessage reply in callers.SelectMany(caller => caller.Replies))
        {
            await Assert.That(reply.Header.Meta).IsEqualTo(200u);
            await Assert.That(BitConverter.ToInt32(reply.Content)).IsEqualTo((int)reply.Header.Session);
        }
        await Assert.That(repeated).IsNotEqualTo(0);
        await Assert.That(sim.SmfBackend.Servers[0].Statistics.UnknownSessions).IsBetween(1, repeated);
        foreach (SmfFarCaller caller in callers)
            caller.Close();
        sim.RunFor(70_000);
        await sim.AssertNothingLeaked();
    });

    [Test]
    public async Task A_second_reply_retires_a_shared_connection_and_the_calls_in_flight_on_it_get_their_own()
    {
        var sim = new GatewaySimulation();
        var asked = new List<SmfMessage>();
        sim.SmfServer.OnRequest = (_, request) => asked.Add(request);
        SmfFarCaller caller = sim.ConnectSmf();
        SmfFarCaller other = sim.ConnectSmf();
        caller.Call(1, "one"u8);
        other.Call(1, "two"u8);
        sim.RunUntilQuiet();
        SmfFarServer first = sim.SmfServer.Connection;
        first.Reply(asked[0], "ONE"u8);
        first.Reply(asked[0], "ONE"u8);
        sim.RunUntilQuiet();
        await Assert.That(first.IsOver).IsFalse();
        caller.Call(2, "three"u8);
        sim.RunUntilQuiet();
        await Assert.That(sim.SmfServer.Connections.Count).IsEqualTo(2);
        first.Reply(asked[1], "TWO"u8);
        sim.SmfServer.Connection.Reply(asked[2], "THREE"u8);
        sim.RunUntilQuiet();
        await Assert.That(caller.Replies.Select(reply => reply.Content)).IsSequence(["ONE"u8.ToArray(), "THREE"u8.ToArray()]);
        await Assert.That((await Assert.That(other.Replies).HasSingleItem()).Content).IsSequence("TWO"u8.ToArray());
        await Assert.That(first.IsOver).IsTrue();
        await Assert.That(sim.SmfBackend.Servers[0].Statistics.UnknownSessions).IsEqualTo(1);
        await Assert.That(sim.Messages)
            .Contains("Backend storage: server smf:1 sent a reply that matches no call (last route of its session: get); the connection takes no further calls.");
    }

    [Test]
    [Arguments(10)]
    [Arguments(100_000)]
    public async Task A_second_reply_on_an_idle_exclusive_connection_closes_it_before_it_carries_another_call(int bytes)
    {
        var sim = new GatewaySimulation();
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Call(1, new byte[100_000]);
        sim.RunUntilQuiet();
        await Assert.That(sim.SmfBackend.Servers[0].Statistics.IdleConnections).IsEqualTo(1);
        SmfFarServer first = sim.SmfServer.Connection;
        first.Send(SmfMessage.Encode(sim.SmfServer.Requests[0].Header.Session, 200, new byte[bytes]).AsSpan(0, 20));
        sim.RunUntilQuiet();
        await Assert.That(first.IsOver).IsTrue();
        await Assert.That((sim.SmfBackend.Servers[0].Statistics.IdleConnections, sim.SmfBackend.Servers[0].Statistics.ExclusiveConnections)).IsEqualTo((0, 0));
        caller.Call(2, new byte[100_000]);
        sim.RunUntilQuiet();
        await Assert.That(caller.StatusOf(2)).IsEqualTo(200u);
        await Assert.That(sim.SmfServer.Connections.Count).IsEqualTo(2);
    }

    [Test]
    public async Task A_second_reply_while_an_exclusive_connection_carries_the_next_call_does_not_cost_that_call_its_own()
    {
        var sim = new GatewaySimulation();
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Call(1, new byte[100_000]);
        sim.RunUntilQuiet();
        sim.SmfServer.OnRequest = (server, request) =>
        {
            server.Reply(sim.SmfServer.Requests[0], "again"u8);
            server.Reply(request, request.Content);
        };
        byte[] body = new byte[100_000];
        sim.Random.NextBytes(body);
        caller.Call(2, body);
        sim.RunUntilQuiet();
        await Assert.That(caller.LastReply.Content).IsSequence(body);
        await Assert.That((await Assert.That(sim.SmfServer.Connections).HasSingleItem()).IsOver).IsTrue();
    }

    [Test]
    public async Task A_reply_under_a_session_that_was_never_used_is_logged_with_the_route_none()
    {
        var sim = new GatewaySimulation();
        sim.SmfServer.OnRequest = (server, _) => server.Reply(60_000, "x"u8);
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Call(1, "x"u8);
        sim.RunUntilQuiet();
        await Assert.That(await Assert.That(sim.Messages).HasSingleItem()).Contains("(last route of its session: none)", StringComparison.Ordinal);
        await Assert.That(caller.Replies).IsEmpty();
    }

    [Test]
    public async Task A_caller_that_vanishes_leaves_nothing_but_replies_that_are_swallowed()
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
            sim.SmfServer.Connection.Reply(request, request.Content);
        sim.RunUntilQuiet();
        await Assert.That(sim.Counters.LateReplies).IsEqualTo(1000);
        await sim.AssertNothingLeaked();
        // That of the idle connection.
        await Assert.That(sim.Loop.Timers.Count).IsEqualTo(1);
    }

    [Test]
    public async Task Rule_2_6_header_and_body_may_come_in_one_write_or_two_and_many_calls_in_one()
    {
        var sim = new GatewaySimulation();
        SmfFarCaller caller = sim.ConnectSmf();
        byte[] one = SmfMessage.Encode(1, GatewaySetup.GetId, "x"u8);
        caller.Send(one.AsSpan(0, 16));
        sim.RunUntilQuiet();
        caller.Send(one.AsSpan(16));
        caller.Send([.. SmfMessage.Encode(2, GatewaySetup.GetId, "y"u8), .. SmfMessage.Encode(3, GatewaySetup.GetId, "z"u8)]);
        sim.RunUntilQuiet();
        await Assert.That(caller.Replies.Count).IsEqualTo(3);
    }
}
