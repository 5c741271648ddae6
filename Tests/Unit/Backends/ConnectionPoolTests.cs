using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;
using FrameRpc.Tests.Simulation.Smf;

namespace FrameRpc.Tests.Backends;

public sealed class ConnectionPoolTests
{
    [Test]
    public async Task Calls_beyond_the_connections_wait_and_are_served_first_come_first_served()
    {
        var sim = new GatewaySimulation(new GatewaySetup { ExclusiveConnectionsMax = 2, TimeoutMs = 60_000 });
        var asked = new Queue<(FrameFarServer Connection, FrameMessage Request)>();
        sim.FrameServer.OnRequest = (connection, request) => asked.Enqueue((connection, request));
        FrameFarCaller[] callers = [.. Enumerable.Range(0, 10).Select(_ => sim.ConnectFrames())];
        for (int i = 0; i < callers.Length; i++)
        {
            callers[i].Call($"{i}");
            sim.RunUntilQuiet();
        }
        await Assert.That(asked.Count).IsEqualTo(2);
        while (asked.TryDequeue(out (FrameFarServer Connection, FrameMessage Request) next))
        {
            next.Connection.Echo(next.Request);
            sim.RunUntilQuiet();
        }
        await Assert.That(sim.FrameServer.Requests.Select(request => request.Json)).IsSequence(Enumerable.Range(0, 10).Select(i => $"{i}"));
        await Assert.That(sim.FrameServer.Connections.Count).IsEqualTo(2);
    }

    /// <summary>A connection that is retired takes no more calls, but is a connection until those on it are answered.</summary>
    [Test]
    public async Task Retired_connections_count_as_connections_until_they_are_closed()
    {
        var sim = new GatewaySimulation(new GatewaySetup { SharedConnectionsMax = 2, MessageBytesMax = 500, SharedBodyMax = 500, TimeoutMs = 60_000 });
        SmfMessage? held = null;
        sim.SmfServer.OnRequest = (_, request) => held ??= request;
        SmfFarCaller caller = sim.ConnectSmf();
        for (ushort connection = 1; connection <= 3; connection++)
        {
            held = null;
            caller.Call((ushort)(10 * connection), "held"u8);
            caller.Call((ushort)(10 * connection + 1), "answered with too much"u8);
            sim.RunUntilQuiet();
            if (held is null)
                break;
            // Too large for its route: the connection is retired, and stays for the call that is held.
            sim.SmfServer.Connection.Reply((ushort)(held.Header.Session + 1), new byte[1000]);
            sim.RunUntilQuiet();
        }
        await Assert.That(sim.SmfServer.Connections.Count(connection => !connection.IsOver)).IsEqualTo(2);
        await Assert.That((caller.StatusOf(30), caller.StatusOf(31))).IsEqualTo((429u, 429u));

        sim.SmfServer.Connection.Reply(1, "x"u8);
        sim.RunUntilQuiet();
        sim.SmfServer.OnRequest = (connection, request) => connection.Reply(request, request.Content);
        caller.Call(40, "x"u8);
        sim.RunUntilQuiet();
        await Assert.That(caller.StatusOf(40)).IsEqualTo(200u);
        await Assert.That(sim.SmfServer.Connections.Count(connection => !connection.IsOver)).IsEqualTo(2);
    }

    [Test]
    public async Task More_than_may_wait_get_429_or_error_3_at_once()
    {
        var sim = new GatewaySimulation(new GatewaySetup { ExclusiveConnectionsMax = 1, CallsWaitingMax = 2 });
        sim.FrameServer.OnRequest = (_, _) => { };
        sim.SmfServer.OnRequest = (_, _) => { };
        FrameFarCaller[] frames = [.. Enumerable.Range(0, 4).Select(_ => sim.ConnectFrames())];
        SmfFarCaller[] smf = [.. Enumerable.Range(0, 4).Select(_ => sim.ConnectSmf())];
        foreach (FrameFarCaller caller in frames)
            caller.Call("1");
        foreach (SmfFarCaller caller in smf)
            caller.Call(1, new byte[100_000]);
        sim.RunUntilQuiet();
        FrameMessage refused = await Assert.That(frames.SelectMany(caller => caller.Replies)).HasSingleItem();
        await Assert.That((refused.Error, refused.ErrorMessage)).IsEqualTo((ReplyError.Server, "too many calls wait for this backend"));
        await Assert.That((await Assert.That(smf.SelectMany(caller => caller.Replies)).HasSingleItem()).Header.Meta).IsEqualTo(429u);
    }

