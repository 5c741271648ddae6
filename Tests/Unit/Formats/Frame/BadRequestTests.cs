using System.Text;
using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;

namespace FrameRpc.Tests.Formats.Frames;

/// <summary>
/// The error replies of the gateway: sent after the request has been read, on a connection that stays open where the start of the next
/// request is known.
/// </summary>
public sealed class BadRequestTests
{
    private static byte[] Data => Frame.Encode(FrameType.Data, true, "[\"data\"]\n"u8);

    public static IEnumerable<(string, string)> BadHeaders => [
        ("null\n", "not a JSON object"),
        ("[]", "not a JSON object"),
        ("7", "not a JSON object"),
        ("\"Echo\"", "not a JSON object"),
        ("", "not one valid"),
        ("{", "not one valid"),
        ("{\"Endpoint\":\"Echo\"", "not one valid"),
        ("{\"Endpoint\":\"Echo\"}{\"Endpoint\":\"Fail\"}", "not one valid"),
        ("{\"Endpoint\":\"Echo\",\"Endpoint\":\"Fail\",\"DataType\":2}", "not one valid"),
        ("{\"Endpoint\":7,\"DataType\":2}", "not one valid"),
        ("{\"Endpoint\":\"Echo\",\"DataType\":-1}", "not one valid"),
        ("{\"x\":" + new string('[', 100) + new string(']', 100) + "}", "not one valid"),
        ("{\"Endpoint\":\"Echo\",\"DataType\":0}", "DataType"),
        ("{\"Endpoint\":\"Echo\",\"DataType\":4}", "DataType"),
        ("{\"Endpoint\":\"Echo\"}", "DataType"),
        ("{\"Endpoint\":\"Nobody\",\"DataType\":2}", "no route for endpoint \"Nobody\""),
        ("{\"DataType\":2}", "no route for endpoint \"\""),
    ];

    [Test]
    [MethodDataSource(nameof(BadHeaders))]
    public Task Rule_1_5_an_unusable_header_is_error_2_and_the_connection_stays_open(string header, string message) =>
        AssertRefused([.. Frame.Encode(FrameType.Header, true, Encoding.UTF8.GetBytes(header)), .. Data], message);

    [Test]
    public Task A_header_that_is_not_utf8_is_error_2() =>
        AssertRefused([.. Frame.Encode(FrameType.Header, true, [.. "{\"Endpoint\":\""u8, 0xff, .. "\",\"DataType\":2}"u8]), .. Data], "not one valid");

    [Test]
    public async Task A_header_of_4097_bytes_is_error_2_in_one_frame_or_two()
    {
        byte[] header = Encoding.ASCII.GetBytes("{\"Endpoint\":\"Echo\",\"DataType\":2,\"x\":\"" + new string('x', 4097 - 39) + "\"}");
        await Assert.That(header.Length).IsEqualTo(4097);
        await AssertRefused([.. Frame.Encode(FrameType.Header, true, header), .. Data], "longer than 4096");
        await AssertRefused(
            [.. Frame.Encode(FrameType.Header, false, header.AsSpan(0, 4000)), .. Frame.Encode(FrameType.Header, true, header.AsSpan(4000)), .. Data],
            "longer than 4096");
    }

    [Test]
    public async Task A_header_of_4096_bytes_is_served()
    {
        byte[] header = Encoding.ASCII.GetBytes("{\"Endpoint\":\"Echo\",\"DataType\":2,\"Accept\":2,\"x\":\"" + new string('x', 4096 - 50) + "\"}");
        await Assert.That(header.Length).IsEqualTo(4096);
        var sim = new GatewaySimulation();
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Send([.. Frame.Encode(FrameType.Header, true, header), .. Data]);
        sim.RunUntilQuiet();
        await Assert.That((await Assert.That(caller.Replies).HasSingleItem()).Json).IsEqualTo("[\"data\"]");
    }

    [Test]
    public async Task Rule_1_1_json_with_something_smuggled_behind_it_is_error_2_and_reaches_no_server()
    {
        string smuggled = Encoding.ASCII.GetString(Frame.JsonRequest("Fail", "1"));
        string[] invalid =
            ["{}{}", "1 2", "{}" + smuggled, "[1]x", "{}\n{\"Endpoint\":\"Fail\"}", "}", "{\"open\":", "[" + new string('1', 90_000) + "]x"];
        foreach (string json in invalid)
        {
            byte[] data = Encoding.Latin1.GetBytes(json);
            await AssertRefused([.. Frame.RequestHeader("Echo", DataType.Json), .. Frame.Encode(FrameType.Data, true, data)], "not exactly one value");
        }
    }

    [Test]
    public async Task A_json_part_over_the_limit_is_error_2_and_discarded()
    {
        foreach (int bytes in new[] { 1001, 70_000, 90_000, 1_000_000 })
        {
            byte[] json = [(byte)'"', .. Enumerable.Repeat((byte)'x', bytes - 2), (byte)'"'];
            await AssertRefused(Frame.Request("Echo", DataType.Json, json), "larger than its route allows", messageBytesMax: 1000, whole: true);
        }
    }

    [Test]
    public async Task A_json_part_of_exactly_the_limit_is_served_in_any_number_of_frames()
    {
        byte[] json = [(byte)'"', .. Enumerable.Repeat((byte)'x', 998), (byte)'"'];
        foreach (int frameBytes in new[] { 1000, 500, 7, 1 })
        {
            var sim = new GatewaySimulation(new GatewaySetup { MessageBytesMax = 1000 });
            FrameFarCaller caller = sim.ConnectFrames();
            caller.Send([.. Frame.RequestHeader("Echo", DataType.Json), .. Frame.Octets(json, frameBytes)]);
            sim.RunUntilQuiet();
            await Assert.That((caller.LastReply.Error, caller.LastReply.Data.Length)).IsEqualTo((ReplyError.Ok, json.Length));
        }
    }

