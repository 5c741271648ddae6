using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;

namespace FrameRpc.Tests.Formats.Frames;

public sealed class BodyTests
{
    public static IEnumerable<int> Sizes => [0, 1, 511, 512, 513, 1537, 3585, 4096, 73_728, 4_194_303, 4_194_304, 4_194_305];

    [Test]
    [MethodDataSource(nameof(Sizes))]
    public async Task Octets_of_every_size_pass_both_ways_byte_for_byte(int bytes)
    {
        var sim = new GatewaySimulation(seed: bytes);
        byte[] body = new byte[bytes];
        sim.Random.NextBytes(body);
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Send([.. Frame.RequestHeader("Upload", DataType.Octets), .. Frame.Octets(body)]);
        caller.Call("1");
        sim.RunUntilQuiet();
        await Assert.That(caller.Replies.Count).IsEqualTo(2);
        await Assert.That(caller.Replies[0].Data).IsSequence(body);
        await Assert.That(sim.FrameServer.Requests[0].Data).IsSequence(body);
    }

    [Test]
    [MethodDataSource(nameof(Sizes))]
    public async Task Rule_1_2_json_of_every_size_passes_without_its_newline_and_without_empty_frames(int bytes)
    {
        // The frame reader of the simulation rejects empty frames in a JSON part, as rule 1.3 requires.
        byte[] json = [(byte)'"', .. Enumerable.Repeat((byte)'x', Math.Max(bytes - 2, 0)), (byte)'"'];
        foreach (int frameBytes in new[] { FrameHeader.PayloadBytesMax, (bytes / 3) + 1 })
        {
            var sim = new GatewaySimulation();
            FrameFarCaller caller = sim.ConnectFrames();
            caller.Send([.. Frame.RequestHeader("Echo", DataType.Json), .. Frame.Octets([.. json, (byte)'\n'], frameBytes)]);
            caller.Call("1");
            sim.RunUntilQuiet();
            await Assert.That(caller.Replies.Count).IsEqualTo(2);
            await Assert.That(caller.Replies[0].Data).IsSequence(json);
            await Assert.That(sim.FrameServer.Requests[0].Data).IsSequence(json);
        }
    }

    [Test]
    public async Task Rule_1_2_json_leaves_in_one_write_without_its_newline()
    {
        foreach (int bytes in new[] { 2, 511, 512, 513, 1537, 3585, 20_000, 60_000 })
        {
            var sim = new GatewaySimulation();
            FrameFarCaller caller = sim.ConnectFrames();
            caller.Call("1");
            sim.RunUntilQuiet();
            List<int> toServer = sim.FrameServer.Connection.Socket.Peer.Writes = [];
            List<int> toCaller = caller.Socket.Peer.Writes = [];
            string json = $"\"{new string('x', bytes - 2)}\"";
            byte[] request = Frame.JsonRequest("Echo", json);
            caller.Send(request);
            sim.RunUntilQuiet();
            await Assert.That(caller.LastReply.Json).IsEqualTo(json);
            // Both parts lose their newline.
            await Assert.That(toServer).IsSequence([request.Length - 2]);
            await Assert.That(toCaller).IsSequence([Frame.ReplyHeader(DataType.Json).Length - 1 + FrameHeader.Bytes + bytes]);
        }
    }

    [Test]
    public async Task Rule_1_3_an_empty_last_frame_of_a_json_part_is_folded_in_both_ways()
    {
        foreach (int bytes in new[] { 2, 90_000 })
        {
            byte[] json = [(byte)'"', .. Enumerable.Repeat((byte)'x', bytes - 2), (byte)'"'];
            byte[] part = [.. Frame.Encode(FrameType.Data, false, json), .. Frame.Encode(FrameType.Data, true, [])];
            var sim = new GatewaySimulation();
            sim.FrameServer.OnRequest = (connection, _) => connection.Reply(DataType.Json, part);
            FrameFarCaller caller = sim.ConnectFrames();
            caller.Send([.. Frame.RequestHeader("Echo", DataType.Json), .. part]);
            sim.RunUntilQuiet();
            await Assert.That((await Assert.That(sim.FrameServer.Requests).HasSingleItem()).Data).IsSequence(json);
            await Assert.That((await Assert.That(caller.Replies).HasSingleItem()).Data).IsSequence(json);
        }
    }

