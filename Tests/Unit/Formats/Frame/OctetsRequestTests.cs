using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;

namespace FrameRpc.Tests.Formats.Frames;

/// <summary>A handler may answer before it has read all octets of its request, and its server then reads the rest as the next call.</summary>
public sealed class OctetsRequestTests
{
    [Test]
    [Arguments(false, 2)]
    [Arguments(true, 1)]
    public async Task A_connection_that_carried_octets_carries_another_call_only_where_servers_drain_them(bool drains, int connections)
    {
        var sim = new GatewaySimulation(new GatewaySetup { DrainsOctets = drains });
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Send(Frame.Request("Upload", DataType.Octets, "octets"u8));
        caller.Call("1");
        sim.RunUntilQuiet();
        await Assert.That(caller.Replies.Select(reply => reply.Json)).IsSequence(["octets", "1"]);
        await Assert.That(sim.FrameServer.Connections.Count).IsEqualTo(connections);
    }

    [Test]
    public async Task A_server_gets_a_reset_frame_where_its_octets_request_was_complete()
    {
        var sim = new GatewaySimulation();
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Send(Frame.Request("Upload", DataType.Octets, "octets"u8));
        sim.RunUntilQuiet();
        await Assert.That(sim.FrameServer.Connection is { SawResetFrame: true, SawReset: false }).IsTrue();
        await Assert.That(sim.FrameBackend.Servers[0].Statistics.ExclusiveConnections).IsEqualTo(0);
    }

    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task A_reply_that_begins_before_the_end_of_its_octets_stops_the_rest_of_them_at_once(bool canReset)
    {
        var sim = new GatewaySimulation(conditions: NetworkConditions.Calm with { CanReset = canReset });
        sim.FrameServer.OnDataFrame = (connection, _, _) => connection.Send(Frame.ReplyHeader(DataType.Json).AsSpan(0, 3));
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Send([.. Frame.RequestHeader("Receive", DataType.Octets, DataType.Json), .. Frame.Encode(FrameType.Data, false, new byte[1000])]);
        sim.RunPastPause();
        FrameFarServer server = sim.FrameServer.Connection;
        long before = server.BytesReceived;
        sim.FrameServer.OnDataFrame = (_, _, _) => { };

        caller.Send([.. Frame.Encode(FrameType.Data, false, new byte[100_000]), .. Frame.Encode(FrameType.Data, true, new byte[10])]);
        caller.Call("\"after\"");
        sim.RunUntilQuiet();
        await Assert.That(server.BytesReceived).IsEqualTo(before);
        server.Send([.. Frame.ReplyHeader(DataType.Json).AsSpan(3), .. Frame.Encode(FrameType.Data, true, "\"early\""u8)]);
        sim.RunUntilQuiet();

        await Assert.That(caller.Replies.Select(reply => reply.Json)).IsSequence(["\"early\"", "\"after\""]);
        await Assert.That(server.IsOver && !server.EndedDeceptively).IsTrue();
        await Assert.That(sim.Counters.RequestsStopped).IsEqualTo(1);
        await Assert.That(sim.FrameServer.Connections.Count).IsEqualTo(2);
        caller.Close();
        sim.RunFor(70_000);
        await sim.AssertNothingLeaked();
    }

    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task A_request_stopped_inside_a_frame_never_looks_complete_to_its_server(bool canReset)
    {
        var sim = new GatewaySimulation(conditions: NetworkConditions.Calm with { CanReset = canReset, BufferBytesMin = 10_000, BufferBytesMax = 10_000 });
        FrameFarCaller caller = sim.ConnectFrames();
        byte[] request = [.. Frame.RequestHeader("Receive", DataType.Octets, DataType.Json), .. Frame.Octets(new byte[900_000])];
        sim.FrameServer.OnRequestBegun = (connection, _) =>
        {
            connection.Reply(DataType.Json, Frame.Encode(FrameType.Data, true, "\"early\""u8));
            connection.IsReading = false;
        };
        caller.Send(request);
        sim.RunUntilQuiet();
        await Assert.That((await Assert.That(caller.Replies).HasSingleItem()).Json).IsEqualTo("\"early\"");
        FrameFarServer server = sim.FrameServer.Connection;
        server.Resume();
        sim.RunFor(10_000);
        await Assert.That(server.IsOver).IsTrue();
        await Assert.That(server.EndedDeceptively).IsFalse();
        await Assert.That(sim.FrameServer.Requests).IsEmpty();
    }

    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task Bytes_behind_an_early_reply_do_not_make_the_stopped_request_look_complete(bool canReset)
    {
        var sim = new GatewaySimulation(conditions: NetworkConditions.Calm with { CanReset = canReset });
        sim.FrameServer.OnDataFrame = (_, _, _) => { };
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Send([.. Frame.RequestHeader("Receive", DataType.Octets, DataType.Json), (byte)FrameType.Data, 1, 100, 0, 0, 0, 1, 2, 3]);
        sim.RunPastPause();
        FrameFarServer server = sim.FrameServer.Connection;
        server.Send([.. Frame.ReplyHeader(DataType.Absent, ReplyError.Request, "early"), .. Frame.ReplyHeader(DataType.Absent, ReplyError.Request, "behind")]);
        sim.RunFor(10_000);
        await Assert.That((await Assert.That(caller.Replies).HasSingleItem()).ErrorMessage).IsEqualTo("early");
        await Assert.That(server.IsOver).IsTrue();
        await Assert.That(server.EndedDeceptively).IsFalse();
    }

