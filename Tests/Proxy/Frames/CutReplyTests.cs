using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;
using Xunit;

namespace FrameRpc.Tests.Proxy.Frames;

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

    [Fact]
    public void A_reply_that_comes_in_two_pieces_is_passed_on_wherever_it_is_cut()
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
                Assert.True(Assert.Single(caller.Replies).IsWhole);
                AssertServes(sim, caller);
            }
        }
    }

    [Theory]
    [InlineData(Cut.End, true)]
    [InlineData(Cut.Close, true)]
    [InlineData(Cut.Reset, true)]
    [InlineData(Cut.End, false)]
    [InlineData(Cut.Close, false)]
    public void Rule_1_4_a_reply_cut_anywhere_never_looks_whole_to_the_caller_and_hurts_nobody_else(Cut how, bool canReset)
    {
        foreach (byte[] reply in new[] { OctetsReply, JsonReply, ErrorReply })
        {
            for (int cut = 0; cut < reply.Length; cut++)
                CutReply(reply, cut, how, canReset);
        }
    }

    [Fact]
    public void Rule_1_4_a_reply_cut_inside_a_payload_ends_with_a_reset_of_the_callers_connection()
    {
        FrameFarCaller caller = CutReply(OctetsReply, OctetsReply.Length - 1, Cut.End, canReset: true);
        Assert.True(caller.SawReset);
    }

    [Fact]
    public void Rule_1_4_where_no_reset_exists_the_frame_is_filled_and_a_reset_frame_follows()
    {
        FrameFarCaller caller = CutReply([.. Frame.ReplyHeader(DataType.Octets), .. Frame.Encode(FrameType.Data, false, new byte[100])], 100, Cut.End, canReset: false);
        Assert.True(caller.SawResetFrame);
        Assert.True(caller.SawEnd);
        Assert.NotNull(caller.Current);
    }

    [Fact]
    public void A_servers_own_reset_frame_inside_its_reply_breaks_the_callers_reply()
    {
        byte[] reply = [.. Frame.ReplyHeader(DataType.Octets), .. Frame.Encode(FrameType.Data, false, "part"u8), .. Frame.Reset];
        var sim = new GatewaySimulation();
        sim.FrameServer.OnRequest = (connection, _) => connection.Send(reply);
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Download("1");
        sim.RunUntilQuiet();
        Assert.Empty(caller.Replies);
        Assert.True(caller.SawResetFrame);
    }

    [Fact]
    public void Rule_1_5_a_reply_whose_header_is_no_object_becomes_an_error_of_the_server()
    {
        foreach (string header in new[] { "null\n", "[]", "{\"Error\":1", "{\"Error\":1,\"DataType\":9}", "7" })
        {
            var sim = new GatewaySimulation();
            sim.FrameServer.OnRequest = (connection, _) => connection.Send(Frame.Encode(FrameType.Header, true, System.Text.Encoding.UTF8.GetBytes(header)));
            FrameFarCaller caller = sim.ConnectFrames();
            caller.Call("1");
            sim.RunUntilQuiet();
            Assert.Equal(ReplyError.Server, Assert.Single(caller.Replies).Error);
            Assert.Equal(1, sim.Counters.BadReplies);
            AssertServes(sim, caller);
        }
    }

    [Fact]
    public void A_reply_of_frames_that_cannot_stand_there_becomes_an_error_of_the_server()
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
            Assert.Equal(ReplyError.Server, Assert.Single(caller.Replies).Error);
            AssertServes(sim, caller);
        }
    }

    /// <summary>Makes a call that this may be the reply to.</summary>
    private static void CallFor(byte[] reply, FrameFarCaller caller)
    {
        if (reply == JsonReply || reply == ErrorReply)
            caller.Call("1");
        else
            caller.Download("1");
    }

    private static FrameFarCaller CutReply(byte[] reply, int cut, Cut how, bool canReset)
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

        Assert.False(caller.EndedDeceptively);
        if (caller.Replies.Count == 0)
            Assert.True(caller.SawReset || caller.SawResetFrame);
        else
            Assert.Equal(ReplyError.Server, Assert.Single(caller.Replies).Error);
        AssertServes(sim, other);
        other.Close();
        caller.Close();
        sim.RunFor(70_000);
        sim.AssertNothingLeaked();
        return caller;
    }

    private static void AssertServes(GatewaySimulation sim, FrameFarCaller caller)
    {
        int before = caller.Replies.Count;
        sim.FrameServer.OnRequest = (connection, request) => connection.Echo(request);
        caller.Call("[\"still\"]");
        sim.RunUntilQuiet();
        Assert.Equal(before + 1, caller.Replies.Count);
        Assert.Equal("[\"still\"]", caller.LastReply.Json);
    }
}
