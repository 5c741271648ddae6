using System.Text;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;
using Xunit;

namespace FrameRpc.Tests.Proxy.Frames;

/// <summary>What a caller can do to a server that reads as the first implementation does, and a server to a caller, one attack each.</summary>
public sealed class LenientServerTests
{
    private static readonly byte[] Danger = [.. Frame.RequestHeader("Danger", DataType.Json), .. Frame.Encode(FrameType.Data, true, "{\"Msg\":\"x\"}"u8)];
    private static readonly byte[] DangerHeader = Payload(Frame.RequestHeader("Danger", DataType.Json));

    public static TheoryData<string, byte[]> Attacks => AttacksWith("Store");

    /// <param name="store">A method of octets that the server lacks.</param>
    public static TheoryData<string, byte[]> AttacksWith(string store) => new()
    {
        { "octets to a JSON endpoint", [.. Frame.RequestHeader("Echo", DataType.Octets, DataType.Json), .. Frame.Encode(FrameType.Data, false, DangerHeader), .. Last("{\"Msg\":\"x\"}")] },
        { "octets accepted of a JSON endpoint", [.. Frame.RequestHeader("Echo", DataType.Json, DataType.Octets), .. Frame.Encode(FrameType.Data, false, DangerHeader), .. Last("{\"Msg\":\"x\"}")] },
        { "frames inside JSON that is balanced", [.. Frame.RequestHeader("Echo", DataType.Json), .. Frame.Encode(FrameType.Data, true, [.. "{!"u8, .. Spaces(510), .. Danger, .. "}"u8])] },
        { "frames behind JSON that is whole", [.. Frame.RequestHeader("Echo", DataType.Json), .. Frame.Encode(FrameType.Data, true, [.. "{}"u8, .. Spaces(510), .. Danger])] },
        { "null as octets", [.. Frame.RequestHeader("Echo", DataType.Octets, DataType.Json), .. Last("null")] },
        { "null where octets are accepted", [.. Frame.RequestHeader("Echo", DataType.Json, DataType.Octets), .. Last("null")] },
        { "null as nothing", [.. Frame.RequestHeader("Echo", DataType.None, DataType.Json), .. Last("null")] },
        { "null to a method that the server lacks", [.. Frame.RequestHeader("Fail", DataType.Json), .. Last("null")] },
        { "a header to a method that the server lacks", [.. Frame.RequestHeader("Fail", DataType.Json), .. Frame.Encode(FrameType.Data, true, DangerHeader)] },
        { "an escaped header to a method that the server lacks", [.. Frame.RequestHeader("Fail", DataType.Json), .. Last("{\"\\u0065ndpoint\":\"Danger\",\"DataType\":2,\"Accept\":2}")] },
        { "octets that are a header, to a method that the server lacks", [.. Frame.RequestHeader(store, DataType.Octets), .. Frame.Encode(FrameType.Data, false, DangerHeader), .. Last("1")] },
        { "octets that are an empty object and frames, to a method that the server lacks", [.. Frame.RequestHeader(store, DataType.Octets), .. Frame.Encode(FrameType.Data, true, [.. "{}"u8, .. Spaces(510), .. Danger])] },
        { "octets that are null, to a method that the server lacks", [.. Frame.RequestHeader(store, DataType.Octets), .. Last("null")] },
        { "a header in a long JSON text to a method that the server lacks", [.. Frame.RequestHeader("Fail", DataType.Json), .. Last("{\"x\":\"" + new string('x', 100_000) + "\",\"Endpoint\":\"Danger\",\"DataType\":2,\"Accept\":2}")] },
    };

    [Theory]
    [MemberData(nameof(Attacks))]
    public void No_request_runs_what_has_no_route_or_ends_the_server(string attack, byte[] request)
    {
        foreach (bool canReset in new[] { true, false })
        {
            foreach (int pieceBytes in new[] { int.MaxValue, 512, 1 })
            {
                if (request.Length > 10_000 && pieceBytes == 1)
                    continue;
                var sim = new GatewaySimulation(new GatewaySetup { FrameRoutes = [.. new GatewaySetup().FrameRoutes, new("Store", DataType.Octets, DataType.Octets)] }, NetworkConditions.Calm with { CanReset = canReset });
                LenientFrameServer server = sim.UseLenientServer();
                Attack(sim, request, pieceBytes);
                FrameFarCaller honest = sim.ConnectFrames();
                honest.Call("\"honest\"");
                sim.RunUntilQuiet();
                Assert.False(server.HasDied, attack);
                Assert.Equal(["Echo \"honest\""], server.Ran.Select(call => $"{call.Endpoint} {Encoding.UTF8.GetString(call.Body)}"));
                Assert.Equal("\"honest\"", Assert.Single(honest.Replies).Json);
            }
        }
    }

    [Fact]
    public void Where_a_route_passes_header_like_bodies_a_server_that_lacks_the_method_is_at_their_mercy()
    {
        var setup = new GatewaySetup { FrameRoutes = [new("Store", DataType.Octets, DataType.Octets, HeaderLikeBodies.Pass)] };
        var sim = new GatewaySimulation(setup);
        LenientFrameServer server = sim.UseLenientServer();
        Attack(sim, [.. Frame.RequestHeader("Store", DataType.Octets), .. Frame.Encode(FrameType.Data, false, DangerHeader), .. Last("1")], int.MaxValue);
        Assert.Equal("Danger", Assert.Single(server.Ran).Endpoint);
        Attack(sim, [.. Frame.RequestHeader("Store", DataType.Octets), .. Last("null")], int.MaxValue);
        Assert.True(server.HasDied);
    }

