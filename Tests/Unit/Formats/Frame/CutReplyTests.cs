using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;

namespace FrameRpc.Tests.Formats.Frames;

/// <summary>A server's reply cut at every byte: by a pause, an end, a close, a reset, a reset frame.</summary>
public sealed class CutReplyTests
{
    public enum Cut
    {
        End,
        Close,
        Reset,
    }

    private static readonly byte[] OctetsReply = [.. Frame.ReplyHeader(DataType.Octets), .. Frame.Octets("streamed"u8, frameBytes: 3)];
    private static readonly byte[] JsonReply = [.. Frame.ReplyHeader(DataType.Json), .. Frame.Encode(FrameType.Data, true, "{\"Msg\":\"reply\"}\n"u8)];
    private static readonly byte[] ErrorReply = Frame.ReplyHeader(DataType.Absent, ReplyError.Undecided, "it failed");

    [Test]
    public async Task A_reply_that_comes_in_two_pieces_is_passed_on_wherever_it_is_cut()
    {
        foreach (byte[] reply in new[] { OctetsReply, JsonReply, ErrorReply })
        {
            for (int cut = 1; cut < reply.Length; cut++)
            {
                var sim = new GatewaySimulation();
                sim.FrameServer.OnRequest = (connection, _) => connection.Send(reply.AsSpan(0, cut));
                FrameFarCaller caller = sim.ConnectFrames();
                CallFor(reply, caller);
                sim.RunUntilQuiet();
                sim.FrameServer.Connection.Send(reply.AsSpan(cut));
                sim.RunUntilQuiet();
                await Assert.That((await Assert.That(caller.Replies).HasSingleItem()).IsWhole).IsTrue();
                await AssertServes(sim, caller);
            }
        }
    }

    [Test]
    [Arguments(Cut.End, true)]
    [Arguments(Cut.Close, true)]
    [Arguments(Cut.Reset, true)]
    [Arguments(Cut.End, false)]
    [Arguments(Cut.Close, false)]
    public async Task Rule_1_4_a_reply_cut_anywhere_never_looks_complete_to_its_caller_and_affects_no_other_caller(Cut how, bool canReset)
    {
        foreach (byte[] reply in new[] { OctetsReply, JsonReply, ErrorReply })
        {
            for (int cut = 0; cut < reply.Length; cut++)
                await CutReply(reply, cut, how, canReset);
        }
    }

    [Test]
    public async Task Rule_1_4_a_reply_cut_inside_a_payload_ends_with_a_reset_of_the_callers_connection()
    {
        FrameFarCaller caller = await CutReply(OctetsReply, OctetsReply.Length - 1, Cut.End, canReset: true);
        await Assert.That(caller.SawReset).IsTrue();
    }

    [Test]
    public async Task Rule_1_4_where_no_reset_exists_the_frame_is_filled_and_a_reset_frame_follows()
    {
        byte[] reply = [.. Frame.ReplyHeader(DataType.Octets), .. Frame.Encode(FrameType.Data, false, new byte[100])];
        FrameFarCaller caller = await CutReply(reply, 100, Cut.End, canReset: false);
        await Assert.That(caller.SawResetFrame).IsTrue();
        await Assert.That(caller.SawEnd).IsTrue();
        Assert.NotNull(caller.Current);
    }

    [Test]
    public async Task A_servers_own_reset_frame_inside_its_reply_breaks_the_callers_reply()
    {
        byte[] reply = [.. Frame.ReplyHeader(DataType.Octets), .. Frame.Encode(FrameType.Data, false, "part"u8), .. Frame.Reset];
        var sim = new GatewaySimulation();
        sim.FrameServer.OnRequest = (connection, _) => connection.Send(reply);
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Download("1");
        sim.RunUntilQuiet();
        await Assert.That(caller.Replies).IsEmpty();
        await Assert.That(caller.SawResetFrame).IsTrue();
    }

