using System.Text;
using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;

namespace FrameRpc.Tests.Formats.Frames;

/// <summary>A route declares the types of its requests and replies; other types are rejected.</summary>
public sealed class DeclaredTypeTests
{
    public static IEnumerable<(string, DataType, DataType, string)> WrongTypes => [
        ("Echo", DataType.Octets, DataType.Json,
            "the route takes JSON (DataType 2), and the request holds octets (DataType 3); see \"requestBody\" of the route"),
        ("Echo", DataType.None, DataType.Json,
            "the route takes JSON (DataType 2), and the request holds nothing (DataType 1); see \"requestBody\" of the route"),
        ("Upload", DataType.Json, DataType.Octets,
            "the route takes octets (DataType 3), and the request holds JSON (DataType 2); see \"requestBody\" of the route"),
        ("Nothing", DataType.Octets, DataType.None,
            "the route takes nothing (DataType 1), and the request holds octets (DataType 3); see \"requestBody\" of the route"),
        ("Echo", DataType.Json, DataType.Octets,
            "the route replies with JSON (DataType 2), and the request accepts octets (DataType 3); see \"replyBody\" of the route"),
        ("Echo", DataType.Json, DataType.None,
            "the route replies with JSON (DataType 2), and the request accepts nothing (DataType 1); see \"replyBody\" of the route"),
        ("Download", DataType.Json, DataType.Json,
            "the route replies with octets (DataType 3), and the request accepts JSON (DataType 2); see \"replyBody\" of the route"),
        ("Echo", DataType.Json, DataType.Absent, "the header's Accept is not 1, 2 or 3"),
        ("Echo", DataType.Json, (DataType)4, "the header's Accept is not 1, 2 or 3"),
        ("Echo", (DataType)4, DataType.Json, "the header's DataType is not 1, 2 or 3"),
    ];

    [Test]
    [MethodDataSource(nameof(WrongTypes))]
    public async Task A_call_of_another_type_is_error_2_after_its_data_and_nothing_of_it_reaches_a_server(
        string endpoint, DataType dataType, DataType accept, string message)
    {
        byte[] data = [.. Frame.Encode(FrameType.Data, false, new byte[3000]), .. Frame.Encode(FrameType.Data, true, new byte[90_000])];
        byte[] request = [.. Frame.RequestHeader(endpoint, dataType, accept), .. data];
        foreach (int pieceBytes in new[] { int.MaxValue, 1000, 1 })
        {
            var sim = new GatewaySimulation();
            FrameFarCaller caller = sim.ConnectFrames();
            for (int at = 0; at < request.Length - 1; at += pieceBytes)
            {
                caller.Send(request.AsSpan(at, Math.Min(pieceBytes, request.Length - 1 - at)));
                sim.RunUntilQuiet();
                if (pieceBytes == int.MaxValue)
                    break;
            }
            await Assert.That(caller.Replies).IsEmpty();
            caller.Send(request.AsSpan(request.Length - 1));
            caller.Call("\"after\"");
            sim.RunUntilQuiet();
            await Assert.That(caller.Replies.Select(reply => (reply.Error, reply.ErrorMessage)))
                .IsSequence([(ReplyError.Request, message), (ReplyError.Ok, "")]);
            await Assert.That(sim.FrameServer.Requests.Select(served => served.Json)).IsSequence(["\"after\""]);
            await Assert.That(sim.FrameServer.Connections).HasSingleItem();
        }
    }

    public static IEnumerable<(string, DataType, byte[])> WrongReplies => [
        ("octets where JSON was asked for", DataType.Octets, Frame.Octets("\"octets\""u8)),
        ("nothing where JSON was asked for", DataType.None, Frame.Encode(FrameType.Data, true, [])),
        ("no type", DataType.Absent, Frame.Encode(FrameType.Data, true, "1"u8)),
        ("an unknown type", (DataType)9, Frame.Encode(FrameType.Data, true, "1"u8)),
        ("large octets where JSON was asked for", DataType.Octets, Frame.Octets(new byte[200_000])),
    ];

