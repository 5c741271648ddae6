using System.Text;
using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;

namespace FrameRpc.Tests.Formats.Frames;

/// <summary>
/// JSON parts are checked completely before they are passed on: a decoder stops at the first fault, and the rest is read as the next
/// message of its connection.
/// </summary>
public sealed class JsonPartTests
{
    /// <summary>Too long to be held.</summary>
    private const int LongBytes = 200_000;

    private static readonly byte[] Smuggled = Frame.JsonRequest("Danger", "{\"Msg\":\"smuggled\"}");

    public static IEnumerable<(string, byte[])> Broken => [
        ("balanced brackets with frames inside", [.. "{!"u8, .. Spaces(510), .. Smuggled, .. "}"u8]),
        ("a raw control character in a string", "{\"Msg\":\"\u0001\"}"u8.ToArray()),
        ("a member without a name", "{1:2}"u8.ToArray()),
        ("a missing comma", "[1 2]"u8.ToArray()),
        ("a comma too many", "[1,]"u8.ToArray()),
        ("a wrong escape", "\"\\x\""u8.ToArray()),
        ("a number with a leading zero", "[01]"u8.ToArray()),
        ("a word that is no literal", "[nul]"u8.ToArray()),
        ("brackets that do not match", "[{]}"u8.ToArray()),
        ("bytes that are not UTF-8", [.. "\""u8, 0xc0, 0x80, .. "\""u8]),
        ("half a surrogate pair in UTF-8", [.. "\""u8, 0xed, 0xa0, 0x80, .. "\""u8]),
        ("65 levels", Encoding.ASCII.GetBytes(new string('[', 65) + new string(']', 65))),
        ("a byte order mark", [0xef, 0xbb, 0xbf, .. "1"u8]),
        ("nothing", []),
        ("white space alone", " \n"u8.ToArray()),
    ];

    [Test]
    [MethodDataSource(nameof(Broken))]
    public async Task Broken_json_of_a_request_is_error_2_and_nothing_of_it_reaches_a_server(string what, byte[] json)
    {
        foreach (byte[] part in Cuts(json))
        {
            var sim = new GatewaySimulation();
            FrameFarCaller caller = sim.ConnectFrames();
            caller.Send([.. Frame.RequestHeader("Echo", DataType.Json), .. part]);
            caller.Call("\"after\"");
            sim.RunUntilQuiet();
            await Assert.That(caller.Replies.Count == 2).IsTrue().Because(what);
            await Assert.That((caller.Replies[0].Error, caller.Replies[0].ErrorMessage))
                .IsEqualTo((ReplyError.Request, "the JSON part is not exactly one value of valid JSON"));
            await Assert.That((await Assert.That(sim.FrameServer.Requests).HasSingleItem()).Json).IsEqualTo("\"after\"");
            await Assert.That(sim.FrameServer.Connections.Sum(connection => connection.BytesReceived))
                .IsEqualTo(Frame.JsonRequest("Echo", "\"after\"").Length - 2);
        }
    }

