using FrameRpc.Protocol.Smf;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Smf;

namespace FrameRpc.Tests.Formats.Smf;

public sealed class LargeCallTests
{
    private static uint Id => GatewaySetup.GetId;

    [Test]
    [Arguments(12)]
    [Arguments(65_535)]
    [Arguments(65_536)]
    [Arguments(65_537)]
    [Arguments(131_072)]
    [Arguments(4_194_305)]
    public async Task Bodies_around_the_largest_shared_one_pass_both_ways_byte_for_byte(int bytes)
    {
        foreach (NetworkConditions conditions in new[] { NetworkConditions.Calm, NetworkConditions.Calm with { BufferBytesMin = 5000, BufferBytesMax = 90_000, ShortSends = true } })
        {
            var sim = new GatewaySimulation(conditions: conditions, seed: bytes);
            byte[] body = new byte[bytes - SmfMessage.TableBytes];
            sim.Random.NextBytes(body);
            SmfFarCaller caller = sim.ConnectSmf();
            caller.Call(3, body);
            sim.RunUntilQuiet();
            await Assert.That(caller.StatusOf(3)).IsEqualTo(200u);
            await Assert.That(caller.LastReply.Content).IsSequence(body);
            await Assert.That(sim.SmfBackend.Servers[0].Statistics.ExclusiveConnections).IsEqualTo(bytes > 65_536 ? 1 : 0);
            caller.Close();
            sim.RunUntilQuiet();
            await sim.AssertNothingLeaked();
        }
    }

    [Test]
    public async Task Large_bodies_use_the_same_connection_one_after_the_other()
    {
        var sim = new GatewaySimulation();
        SmfFarCaller caller = sim.ConnectSmf();
        for (ushort session = 1; session <= 5; session++)
        {
            caller.Call(session, new byte[100_000]);
            sim.RunUntilQuiet();
        }
        await Assert.That(caller.Replies.Count).IsEqualTo(5);
        await Assert.That(sim.SmfServer.Connections).HasSingleItem();
    }

    [Test]
    public async Task A_large_request_that_times_out_is_answered_once_and_the_callers_next_request_is_understood()
    {
        var sim = new GatewaySimulation(conditions: NetworkConditions.Calm with { BufferBytesMin = 10_000, BufferBytesMax = 10_000 });
        sim.SmfServer.Reads = false;
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Call(1, new byte[1_000_000]);
        caller.Call(2, "small"u8);
        sim.RunUntil(() => caller.Replies.Count == 1, "the timeout");
        await Assert.That(caller.StatusOf(1)).IsEqualTo(504u);
        sim.SmfServer.Reads = true;
        sim.RunUntil(() => caller.Replies.Count == 2, "the next answer");
        sim.RunFor(10_000);
        await Assert.That(caller.StatusOf(2)).IsEqualTo(200u);
        await Assert.That(caller.Replies.Count).IsEqualTo(2);
    }

    [Test]
    public async Task A_large_call_that_is_never_answered_gets_504_exactly_once()
    {
        var sim = new GatewaySimulation();
        sim.SmfServer.OnRequest = (_, _) => { };
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Call(1, new byte[200_000]);
        sim.RunUntil(() => caller.Replies.Count > 0, "the timeout");
        sim.RunFor(10_000);
        await Assert.That((await Assert.That(caller.Replies).HasSingleItem()).Header.Meta).IsEqualTo(504u);
        await Assert.That(sim.SmfServer.Connection.IsOver).IsTrue();
    }

    [Test]
    [Arguments(200u)]
    [Arguments(0u)]
    public async Task A_small_reply_that_comes_before_the_large_request_has_ended_reaches_the_caller_once_and_the_rest_is_read_away(uint status)
    {
        var sim = new GatewaySimulation();
        SmfFarCaller caller = sim.ConnectSmf();
        byte[] request = SmfMessage.Encode(1, Id, new byte[500_000]);
        caller.Send(request.AsSpan(0, 200_000));
        sim.RunUntilQuiet();
        SmfFarServer server = sim.SmfServer.Connection;
        server.Send(SmfMessage.Encode(SmfHeader.Read(server.Inbox.Bytes).Session, status, "enough"u8));
        sim.RunUntilQuiet();
        await Assert.That((await Assert.That(caller.Replies).HasSingleItem()).Header.Meta).IsEqualTo(status == 0 ? 502 : status);

        caller.Send(request.AsSpan(200_000));
        caller.Call(2, "next"u8);
        sim.RunUntilQuiet();
        await Assert.That(caller.Replies.Count).IsEqualTo(2);
        await Assert.That(caller.StatusOf(2)).IsEqualTo(200u);
        await Assert.That(server.IsOver).IsTrue();
    }

    [Test]
    public async Task A_large_reply_that_begins_before_the_request_has_ended_passes_while_the_request_goes_on()
    {
        var sim = new GatewaySimulation();
        SmfFarCaller caller = sim.ConnectSmf();
        byte[] request = SmfMessage.Encode(1, Id, new byte[500_000]);
        caller.Send(request.AsSpan(0, 200_000));
        sim.RunUntilQuiet();
        SmfFarServer server = sim.SmfServer.Connection;
        sim.SmfServer.OnRequest = (_, _) => { };
        byte[] reply = SmfMessage.Encode(SmfHeader.Read(server.Inbox.Bytes).Session, 200, new byte[300_000]);
        server.Send(reply.AsSpan(0, 100_000));
        sim.RunUntilQuiet();
        await Assert.That(caller.BytesReceived).IsEqualTo(100_000);
        caller.Send(request.AsSpan(200_000));
        sim.RunUntilQuiet();
        await Assert.That(sim.SmfServer.Requests).HasSingleItem();
        server.Send(reply.AsSpan(100_000));
        sim.RunUntilQuiet();
        await Assert.That((await Assert.That(caller.Replies).HasSingleItem()).Content.Length).IsEqualTo(300_000);
        caller.Call(2, new byte[100_000]);
        sim.RunUntilQuiet();
        await Assert.That(sim.SmfServer.Connections).HasSingleItem();
    }