    [Test]
    [MethodDataSource(nameof(WrongReplies))]
    public async Task A_reply_of_another_type_is_error_3_and_the_servers_connection_is_reset_counted_and_logged(string what, DataType dataType, byte[] part)
    {
        foreach (bool canReset in new[] { true, false })
        {
            var sim = new GatewaySimulation(conditions: NetworkConditions.Calm with { CanReset = canReset });
            sim.FrameServer.OnRequest = (connection, _) => connection.Reply(dataType, part);
            FrameFarCaller caller = sim.ConnectFrames();
            caller.Call("1");
            sim.RunUntilQuiet();
            await Assert.That((caller.LastReply.Error, caller.LastReply.ErrorMessage)).IsEqualTo((ReplyError.Server, "the server sent no valid reply"));
            await Assert.That(sim.FrameServer.Connection.IsOver).IsTrue().Because(what);
            await Assert.That(sim.Counters.BadReplies).IsEqualTo(1);
            await Assert.That(await Assert.That(sim.Messages).HasSingleItem())
                .IsEqualTo("Backend frames: server frame:1 sent a reply to route Echo that cannot be forwarded: "
                    + "its DataType is not the one that the route's replyBody declares.");
            await AssertNextIsServed(sim, caller);
        }
    }

    [Test]
    public async Task A_reply_of_nothing_has_nothing_in_its_data_part()
    {
        var sim = new GatewaySimulation();
        sim.FrameServer.OnRequest = (connection, _) => connection.Reply(DataType.None, Frame.Encode(FrameType.Data, true, "1"u8));
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Send(Frame.Request("Nothing", DataType.None, []));
        sim.RunUntilQuiet();
        await Assert.That(caller.LastReply.Error).IsEqualTo(ReplyError.Server);
        await AssertNextIsServed(sim, caller);
    }

    [Test]
    [Arguments(1)]
    [Arguments(1000)]
    [Arguments(200_000)]
    public async Task A_request_of_nothing_has_nothing_in_its_data_part(int bytes)
    {
        var sim = new GatewaySimulation();
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Send(Frame.Request("Nothing", DataType.None, new byte[bytes]));
        sim.RunUntilQuiet();
        await Assert.That((caller.LastReply.Error, caller.LastReply.ErrorMessage))
            .IsEqualTo((ReplyError.Request, "the data part is not empty, although the header's DataType is 1"));
        await AssertNextIsServed(sim, caller);
        await Assert.That(sim.FrameServer.Requests).HasSingleItem();
    }

    [Test]
    public async Task A_second_reply_behind_the_first_reaches_no_call()
    {
        var sim = new GatewaySimulation();
        sim.FrameServer.OnRequest = (connection, request) => connection.Send([.. Reply("\"own\""), .. Reply("\"unasked\"")]);
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Call("2");
        sim.RunUntilQuiet();
        await Assert.That(caller.LastReply.Json).IsEqualTo("\"own\"");
        await AssertNextIsServed(sim, caller);
        await Assert.That(sim.FrameServer.Connections.Count).IsEqualTo(2);
    }

    [Test]
    public async Task Bytes_that_a_server_sends_before_the_request_are_no_reply()
    {
        var sim = new GatewaySimulation();
        var talker = new FrameFarServer(sim.FrameServer);
        talker.Send(Reply("\"unasked\""));
        sim.Network.Replace(new SimulatedServer(GatewaySetup.FrameAddress(0), () => talker));
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Call("1");
        sim.RunUntilQuiet();
        await Assert.That((await Assert.That(caller.Replies).HasSingleItem()).Error).IsEqualTo(ReplyError.Server);
        await Assert.That(await Assert.That(sim.Messages).HasSingleItem())
            .EndsWith("cannot be forwarded: it arrived before the request.", StringComparison.Ordinal);
        sim.Network.Replace(sim.FrameServer);
        await AssertNextIsServed(sim, caller);
    }

    private static byte[] Reply(string json) => [.. Frame.ReplyHeader(DataType.Json), .. Frame.Encode(FrameType.Data, true, Encoding.UTF8.GetBytes(json))];

    private static async Task AssertNextIsServed(GatewaySimulation sim, FrameFarCaller caller)
    {
        sim.FrameServer.OnRequest = (connection, request) => connection.Echo(request);
        caller.Call("[\"next\"]");
        sim.RunUntilQuiet();
        await Assert.That(caller.LastReply.Json).IsEqualTo("[\"next\"]");
    }
}