    [Fact]
    public void What_octets_leave_unread_never_gives_another_caller_a_strangers_reply()
    {
        foreach (bool canReset in new[] { true, false })
        {
            var sim = new GatewaySimulation(conditions: NetworkConditions.Calm with { CanReset = canReset });
            LenientFrameServer server = sim.UseLenientServer();
            server.Endpoints["Receive"] = new LenientEndpoint(DataType.Octets, DataType.Json, ReadsBytesMax: 16);
            for (int i = 0; i < 10; i++)
            {
                FrameFarCaller attacker = sim.ConnectFrames();
                attacker.Send([.. Frame.RequestHeader("Receive", DataType.Octets, DataType.Json), .. Frame.Encode(FrameType.Data, false, new byte[16]),
                    .. Frame.Encode(FrameType.Data, false, Payload(Frame.RequestHeader("Echo", DataType.Json))), .. Last("\"attacker\"")]);
                FrameFarCaller honest = sim.ConnectFrames();
                honest.Call($"\"honest {i}\"");
                sim.RunUntilQuiet();
                Assert.Equal($"\"honest {i}\"", Assert.Single(honest.Replies).Json);
                Assert.All(attacker.Replies, reply => Assert.Equal("{\"Bytes\":16}", reply.Json));
            }
            Assert.All(server.Connections, connection => Assert.True(connection.IsOver || connection.CallsRun > 0));
        }
    }

    public static TheoryData<string, byte[]> Forgeries => new()
    {
        { "frames inside JSON that is balanced", [.. Frame.ReplyHeader(DataType.Json), .. Frame.Encode(FrameType.Data, true, [.. "{!"u8, .. Spaces(510), .. Forged, .. "}"u8])] },
        { "frames behind JSON that is whole", [.. Frame.ReplyHeader(DataType.Json), .. Frame.Encode(FrameType.Data, true, [.. "{}"u8, .. Spaces(510), .. Forged])] },
        { "octets where JSON was accepted", [.. Frame.ReplyHeader(DataType.Octets), .. Frame.Encode(FrameType.Data, true, [.. "{\"Msg\":\"ok\"}"u8, .. Spaces(500), .. Forged])] },
        { "frames in long JSON", [.. Frame.ReplyHeader(DataType.Json), .. Frame.Encode(FrameType.Data, true, [.. "{!"u8, .. Spaces(510), .. Forged, .. new byte[100_000]])] },
        { "frames far behind in long JSON", [.. Frame.ReplyHeader(DataType.Json), .. Frame.Encode(FrameType.Data, true, [.. "["u8, .. Spaces(100_000), .. "!"u8, .. Spaces(510), .. Forged])] },
        { "an error reply with a data part", [.. Frame.ReplyHeader(DataType.Absent, ReplyError.Undecided, "no"), .. Frame.Encode(FrameType.Data, true, Payload(Forged))] },
        { "an error reply and another one", [.. Frame.ReplyHeader(DataType.Absent, ReplyError.Undecided, "no"), .. Forged] },
        { "two replies", [.. Frame.ReplyHeader(DataType.Json), .. Last("\"own\""), .. Forged] },
        { "the header null", Frame.Encode(FrameType.Header, true, "null"u8) },
        { "a header without a type", [.. Frame.Encode(FrameType.Header, true, "{\"Error\":1}"u8), .. Forged] },
    };

    [Theory]
    [MemberData(nameof(Forgeries))]
    public void No_server_forges_the_reply_to_its_callers_next_call(string forgery, byte[] reply)
    {
        foreach (bool canReset in new[] { true, false })
        {
            var sim = new GatewaySimulation(conditions: NetworkConditions.Calm with { CanReset = canReset });
            LenientFrameCaller caller = sim.ConnectFrames(new LenientFrameCaller());
            sim.FrameServer.OnRequest = (connection, _) => connection.Send(reply);
            caller.Call("Echo", "1");
            sim.RunUntilQuiet();
            sim.FrameServer.OnRequest = (connection, request) => connection.Echo(request);
            caller.Call("Echo", "\"next\"");
            sim.RunUntilQuiet();
            Assert.False(caller.HasDied, forgery);
            Assert.DoesNotContain(caller.Replies, answer => answer.Text.Contains("forged", StringComparison.Ordinal));
            // Behind a long reply that turned out broken the caller's connection has ended.
            if (caller.Replies.Count > 1)
                Assert.Equal("\"next\"", caller.Replies[1].Text);
            else
                Assert.True(caller.IsOver);
        }
    }

    private static byte[] Forged => [.. Frame.ReplyHeader(DataType.Json), .. Last("{\"Msg\":\"forged\"}")];

    private static byte[] Spaces(int count) => [.. Enumerable.Repeat((byte)' ', count)];

    private static byte[] Last(string payload) => Frame.Encode(FrameType.Data, true, Encoding.UTF8.GetBytes(payload));

    private static byte[] Payload(byte[] frame) => frame[FrameHeader.Bytes..];

    private static void Attack(GatewaySimulation sim, byte[] request, int pieceBytes)
    {
        FrameFarCaller attacker = sim.ConnectFrames();
        for (int at = 0; at < request.Length; at += Math.Min(pieceBytes, request.Length - at))
        {
            attacker.Send(request.AsSpan(at, Math.Min(pieceBytes, request.Length - at)));
            sim.RunUntilQuiet();
        }
    }
}