    [Test]
    public async Task Output_that_waits_in_the_gateway_when_the_reply_begins_is_not_sent()
    {
        var sim = new GatewaySimulation(conditions: NetworkConditions.Calm with { BufferBytesMin = 10_000, BufferBytesMax = 10_000 });
        FrameFarCaller caller = sim.ConnectFrames();
        sim.FrameServer.OnRequestBegun = (connection, _) => connection.IsReading = false;
        caller.Send([.. Frame.RequestHeader("Receive", DataType.Octets, DataType.Json), .. Frame.Octets(new byte[100_000])]);
        sim.RunUntilQuiet();
        FrameFarServer server = sim.FrameServer.Connection;
        server.Reply(DataType.Json, Frame.Encode(FrameType.Data, true, "\"early\""u8));
        sim.RunUntilQuiet();
        server.Resume();
        sim.RunUntilQuiet();
        await Assert.That((await Assert.That(caller.Replies).HasSingleItem()).Json).IsEqualTo("\"early\"");
        await Assert.That(sim.FrameServer.Requests).IsEmpty();
        await Assert.That(server.SawReset).IsTrue();
        await Assert.That(server.BytesReceived).IsBetween(1, 99_999);
    }

    [Test]
    [Arguments(4094, 1)]
    [Arguments(4095, 2)]
    [Arguments(4096, 2)]
    public async Task Rule_1_9_behind_a_header_part_of_4095_bytes_or_more_the_connection_carries_no_other_call(int headerBytes, int connections)
    {
        var sim = new GatewaySimulation();
        sim.FrameServer.OnRequest = (connection, _) => connection.Send(
            [.. Frame.Encode(FrameType.Header, true, LongHeader(headerBytes)), .. Frame.Encode(FrameType.Data, true, "\"reply\""u8)]);
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Call("1");
        caller.Call("2");
        sim.RunUntilQuiet();
        await Assert.That(caller.Replies.Select(reply => reply.Json)).IsSequence(["\"reply\"", "\"reply\""]);
        await Assert.That(sim.FrameServer.Connections.Count).IsEqualTo(connections);
    }

    private static byte[] LongHeader(int bytes)
    {
        const string Start = "{\"DataType\":2,\"Error\":1,\"ErrorMessage\":\"", End = "\"}";
        return System.Text.Encoding.ASCII.GetBytes(Start + new string('x', bytes - Start.Length - End.Length) + End);
    }