    [Test]
    public async Task A_call_that_waits_for_a_connection_in_vain_gets_504()
    {
        var sim = new GatewaySimulation(new GatewaySetup { ExclusiveConnectionsMax = 1, TimeoutMs = 1000 });
        sim.FrameServer.OnRequest = (connection, _) => connection.Send(Frame.ReplyHeader(DataType.Octets));
        FrameFarCaller first = sim.ConnectFrames();
        FrameFarCaller second = sim.ConnectFrames();
        first.Download("1");
        sim.RunUntilQuiet();
        second.Call("2");
        for (int i = 0; i < 10 && second.Replies.Count == 0; i++)
        {
            sim.RunFor(300);
            sim.FrameServer.Connection.Send(Frame.Encode(FrameType.Data, false, "x"u8));
        }
        await Assert.That((await Assert.That(second.Replies).HasSingleItem()).ErrorMessage).IsEqualTo("the reply did not come in time");
        await Assert.That(first.IsOver).IsFalse();
    }

    [Test]
    [Arguments(ConnectAnswer.Refuse)]
    [Arguments(ConnectAnswer.Silence)]
    public async Task A_server_that_cannot_be_reached_is_passed_over_and_its_calls_are_served_by_the_next(object answer)
    {
        var sim = new GatewaySimulation(new GatewaySetup { SmfServers = [1, 1], FrameServers = [1, 1], ConnectTimeoutMs = 500 });
        sim.SmfServers[0].Answer = sim.FrameServers[0].Answer = (ConnectAnswer)answer;
        SmfFarCaller smf = sim.ConnectSmf();
        FrameFarCaller frames = sim.ConnectFrames();
        for (ushort session = 1; session <= 10; session++)
            smf.Call(session, "x"u8);
        smf.Call(11, new byte[100_000]);
        frames.Call("1");
        frames.Call("2");
        sim.RunUntil(() => smf.Replies.Count == 11 && frames.Replies.Count == 2, "answers", () => $"{smf.Replies.Count} {frames.Replies.Count}");
        foreach (SmfMessage reply in smf.Replies)
            await Assert.That(reply.Header.Meta).IsEqualTo(200u);
        foreach (FrameMessage reply in frames.Replies)
            await Assert.That(reply.Error).IsEqualTo(ReplyError.Ok);
        await Assert.That(sim.SmfServers[0].Connections).IsEmpty();
        await Assert.That(sim.Counters.CallsMoved).IsNotEqualTo(0);
    }

    [Test]
    public async Task When_no_server_can_be_reached_there_is_503_or_error_3()
    {
        var sim = new GatewaySimulation(new GatewaySetup { SmfServers = [1, 1], FrameServers = [1, 1] });
        foreach (SimulatedServer server in sim.SmfServers.Concat<SimulatedServer>(sim.FrameServers))
            server.Answer = ConnectAnswer.Refuse;
        SmfFarCaller smf = sim.ConnectSmf();
        FrameFarCaller frames = sim.ConnectFrames();
        smf.Call(1, "x"u8);
        smf.Call(2, new byte[100_000]);
        frames.Call("1");
        sim.RunUntilQuiet();
        await Assert.That((smf.StatusOf(1), smf.StatusOf(2))).IsEqualTo((503u, 503u));
        await Assert.That((await Assert.That(frames.Replies).HasSingleItem()).ErrorMessage).IsEqualTo("no server of this backend can be reached");
        foreach (SmfServer server in sim.SmfServers)
            await Assert.That(server.ConnectsSeen).IsBetween(1, 2);
    }

    /// <summary>No call is needed for it, and none waits for it.</summary>
    [Test]
    public async Task An_unreachable_server_is_tried_less_and_less_often_while_another_one_serves()
    {
        var sim = new GatewaySimulation(new GatewaySetup { FrameServers = [1, 1] });
        sim.FrameServers[0].Answer = ConnectAnswer.Refuse;
        sim.ConnectFrames().Call("1");
        sim.ConnectFrames().Call("2");
        long[] pauses = PausesBetweenAttempts(sim, sim.FrameServers[0], forMs: 20_000);
        foreach ((long pause, long expected) in pauses.Zip([100L, 200, 400, 800, 1600, 3200, 5000]))
            await Assert.That(pause).IsBetween((long)(expected * 0.8), (long)(expected * 1.2) + 10);
        await Assert.That(pauses.Length).IsBetween(6, 9);

        sim.FrameServers[0].Answer = ConnectAnswer.Accept;
        sim.RunFor(6000);
        await Assert.That(sim.FrameBackend.Servers[0].Reach.IsUnreachable).IsFalse();
        await Assert.That(sim.FrameServers[0].Connections.Count).IsEqualTo(1);
    }

    [Test]
    public async Task A_sole_server_that_is_down_is_tried_four_times_a_second_and_serves_as_soon_as_it_is_back()
    {
        var sim = new GatewaySimulation();
        foreach (SimulatedServer server in new SimulatedServer[] { sim.SmfServer, sim.FrameServer })
            server.Answer = ConnectAnswer.Refuse;
        SmfFarCaller smf = sim.ConnectSmf();
        FrameFarCaller frames = sim.ConnectFrames();
        smf.Call(1, "x"u8);
        frames.Call("1");
        foreach (long pause in PausesBetweenAttempts(sim, sim.SmfServer, forMs: 10_000).Concat(PausesBetweenAttempts(sim, sim.FrameServer, forMs: 10_000)))
            await Assert.That(pause).IsBetween(200, 310);
        await Assert.That((smf.StatusOf(1), frames.Replies.Count)).IsEqualTo((503u, 1));

        foreach (SimulatedServer server in new SimulatedServer[] { sim.SmfServer, sim.FrameServer })
            server.Answer = ConnectAnswer.Accept;
        sim.RunFor(310);
        smf.Call(2, "x"u8);
        frames.Call("2");
        sim.RunUntilQuiet();
        await Assert.That((smf.StatusOf(2), frames.Replies[^1].Json)).IsEqualTo((200u, "2"));
    }