    [Test]
    [MethodDataSource(nameof(Broken))]
    public async Task Broken_json_of_a_reply_is_error_3_and_nothing_of_it_reaches_the_caller(string what, byte[] json)
    {
        foreach (byte[] part in Cuts(json))
        {
            var sim = new GatewaySimulation();
            sim.FrameServer.OnRequest = (connection, _) => connection.Reply(DataType.Json, part);
            FrameFarCaller caller = sim.ConnectFrames();
            caller.Call("1");
            sim.RunUntilQuiet();
            await Assert.That((caller.LastReply.Error, caller.LastReply.ErrorMessage)).IsEqualTo((ReplyError.Server, "the server sent no valid reply"));
            await Assert.That(sim.Counters.BadReplies).IsEqualTo(1);
            await Assert.That(await Assert.That(sim.Messages).HasSingleItem()).Contains("not exactly one value of valid JSON", StringComparison.Ordinal);
            await Assert.That(sim.FrameServer.Connection.IsOver).IsTrue().Because(what);
            sim.FrameServer.OnRequest = (connection, request) => connection.Echo(request);
            caller.Call("2");
            sim.RunUntilQuiet();
            await Assert.That(caller.LastReply.Json).IsEqualTo("2");
        }
    }

    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task Invalid_long_json_of_a_request_is_sent_up_to_the_fault_and_visibly_incomplete(bool canReset)
    {
        byte[] right = Encoding.ASCII.GetBytes("[\"" + new string('x', LongBytes));
        byte[] json = [.. right, .. "\u0001"u8, .. Smuggled, .. new byte[LongBytes]];
        foreach (int pieceBytes in new[] { json.Length, 10_000, 77 })
        {
            var sim = new GatewaySimulation(conditions: NetworkConditions.Calm with { CanReset = canReset });
            FrameFarCaller caller = sim.ConnectFrames();
            caller.Send(Frame.RequestHeader("Echo", DataType.Json));
            caller.Send(Frame.Octets(json, pieceBytes));
            caller.Call("\"after\"");
            sim.RunUntilQuiet();
            await Assert.That(caller.Replies.Select(reply => reply.Error)).IsSequence([ReplyError.Request, ReplyError.Ok]);
            FrameFarServer server = sim.FrameServer.Connections[0];
            await Assert.That(server.SawResetFrame || server.SawReset).IsTrue();
            await Assert.That(server.EndedDeceptively).IsFalse();
            // Everything that arrived stands before the fault.
            await Assert.That(server.Current is null || right.AsSpan().StartsWith(server.Current.Data)).IsTrue();
            await Assert.That((await Assert.That(sim.FrameServer.Requests).HasSingleItem()).Json).IsEqualTo("\"after\"");
        }
    }

    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task Invalid_long_json_of_a_reply_is_passed_on_up_to_the_fault_and_visibly_incomplete(bool canReset)
    {
        byte[] right = Encoding.ASCII.GetBytes("[\"" + new string('x', LongBytes));
        byte[] forged = [.. Frame.ReplyHeader(DataType.Json), .. Frame.Encode(FrameType.Data, true, "\"forged\""u8)];
        var sim = new GatewaySimulation(conditions: NetworkConditions.Calm with { CanReset = canReset });
        byte[] reply = [.. right, .. "\u0001"u8, .. forged, .. new byte[LongBytes]];
        sim.FrameServer.OnRequest = (connection, _) => connection.Reply(DataType.Json, Frame.Octets(reply, 10_000));
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Call("1");
        caller.Call("2");
        sim.RunUntilQuiet();
        await Assert.That(caller.Replies).IsEmpty();
        await Assert.That(caller.SawReset || caller.SawResetFrame).IsTrue();
        await Assert.That(right.AsSpan().StartsWith(caller.Current!.Data)).IsTrue();
        await Assert.That(sim.Counters.BadReplies).IsEqualTo(1);
        await Assert.That(sim.FrameServer.Connection.IsOver).IsTrue();
    }

    [Test]
    [Arguments(64 * 1024)]
    [Arguments(10_000)]
    public async Task A_part_of_up_to_64_KiB_is_checked_completely_before_any_of_it_is_sent(int bytes)
    {
        byte[] json = Encoding.ASCII.GetBytes("\"" + new string('x', bytes - 2) + "\"");
        foreach (int frameBytes in new[] { bytes, 1000, 100 })
        {
            var sim = new GatewaySimulation();
            FrameFarCaller caller = sim.ConnectFrames();
            byte[] request = [.. Frame.RequestHeader("Echo", DataType.Json), .. Frame.Octets(json, frameBytes)];
            caller.Send(request.AsSpan(0, request.Length - 1));
            sim.RunUntilQuiet();
            await Assert.That(sim.FrameServer.Connections).IsEmpty();
            caller.Send(request.AsSpan(request.Length - 1));
            sim.RunUntilQuiet();
            await Assert.That((await Assert.That(caller.Replies).HasSingleItem()).Data).IsSequence(json);
        }
    }

    [Test]
    public async Task Json_is_never_spliced()
    {
        var sim = new GatewaySimulation(
            new GatewaySetup { Relay = new() { Mode = Gateway.Sockets.Pipes.RelayMode.Splice, SpliceBytesMin = 1, PipesMax = 64 } });
        FrameFarCaller caller = sim.ConnectFrames();
        string json = "\"" + new string('x', 3_000_000) + "\"";
        caller.Call(json);
        sim.RunUntilQuiet();
        await Assert.That((await Assert.That(caller.Replies).HasSingleItem()).Json).IsEqualTo(json);
        await Assert.That(sim.Counters.BytesSpliced).IsEqualTo(0);
    }

    private static byte[] Spaces(int count) => [.. Enumerable.Repeat((byte)' ', count)];

    /// <summary>In one frame, in two, and a byte in each.</summary>
    private static IEnumerable<byte[]> Cuts(byte[] json) =>
        new[] { json.Length + 1, (json.Length / 2) + 1, 1 }.Distinct().Select(frameBytes => Frame.Octets(json, frameBytes));
}