    [Test]
    public async Task A_request_whose_caller_closes_after_an_early_reply_never_looks_complete_to_its_server()
    {
        foreach (bool canReset in new[] { true, false })
        {
            var sim = new GatewaySimulation(conditions: NetworkConditions.Calm with { CanReset = canReset });
            sim.FrameServer.OnDataFrame = (_, _, _) => { };
            FrameFarCaller caller = sim.ConnectFrames();
            caller.Send([.. Frame.RequestHeader("Upload", DataType.Octets), 2, 1, 100, 0, 0, 0, 1, 2, 3]);
            sim.RunPastPause();
            sim.FrameServer.Connection.Send(Frame.ReplyHeader(DataType.Octets));
            sim.RunUntilQuiet();
            caller.Reset();
            sim.RunFor(10_000);
            await Assert.That(sim.FrameServer.Connection.EndedDeceptively).IsFalse();
            await sim.AssertNothingLeaked();
        }
    }

    [Test]
    public async Task A_last_frame_flag_other_than_1_is_forwarded_as_1()
    {
        var sim = new GatewaySimulation();
        FrameFarCaller caller = sim.ConnectFrames();
        byte[] raw = [.. Frame.RequestHeader("Upload", DataType.Octets), 2, 0x80, 4, 0, 0, 0, .. "body"u8];
        caller.Send(raw);
        sim.RunUntilQuiet();
        await Assert.That(caller.LastReply.Json).IsEqualTo("body");
        await Assert.That((await Assert.That(sim.FrameServer.Requests).HasSingleItem()).Json).IsEqualTo("body");
    }

    /// <summary>An error behind a complete reply would be read as the reply to the caller's next call.</summary>
    [Test]
    public async Task A_request_that_is_answered_early_and_turns_out_too_long_is_answered_once()
    {
        var sim = new GatewaySimulation(new GatewaySetup { DrainsOctets = true, OctetsBytesMax = 100 });
        sim.FrameServer.OnRequestBegun = (connection, request) =>
        {
            if (request.Endpoint == "Receive")
                connection.Reply(DataType.Json, Frame.Encode(FrameType.Data, true, "\"early\""u8));
        };
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Send([.. Frame.RequestHeader("Receive", DataType.Octets, DataType.Json), .. Frame.Encode(FrameType.Data, false, new byte[60])]);
        sim.RunPastPause();
        await Assert.That(caller.Replies.Count).IsEqualTo(1);

        caller.Send([.. Frame.Encode(FrameType.Data, true, new byte[60]), .. Frame.JsonRequest(GatewaySetup.Endpoint, "1")]);
        sim.RunUntilQuiet();
        await Assert.That(caller.Replies.Select(reply => (reply.Error, reply.Json))).IsSequence([(ReplyError.Ok, "\"early\""), (ReplyError.Ok, "1")]);
    }

    /// <summary>An error in the middle of a reply would be read as its next frame.</summary>
    [Test]
    public async Task A_request_that_turns_out_too_long_while_its_reply_is_passed_on_ends_the_reply_visibly()
    {
        var sim = new GatewaySimulation(new GatewaySetup { DrainsOctets = true, OctetsBytesMax = 100 });
        sim.FrameServer.OnRequestBegun = (connection, _) => connection.Reply(DataType.Octets, Frame.Encode(FrameType.Data, false, "some"u8));
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Send([.. Frame.RequestHeader("Upload", DataType.Octets), .. Frame.Encode(FrameType.Data, false, new byte[60])]);
        sim.RunPastPause();
        await Assert.That(caller.RepliesBegun).IsEqualTo(1);

        caller.Send(Frame.Encode(FrameType.Data, true, new byte[60]));
        sim.RunUntilQuiet();
        await Assert.That(caller.RepliesBegun).IsEqualTo(1);
        await Assert.That(caller.Replies).IsEmpty();
        await Assert.That(caller.SawResetFrame || caller.SawReset).IsTrue();
    }
}