    [Test]
    public async Task Calls_are_refused_at_once_while_no_server_can_be_reached()
    {
        var sim = new GatewaySimulation();
        sim.SmfServer.Answer = ConnectAnswer.Refuse;
        sim.FrameServer.Answer = ConnectAnswer.Refuse;
        SmfFarCaller smf = sim.ConnectSmf();
        FrameFarCaller frames = sim.ConnectFrames();
        for (ushort session = 1; session <= 50; session++)
        {
            smf.Call(session, "x"u8);
            frames.Call($"{session}");
            sim.RunFor(20);
            await Assert.That((smf.StatusOf(session), frames.Replies.Count)).IsEqualTo((503u, session));
        }
    }

    [Test]
    public async Task Many_attempts_that_fail_together_are_one_failure()
    {
        var sim = new GatewaySimulation();
        sim.FrameServer.Answer = ConnectAnswer.Refuse;
        for (int i = 0; i < 20; i++)
            sim.ConnectFrames().Call("1");
        sim.RunUntilQuiet();
        await Assert.That(sim.WorkerContext.Backends.Sum(backend => backend.Servers.Sum(server => server.Statistics.ConnectsFailed))).IsEqualTo(20);
        sim.FrameServer.Answer = ConnectAnswer.Accept;
        sim.RunFor(310);
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Call("1");
        sim.RunUntilQuiet();
        await Assert.That((await Assert.That(caller.Replies).HasSingleItem()).Error).IsEqualTo(ReplyError.Ok);
    }

    [Test]
    public async Task Idle_connections_leave_after_a_minute_and_a_frame_server_is_told_with_a_reset_frame()
    {
        var sim = new GatewaySimulation();
        sim.ConnectSmf().Call(1, new byte[100_000]);
        sim.ConnectFrames().Call("1");
        sim.RunFor(59_000);
        await Assert.That((sim.SmfBackend.Servers[0].Statistics.ExclusiveConnections, sim.FrameBackend.Servers[0].Statistics.ExclusiveConnections)).IsEqualTo((1, 1));
        sim.RunFor(3000);
        await Assert.That((sim.SmfBackend.Servers[0].Statistics.ExclusiveConnections, sim.FrameBackend.Servers[0].Statistics.ExclusiveConnections)).IsEqualTo((0, 0));
        await Assert.That(sim.FrameServer.Connection.SawResetFrame).IsTrue();
    }

    [Test]
    public async Task An_idle_connection_whose_server_closes_or_speaks_unasked_is_not_used_again()
    {
        foreach (bool speaks in new[] { true, false })
        {
            var sim = new GatewaySimulation();
            FrameFarCaller caller = sim.ConnectFrames();
            caller.Call("1");
            sim.RunUntilQuiet();
            if (speaks)
                sim.FrameServer.Connection.Reply(DataType.Json, Frame.Encode(FrameType.Data, true, "\"a ghost\""u8));
            else
                sim.FrameServer.Connection.Close();
            sim.RunUntilQuiet();
            caller.Call("2");
            sim.RunUntilQuiet();
            await Assert.That(caller.Replies.Select(reply => reply.Json)).IsSequence(["1", "2"]);
            await Assert.That(sim.FrameServer.Connections.Count).IsEqualTo(2);
        }
    }

    private static long[] PausesBetweenAttempts(GatewaySimulation sim, SimulatedServer server, int forMs)
    {
        var attemptsAtMs = new List<long>();
        for (int ms = 0; ms < forMs; ms += 2)
        {
            int before = server.ConnectsSeen;
            sim.RunFor(2);
            if (server.ConnectsSeen > before)
                attemptsAtMs.Add(sim.Time.NowMs);
        }
        return [.. attemptsAtMs.Zip(attemptsAtMs.Skip(1), (a, b) => b - a)];
    }

    [Test]
    public async Task Connections_that_the_process_cannot_open_leave_no_connection_behind()
    {
        var sim = new GatewaySimulation(new GatewaySetup { ExclusiveConnectionsMax = 1 });
        sim.FrameServer.ThrowsOnConnect = true;
        sim.ConnectFrames().Call("1");
        Assert.Throws<Exception>(sim.RunUntilQuiet);
        await Assert.That(sim.FrameBackend.Servers[0].Statistics.ExclusiveConnections).IsEqualTo(0);
    }
}
