using FrameRpc.Protocol.Smf;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Smf;
using Xunit;

namespace FrameRpc.Tests.Proxy.Smf;

public sealed class LargeCallTests
{
    private static uint Id => GatewaySetup.GetId;

    [Theory]
    [InlineData(12)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(131_072)]
    [InlineData(4_194_305)]
    public void Bodies_around_the_largest_shared_one_pass_both_ways_byte_for_byte(int bytes)
    {
        foreach (NetworkConditions conditions in new[] { NetworkConditions.Calm, NetworkConditions.Calm with { BufferBytesMin = 5000, BufferBytesMax = 90_000, ShortSends = true } })
        {
            var sim = new GatewaySimulation(conditions: conditions, seed: bytes);
            byte[] body = new byte[bytes - SmfMessage.TableBytes];
            sim.Random.NextBytes(body);
            SmfFarCaller caller = sim.ConnectSmf();
            caller.Call(3, body);
            sim.RunUntilQuiet();
            Assert.Equal(200u, caller.StatusOf(3));
            Assert.Equal(body, caller.LastReply.Content);
            Assert.Equal(bytes > 65_536 ? 1 : 0, sim.SmfBackend.Servers[0].ExclusiveLanes);
            caller.Close();
            sim.RunUntilQuiet();
            sim.AssertNothingLeaked();
        }
    }

    [Fact]
    public void Large_bodies_use_the_same_lane_one_after_the_other()
    {
        var sim = new GatewaySimulation();
        SmfFarCaller caller = sim.ConnectSmf();
        for (ushort session = 1; session <= 5; session++)
        {
            caller.Call(session, new byte[100_000]);
            sim.RunUntilQuiet();
        }
        Assert.Equal(5, caller.Replies.Count);
        Assert.Single(sim.SmfServer.Connections);
    }

    [Fact]
    public void A_large_request_that_times_out_is_answered_once_and_the_callers_next_request_is_understood()
    {
        var sim = new GatewaySimulation(conditions: NetworkConditions.Calm with { BufferBytesMin = 10_000, BufferBytesMax = 10_000 });
        sim.SmfServer.Reads = false;
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Call(1, new byte[1_000_000]);
        caller.Call(2, "small"u8);
        sim.RunUntil(() => caller.Replies.Count == 1, "the timeout");
        Assert.Equal(504u, caller.StatusOf(1));
        sim.SmfServer.Reads = true;
        sim.RunUntil(() => caller.Replies.Count == 2, "the next answer");
        sim.RunFor(10_000);
        Assert.Equal(200u, caller.StatusOf(2));
        Assert.Equal(2, caller.Replies.Count);
    }

    [Fact]
    public void A_large_call_that_is_never_answered_gets_504_exactly_once()
    {
        var sim = new GatewaySimulation();
        sim.SmfServer.OnRequest = (_, _) => { };
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Call(1, new byte[200_000]);
        sim.RunUntil(() => caller.Replies.Count > 0, "the timeout");
        sim.RunFor(10_000);
        Assert.Equal(504u, Assert.Single(caller.Replies).Header.Meta);
        Assert.True(sim.SmfServer.Connection.IsOver);
    }

    [Theory]
    [InlineData(200u)]
    [InlineData(0u)]
    public void A_small_reply_that_comes_before_the_large_request_has_ended_reaches_the_caller_once_and_the_rest_is_read_away(uint status)
    {
        var sim = new GatewaySimulation();
        SmfFarCaller caller = sim.ConnectSmf();
        byte[] request = SmfMessage.Encode(1, Id, new byte[500_000]);
        caller.Send(request.AsSpan(0, 200_000));
        sim.RunUntilQuiet();
        SmfFarServer server = sim.SmfServer.Connection;
        server.Send(SmfMessage.Encode(SmfHeader.Read(server.Inbox.Bytes).Session, status, "enough"u8));
        sim.RunUntilQuiet();
        Assert.Equal(status == 0 ? 502 : status, Assert.Single(caller.Replies).Header.Meta);

        caller.Send(request.AsSpan(200_000));
        caller.Call(2, "next"u8);
        sim.RunUntilQuiet();
        Assert.Equal(2, caller.Replies.Count);
        Assert.Equal(200u, caller.StatusOf(2));
        Assert.True(server.IsOver);
    }

    [Fact]
    public void A_large_reply_that_begins_before_the_request_has_ended_passes_while_the_request_goes_on()
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
        Assert.Equal(100_000, caller.BytesReceived);
        caller.Send(request.AsSpan(200_000));
        sim.RunUntilQuiet();
        Assert.Single(sim.SmfServer.Requests);
        server.Send(reply.AsSpan(100_000));
        sim.RunUntilQuiet();
        Assert.Equal(300_000, Assert.Single(caller.Replies).Content.Length);
        caller.Call(2, new byte[100_000]);
        sim.RunUntilQuiet();
        Assert.Single(sim.SmfServer.Connections);
    }

    [Fact]
    public void Two_large_replies_from_two_lanes_do_not_mix_in_one_callers_stream()
    {
        var sim = new GatewaySimulation();
        var asked = new List<(SmfFarServer Server, SmfMessage Request)>();
        sim.SmfServer.OnRequest = (server, request) => asked.Add((server, request));
        SmfFarCaller caller = sim.ConnectSmf();
        for (ushort session = 1; session <= 3; session++)
            caller.Call(session, [.. Enumerable.Repeat((byte)session, 100_000)]);
        caller.Call(4, "small"u8);
        sim.RunUntilQuiet();
        Assert.Equal(4, asked.Count);
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
        Assert.Equal(4, caller.Replies.Count);
        Assert.All(caller.Replies.Where(reply => reply.Header.Session < 4), reply => Assert.All(reply.Content, b => Assert.Equal(reply.Header.Session, b)));
    }

    [Fact]
    public void A_large_reply_whose_turn_never_comes_times_out_and_is_swallowed()
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
        Assert.Equal((200u, 504u), (caller.StatusOf(1), caller.StatusOf(2)));
        Assert.Equal(2, caller.Replies.Count);
    }
}