    [Test]
    public async Task Rule_1_3_empty_frames_in_octets_are_harmless()
    {
        var sim = new GatewaySimulation();
        FrameFarCaller caller = sim.ConnectFrames();
        byte[] empty = Frame.Encode(FrameType.Data, false, []);
        byte[] body = [.. empty, .. empty, .. Frame.Encode(FrameType.Data, false, "body"u8), .. empty, .. Frame.Encode(FrameType.Data, true, [])];
        caller.Send([.. Frame.RequestHeader("Upload", DataType.Octets), .. body]);
        sim.RunUntilQuiet();
        await Assert.That((await Assert.That(caller.Replies).HasSingleItem()).Data).IsSequence("body"u8.ToArray());
    }

    [Test]
    public async Task A_request_without_data_passes_with_its_empty_data_part()
    {
        var sim = new GatewaySimulation();
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Send(Frame.Request("Nothing", DataType.None, []));
        caller.Call("1");
        sim.RunUntilQuiet();
        await Assert.That((caller.Replies.Count, caller.Replies[0].DataType, caller.Replies[0].Data.Length)).IsEqualTo((2, DataType.None, 0));
        await Assert.That(sim.FrameServer.Connections).HasSingleItem();
    }

    [Test]
    public async Task Octets_stream_both_ways_at_once()
    {
        var sim = new GatewaySimulation(new GatewaySetup { DrainsOctets = true }, NetworkConditions.Calm with { BufferBytesMin = 9000, BufferBytesMax = 9000 });
        sim.FrameServer.OnRequest = (_, _) => { };
        sim.FrameServer.OnRequestBegun = (connection, _) => connection.Send(Frame.ReplyHeader(DataType.Octets));
        sim.FrameServer.OnDataFrame = (connection, _, frame) => connection.Send(Frame.Encode(FrameType.Data, frame.IsLast, frame.Payload));
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Send(Frame.RequestHeader("Upload", DataType.Octets));
        byte[] part = new byte[70_000];
        for (int i = 1; i <= 20; i++)
        {
            sim.Random.NextBytes(part);
            caller.Send(Frame.Encode(FrameType.Data, i == 20, part));
            sim.RunUntilQuiet();
            if (i < 20)
                await Assert.That(caller.Current!.Frames.Count).IsEqualTo(i);
        }
        await Assert.That((await Assert.That(caller.Replies).HasSingleItem()).Data.Length).IsEqualTo(20 * 70_000);
        caller.Call("1");
        sim.RunUntilQuiet();
        await Assert.That(sim.FrameServer.Connections).HasSingleItem();
    }

    [Test]
    public async Task Where_servers_drain_octets_a_whole_reply_before_the_end_of_the_request_is_passed_on_at_once_and_the_connection_goes_on()
    {
        var sim = new GatewaySimulation(new GatewaySetup { DrainsOctets = true });
        sim.FrameServer.OnRequest = (_, _) => { };
        sim.FrameServer.OnRequestBegun = (connection, _) => connection.Reply(DataType.Json, Frame.Encode(FrameType.Data, true, "\"early\""u8));
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Send([.. Frame.RequestHeader("Receive", DataType.Octets, DataType.Json), .. Frame.Encode(FrameType.Data, false, new byte[1000])]);
        sim.RunPastPause();
        await Assert.That((await Assert.That(caller.Replies).HasSingleItem()).Json).IsEqualTo("\"early\"");
        caller.Send(Frame.Encode(FrameType.Data, true, new byte[1000]));
        caller.Call("1");
        sim.RunUntilQuiet();
        await Assert.That(caller.Replies.Count).IsEqualTo(2);
        await Assert.That(sim.FrameServer.Connections).HasSingleItem();
    }