    /// <summary>It would count among the connections that the server may have, for ever.</summary>
    [Test]
    public async Task A_connection_whose_server_stops_in_a_large_reply_that_nobody_waits_for_is_closed_like_an_idle_one()
    {
        var sim = new GatewaySimulation();
        sim.SmfServer.OnRequest = (server, request) => server.Send(SmfMessage.Encode(request.Header.Session, 200, new byte[200_000]).AsSpan(0, 150_000));
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Call(1, new byte[200_000]);
        sim.RunUntilQuiet();
        caller.Reset();
        sim.RunFor(sim.SmfBackend.IdleTimeoutMs + 100);
        await Assert.That(sim.SmfBackend.Servers[0].Statistics.ExclusiveConnections).IsEqualTo(0);
        await sim.AssertNothingLeaked();
    }

    [Test]
    public async Task Two_large_replies_from_two_connections_do_not_mix_in_one_callers_stream()
    {
        var sim = new GatewaySimulation();
        var asked = new List<(SmfFarServer Server, SmfMessage Request)>();
        sim.SmfServer.OnRequest = (server, request) => asked.Add((server, request));
        SmfFarCaller caller = sim.ConnectSmf();
        for (ushort session = 1; session <= 3; session++)
            caller.Call(session, [.. Enumerable.Repeat((byte)session, 100_000)]);
        caller.Call(4, "small"u8);
        sim.RunUntilQuiet();
        await Assert.That(asked.Count).IsEqualTo(4);
        byte[][] replies = [.. asked.Select(ask => SmfMessage.Encode(ask.Request.Header.Session, 200, ask.Request.Content))];
        foreach (int part in Enumerable.Range(0, 10))
        {
            for (int i = 0; i < 4; i++)
            {
                int from = replies[i].Length * part / 10;
                asked[i].Server.Send(replies[i].AsSpan(from..(replies[i].Length * (part + 1) / 10)));
            }
            sim.RunUntilQuiet();
        }
        await Assert.That(caller.Replies.Count).IsEqualTo(4);
        foreach (SmfMessage reply in caller.Replies.Where(reply => reply.Header.Session < 4))
            foreach (byte b in reply.Content)
                await Assert.That((ushort)b).IsEqualTo(reply.Header.Session);
    }

    [Test]
    public async Task A_large_reply_whose_turn_never_comes_times_out_and_is_swallowed()
    {
        var sim = new GatewaySimulation(new GatewaySetup { WriteTimeoutMs = 60_000, TimeoutMs = 1000 });
        var asked = new List<(SmfFarServer Server, SmfMessage Request)>();
        sim.SmfServer.OnRequest = (server, request) => asked.Add((server, request));
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Call(1, "first"u8);
        caller.Call(2, new byte[100_000]);
        sim.RunUntilQuiet();
        byte[] endless = SmfMessage.Encode(asked[0].Request.Header.Session, 200, new byte[1_000_000]);
        asked[0].Server.Send(endless.AsSpan(0, 100_000));
        sim.RunUntilQuiet();
        asked[1].Server.Reply(asked[1].Request, new byte[200_000]);
        for (int part = 1; part < 10; part++)
        {
            sim.RunFor(300);
            asked[0].Server.Send(endless.AsSpan(part * 100_000, 100_000));
        }
        asked[0].Server.Send(endless.AsSpan(1_000_000));
        sim.RunUntilQuiet();
        await Assert.That((caller.StatusOf(1), caller.StatusOf(2))).IsEqualTo((200u, 504u));
        await Assert.That(caller.Replies.Count).IsEqualTo(2);
    }

    [Test]
    public async Task A_server_connection_that_breaks_while_its_large_reply_waits_for_its_turn_leaves_the_callers_stream_to_the_next()
    {
        var sim = new GatewaySimulation();
        SmfFarServer? shared = null;
        SmfMessage? first = null;
        sim.SmfServer.OnRequest = (server, request) => (shared, first) = (server, request);
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Call(1, "first"u8);
        sim.RunUntilQuiet();
        byte[] firstReply = SmfMessage.Encode(first!.Header.Session, 200, new byte[300_000]);
        shared!.Send(firstReply.AsSpan(0, 100_000));
        byte[] request = SmfMessage.Encode(2, Id, new byte[500_000]);
        caller.Send(request.AsSpan(0, 200_000));
        sim.RunUntilQuiet();
        SmfFarServer exclusive = sim.SmfServer.Connection;
        await Assert.That(exclusive).IsNotEqualTo(shared);
        // It answers before it has the whole request, then breaks: the next write to it fails.
        exclusive.Send(SmfMessage.Encode(SmfHeader.Read(exclusive.Inbox.Bytes).Session, 200, new byte[200_000]));
        sim.RunUntilQuiet();
        exclusive.Reset();
        caller.Send(request.AsSpan(200_000));
        sim.RunUntilQuiet();

        shared.Send(firstReply.AsSpan(100_000));
        sim.SmfServer.OnRequest = (server, next) => server.Reply(next, next.Content);
        caller.Call(3, new byte[100_000]);
        sim.RunUntilQuiet();

        await Assert.That((caller.StatusOf(1), caller.StatusOf(2), caller.StatusOf(3))).IsEqualTo((200u, 502u, 200u));
        await Assert.That(caller.Replies.Count).IsEqualTo(3);
        caller.Close();
        sim.RunUntilQuiet();
        await sim.AssertNothingLeaked();
    }
}