    [Test]
    public async Task Rule_1_5_a_reply_whose_header_is_no_object_becomes_an_error_of_the_server()
    {
        foreach (string header in new[] { "null\n", "[]", "{\"Error\":1", "{\"Error\":1,\"DataType\":9}", "7" })
        {
            var sim = new GatewaySimulation();
            sim.FrameServer.OnRequest = (connection, _) => connection.Send(Frame.Encode(FrameType.Header, true, System.Text.Encoding.UTF8.GetBytes(header)));
            FrameFarCaller caller = sim.ConnectFrames();
            caller.Call("1");
            sim.RunUntilQuiet();
            await Assert.That((await Assert.That(caller.Replies).HasSingleItem()).Error).IsEqualTo(ReplyError.Server);
            await Assert.That(sim.Counters.BadReplies).IsEqualTo(1);
            await AssertServes(sim, caller);
        }
    }

    [Test]
    public async Task A_reply_with_frames_of_a_wrong_type_becomes_an_error_of_the_server()
    {
        byte[][] replies =
        [
            Frame.Encode(FrameType.Data, true, "1"u8),
            Frame.Encode(FrameType.Trailer, true, "1"u8),
            [.. Frame.ReplyHeader(DataType.Json), .. Frame.ReplyHeader(DataType.Json)],
            [.. Frame.ReplyHeader(DataType.Json), .. Frame.Encode(FrameType.Data, true, "1 2"u8)],
            [.. Frame.ReplyHeader(DataType.Json), .. Frame.Encode(FrameType.Data, true, "{\"open\":"u8)],
            [.. Frame.ReplyHeader(DataType.Json), 2, 1, 1, 0, 64, 0],
            Frame.Reset,
        ];
        foreach (byte[] reply in replies)
        {
            var sim = new GatewaySimulation();
            sim.FrameServer.OnRequest = (connection, _) => connection.Send(reply);
            FrameFarCaller caller = sim.ConnectFrames();
            caller.Call("1");
            sim.RunUntilQuiet();
            await Assert.That((await Assert.That(caller.Replies).HasSingleItem()).Error).IsEqualTo(ReplyError.Server);
            await AssertServes(sim, caller);
        }
    }

    /// <summary>Makes a call to which this can be the reply.</summary>
    private static void CallFor(byte[] reply, FrameFarCaller caller)
    {
        if (reply == JsonReply || reply == ErrorReply)
            caller.Call("1");
        else
            caller.Download("1");
    }

    private static async Task<FrameFarCaller> CutReply(byte[] reply, int cut, Cut how, bool canReset)
    {
        var sim = new GatewaySimulation(conditions: NetworkConditions.Calm with { CanReset = canReset });
        FrameFarCaller other = sim.ConnectFrames();
        FrameFarCaller caller = sim.ConnectFrames();
        sim.FrameServer.OnRequest = (connection, _) => connection.Send(reply.AsSpan(0, cut));
        CallFor(reply, caller);
        sim.RunUntilQuiet();
        FrameFarServer server = sim.FrameServer.Connection;
        switch (how)
        {
            case Cut.End:
                server.EndSending();
                break;
            case Cut.Close:
                server.Close();
                break;
            default:
                server.Reset();
                break;
        }
        sim.RunUntilQuiet();

        await Assert.That(caller.EndedDeceptively).IsFalse();
        if (caller.Replies.Count == 0)
            await Assert.That(caller.SawReset || caller.SawResetFrame).IsTrue();
        else
            await Assert.That((await Assert.That(caller.Replies).HasSingleItem()).Error).IsEqualTo(ReplyError.Server);
        await AssertServes(sim, other);
        other.Close();
        caller.Close();
        sim.RunFor(70_000);
        await sim.AssertNothingLeaked();
        return caller;
    }

    private static async Task AssertServes(GatewaySimulation sim, FrameFarCaller caller)
    {
        int before = caller.Replies.Count;
        sim.FrameServer.OnRequest = (connection, request) => connection.Echo(request);
        caller.Call("[\"still\"]");
        sim.RunUntilQuiet();
        await Assert.That(caller.Replies.Count).IsEqualTo(before + 1);
        await Assert.That(caller.LastReply.Json).IsEqualTo("[\"still\"]");
    }
}