    [Test]
    [Arguments(ReplyError.Request)]
    [Arguments(ReplyError.Server)]
    [Arguments(ReplyError.Undecided)]
    public async Task Rule_1_6_an_early_error_reply_reaches_the_caller_and_the_rest_of_the_request_is_discarded(ReplyError error)
    {
        var sim = new GatewaySimulation();
        sim.FrameServer.OnRequestBegun = (connection, _) => connection.Fail(error, "early");
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Send([.. Frame.RequestHeader("Upload", DataType.Octets), .. Frame.Encode(FrameType.Data, false, new byte[1000])]);
        sim.RunPastPause();
        await Assert.That(((await Assert.That(caller.Replies).HasSingleItem()).Error, caller.LastReply.ErrorMessage)).IsEqualTo((error, "early"));
        sim.FrameServer.OnRequestBegun = (_, _) => { };
        caller.Send(Frame.Encode(FrameType.Data, true, new byte[1000]));
        caller.Call("1");
        sim.RunUntilQuiet();
        await Assert.That(caller.LastReply.Json).IsEqualTo("1");
        await Assert.That(sim.FrameServer.Connections.Count).IsEqualTo(2);
        await Assert.That((await Assert.That(sim.FrameServer.Requests).HasSingleItem()).Json).IsEqualTo("1");
    }

    [Test]
    [Arguments(ReplyError.Request, 2)]
    [Arguments(ReplyError.Server, 2)]
    [Arguments(ReplyError.Undecided, 1)]
    public async Task Rule_1_1_a_connection_is_not_used_again_after_an_error_except_a_handlers_own(ReplyError error, int connections)
    {
        var sim = new GatewaySimulation();
        sim.FrameServer.OnRequest = (connection, _) => connection.Fail(error, "no");
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Call("1");
        sim.RunUntilQuiet();
        await Assert.That((caller.LastReply.Error, caller.LastReply.ErrorMessage)).IsEqualTo((error, "no"));
        sim.FrameServer.OnRequest = (connection, request) => connection.Echo(request);
        caller.Call("2");
        sim.RunUntilQuiet();
        await Assert.That(caller.LastReply.Json).IsEqualTo("2");
        await Assert.That(sim.FrameServer.Connections.Count).IsEqualTo(connections);
    }

    [Test]
    public async Task Rule_1_8_a_server_that_never_answers_costs_error_3_at_the_routes_timeout()
    {
        var sim = new GatewaySimulation(new GatewaySetup { TimeoutMs = 2000 });
        sim.FrameServer.OnRequest = (_, _) => { };
        FrameFarCaller caller = sim.ConnectFrames();
        long began = sim.Time.NowMs;
        caller.Call("1");
        sim.RunUntil(() => caller.Replies.Count == 1, "an answer");
        await Assert.That(sim.Time.NowMs - began).IsBetween(2000, 2020);
        await Assert.That((caller.LastReply.Error, caller.LastReply.ErrorMessage)).IsEqualTo((ReplyError.Server, "the reply did not come in time"));
        await Assert.That(sim.FrameServer.Connection.SawReset).IsTrue();
    }

    [Test]
    public async Task A_reply_that_stalls_breaks_visibly_at_the_routes_timeout()
    {
        var sim = new GatewaySimulation(new GatewaySetup { TimeoutMs = 2000 });
        sim.FrameServer.OnRequest = (connection, _) => connection.Send([.. Frame.ReplyHeader(DataType.Octets), 2, 1, 100, 0, 0, 0, 1, 2, 3]);
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Download("1");
        sim.RunUntil(() => caller.IsOver, "the end");
        await Assert.That(caller.SawReset).IsTrue();
        await Assert.That(caller.Replies).IsEmpty();
    }
}