    [Test]
    public async Task Octets_over_the_routes_limit_are_error_2_and_visibly_incomplete_to_the_server()
    {
        var sim = new GatewaySimulation(new GatewaySetup { OctetsBytesMax = 50_000 });
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Send([.. Frame.RequestHeader("Upload", DataType.Octets), .. Frame.Octets(new byte[60_000], 20_000)]);
        caller.Call("1");
        sim.RunUntilQuiet();
        await Assert.That(caller.Replies.Select(reply => reply.Error)).IsSequence([ReplyError.Request, ReplyError.Ok]);
        await Assert.That(caller.Replies[0].ErrorMessage).Contains("larger", StringComparison.Ordinal);
        await Assert.That(sim.FrameServer.Connections[0].SawResetFrame).IsTrue();
        await Assert.That((await Assert.That(sim.FrameServer.Requests).HasSingleItem()).Json).IsEqualTo("1");
    }

    public static IEnumerable<(string, byte[])> LostPlaces => [
        ("data where a header belongs", Frame.Encode(FrameType.Data, true, "1"u8)),
        ("a trailer", Frame.Encode(FrameType.Trailer, true, "1"u8)),
        ("an unknown type", [7, 1, 0, 0, 0, 0]),
        ("two headers", [.. Frame.RequestHeader("Echo", DataType.Json), .. Frame.RequestHeader("Echo", DataType.Json)]),
        ("two headers, of octets", [.. Frame.RequestHeader("Upload", DataType.Octets), .. Frame.RequestHeader("Upload", DataType.Octets)]),
        ("two headers, of none", [.. Frame.RequestHeader("Nothing", DataType.None), .. Frame.RequestHeader("Nothing", DataType.None)]),
        ("a frame of 4 MiB and a byte", [.. Frame.RequestHeader("Upload", DataType.Octets), 2, 1, 1, 0, 64, 0]),
        ("a json frame of 4 MiB and a byte", [.. Frame.RequestHeader("Echo", DataType.Json), 2, 1, 1, 0, 64, 0]),
        ("a header frame of 4 MiB and a byte", [1, 1, 1, 0, 64, 0]),
        ("a reset with a payload", [0xff, 1, 1, 0, 0, 0, 0]),
        ("a refused header and then a trailer", [.. Frame.RequestHeader("Nobody", DataType.Json), .. Frame.Encode(FrameType.Trailer, true, "1"u8)]),
    ];

    [Test]
    [MethodDataSource(nameof(LostPlaces))]
    public async Task Rule_1_1_an_invalid_frame_is_answered_with_error_2_and_a_reset_frame_and_ends_the_connection(string what, byte[] stream)
    {
        var sim = new GatewaySimulation();
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Call("\"before\"");
        caller.Send(stream);
        caller.Call("\"never\"");
        sim.RunUntilQuiet();
        await Assert.That(caller.Replies.Select(reply => reply.Error)).IsSequence([ReplyError.Ok, ReplyError.Request]);
        await Assert.That(caller.SawResetFrame && caller.SawEnd).IsTrue().Because(what);
        await Assert.That(sim.FrameServer.Requests).DoesNotContain(request => request.Json == "\"never\"");
        foreach (FrameFarServer connection in sim.FrameServer.Connections)
            await Assert.That(connection.EndedDeceptively).IsFalse();
        caller.Close();
        sim.RunFor(70_000);
        await sim.AssertNothingLeaked();
    }

    [Test]
    public async Task Rule_1_1_an_error_reply_of_the_gateway_comes_after_the_requests_data_has_been_read()
    {
        var sim = new GatewaySimulation();
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Send([.. Frame.RequestHeader("Nobody", DataType.Octets), .. Frame.Encode(FrameType.Data, false, new byte[1000])]);
        sim.RunUntilQuiet();
        await Assert.That(caller.Replies).IsEmpty();
        caller.Send(Frame.Encode(FrameType.Data, true, "end"u8));
        sim.RunUntilQuiet();
        await Assert.That((await Assert.That(caller.Replies).HasSingleItem()).Error).IsEqualTo(ReplyError.Request);
    }

    /// <summary>The request is rejected between two valid ones, wherever the stream is cut.</summary>
    private static async Task AssertRefused(byte[] request, string message, long messageBytesMax = 64 * 1024 * 1024, bool whole = false)
    {
        byte[] before = Frame.JsonRequest("Echo", "\"before\"");
        byte[] stream = [.. before, .. request, .. Frame.JsonRequest("Echo", "\"after\"")];
        int start = before.Length, end = before.Length + request.Length;
        int[] cuts = whole ? [0, stream.Length / 2] : [0, start, start + 3, start + 6, start + 20, end - 1, end];
        foreach (int cut in cuts)
        {
            var sim = new GatewaySimulation(new GatewaySetup { MessageBytesMax = messageBytesMax });
            FrameFarCaller caller = sim.ConnectFrames();
            caller.Send(stream.AsSpan(0, cut));
            sim.RunUntilQuiet();
            caller.Send(stream.AsSpan(cut));
            sim.RunUntilQuiet();
            await Assert.That(caller.Replies.Select(reply => reply.Error)).IsSequence([ReplyError.Ok, ReplyError.Request, ReplyError.Ok]);
            await Assert.That(caller.Replies[1].ErrorMessage).Contains(message, StringComparison.Ordinal);
            await Assert.That(sim.FrameServer.Requests.Select(served => served.Json)).IsSequence(["\"before\"", "\"after\""]);
        }
    }
}
