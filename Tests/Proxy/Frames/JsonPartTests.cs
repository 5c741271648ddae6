using System.Text;
using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;
using Xunit;

namespace FrameRpc.Tests.Proxy.Frames;

/// <summary>
/// JSON parts are checked by the whole grammar before they leave: a decoder stops at the first fault, and what it leaves is its
/// connection's next message.
/// </summary>
public sealed class JsonPartTests
{
    /// <summary>Longer than what is held whole.</summary>
    private const int LongBytes = 200_000;

    private static readonly byte[] Smuggled = Frame.JsonRequest("Danger", "{\"Msg\":\"smuggled\"}");

    public static TheoryData<string, byte[]> Broken => new()
    {
        { "balanced brackets with frames inside", [.. "{!"u8, .. Spaces(510), .. Smuggled, .. "}"u8] },
        { "a raw control character in a string", "{\"Msg\":\"\u0001\"}"u8.ToArray() },
        { "a member without a name", "{1:2}"u8.ToArray() },
        { "a missing comma", "[1 2]"u8.ToArray() },
        { "a comma too many", "[1,]"u8.ToArray() },
        { "a wrong escape", "\"\\x\""u8.ToArray() },
        { "a number with a leading zero", "[01]"u8.ToArray() },
        { "a word that is no literal", "[nul]"u8.ToArray() },
        { "brackets that do not match", "[{]}"u8.ToArray() },
        { "bytes that are not UTF-8", [.. "\""u8, 0xc0, 0x80, .. "\""u8] },
        { "half a surrogate pair in UTF-8", [.. "\""u8, 0xed, 0xa0, 0x80, .. "\""u8] },
        { "65 levels", Encoding.ASCII.GetBytes(new string('[', 65) + new string(']', 65)) },
        { "a byte order mark", [0xef, 0xbb, 0xbf, .. "1"u8] },
        { "nothing", [] },
        { "white space alone", " \n"u8.ToArray() },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void Broken_json_of_a_request_is_error_2_and_nothing_of_it_reaches_a_server(string what, byte[] json)
    {
        foreach (byte[] part in Cuts(json))
        {
            var sim = new GatewaySimulation();
            FrameFarCaller caller = sim.ConnectFrames();
            caller.Send([.. Frame.RequestHeader("Echo", DataType.Json), .. part]);
            caller.Call("\"after\"");
            sim.RunUntilQuiet();
            Assert.True(caller.Replies.Count == 2, what);
            Assert.Equal((ReplyError.Request, "the JSON part is not exactly one value of valid JSON"), (caller.Replies[0].Error, caller.Replies[0].ErrorMessage));
            Assert.Equal("\"after\"", Assert.Single(sim.FrameServer.Requests).Json);
            Assert.Equal(Frame.JsonRequest("Echo", "\"after\"").Length - 2, sim.FrameServer.Connections.Sum(connection => connection.BytesReceived));
        }
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public void Broken_json_of_a_reply_is_error_3_and_nothing_of_it_reaches_the_caller(string what, byte[] json)
    {
        foreach (byte[] part in Cuts(json))
        {
            var sim = new GatewaySimulation();
            sim.FrameServer.OnRequest = (connection, _) => connection.Reply(DataType.Json, part);
            FrameFarCaller caller = sim.ConnectFrames();
            caller.Call("1");
            sim.RunUntilQuiet();
            Assert.Equal((ReplyError.Server, "the server sent no valid reply"), (caller.LastReply.Error, caller.LastReply.ErrorMessage));
            Assert.Equal(1, sim.Counters.BadReplies);
            Assert.Contains("not exactly one value of valid JSON", Assert.Single(sim.Messages), StringComparison.Ordinal);
            Assert.True(sim.FrameServer.Connection.IsOver, what);
            sim.FrameServer.OnRequest = (connection, request) => connection.Echo(request);
            caller.Call("2");
            sim.RunUntilQuiet();
            Assert.Equal("2", caller.LastReply.Json);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Long_json_of_a_request_leaves_as_far_as_it_is_right_and_its_server_sees_it_broken_off(bool canReset)
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
            Assert.Equal([ReplyError.Request, ReplyError.Ok], caller.Replies.Select(reply => reply.Error));
            FrameFarServer server = sim.FrameServer.Connections[0];
            Assert.True(server.SawResetFrame || server.SawReset);
            Assert.False(server.EndedDeceptively);
            // All that came of it stands in front of the fault.
            Assert.True(server.Current is null || right.AsSpan().StartsWith(server.Current.Data));
            Assert.Equal("\"after\"", Assert.Single(sim.FrameServer.Requests).Json);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Long_json_of_a_reply_reaches_the_caller_as_far_as_it_is_right_and_is_broken_off_visibly(bool canReset)
    {
        byte[] right = Encoding.ASCII.GetBytes("[\"" + new string('x', LongBytes));
        byte[] forged = [.. Frame.ReplyHeader(DataType.Json), .. Frame.Encode(FrameType.Data, true, "\"forged\""u8)];
        var sim = new GatewaySimulation(conditions: NetworkConditions.Calm with { CanReset = canReset });
        sim.FrameServer.OnRequest = (connection, _) => connection.Reply(DataType.Json, Frame.Octets([.. right, .. "\u0001"u8, .. forged, .. new byte[LongBytes]], 10_000));
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Call("1");
        caller.Call("2");
        sim.RunUntilQuiet();
        Assert.Empty(caller.Replies);
        Assert.True(caller.SawReset || caller.SawResetFrame);
        Assert.True(right.AsSpan().StartsWith(caller.Current!.Data));
        Assert.Equal(1, sim.Counters.BadReplies);
        Assert.True(sim.FrameServer.Connection.IsOver);
    }

    [Theory]
    [InlineData(64 * 1024)]
    [InlineData(10_000)]
    public void Of_a_part_of_up_to_64_KiB_nothing_leaves_before_all_of_it_was_checked(int bytes)
    {
        byte[] json = Encoding.ASCII.GetBytes("\"" + new string('x', bytes - 2) + "\"");
        foreach (int frameBytes in new[] { bytes, 1000, 100 })
        {
            var sim = new GatewaySimulation();
            FrameFarCaller caller = sim.ConnectFrames();
            byte[] request = [.. Frame.RequestHeader("Echo", DataType.Json), .. Frame.Octets(json, frameBytes)];
            caller.Send(request.AsSpan(0, request.Length - 1));
            sim.RunUntilQuiet();
            Assert.Empty(sim.FrameServer.Connections);
            caller.Send(request.AsSpan(request.Length - 1));
            sim.RunUntilQuiet();
            Assert.Equal(json, Assert.Single(caller.Replies).Data);
        }
    }

    [Fact]
    public void Json_is_never_spliced()
    {
        var sim = new GatewaySimulation(new GatewaySetup { Relay = new() { Mode = Gateway.Workers.RelayMode.Splice, SpliceBytesMin = 1, PipesMax = 64 } });
        FrameFarCaller caller = sim.ConnectFrames();
        string json = "\"" + new string('x', 3_000_000) + "\"";
        caller.Call(json);
        sim.RunUntilQuiet();
        Assert.Equal(json, Assert.Single(caller.Replies).Json);
        Assert.Equal(0, sim.Counters.BytesSpliced);
    }

    private static byte[] Spaces(int count) => [.. Enumerable.Repeat((byte)' ', count)];

    /// <summary>In one frame, in two, and a byte in each.</summary>
    private static IEnumerable<byte[]> Cuts(byte[] json) =>
        new[] { json.Length + 1, (json.Length / 2) + 1, 1 }.Distinct().Select(frameBytes => Frame.Octets(json, frameBytes));
}
