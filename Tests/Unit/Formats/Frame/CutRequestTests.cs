using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;

namespace FrameRpc.Tests.Formats.Frames;

/// <summary>A caller's stream cut at every byte: by a pause, an end, a close, a reset. On connections that can be reset, and on others.</summary>
public sealed class CutRequestTests
{
    public enum Cut
    {
        End,
        Close,
        Reset,
    }

    private static readonly byte[] Stream =
    [
        .. Frame.JsonRequest("Echo", """{"Msg":"first"}"""),
        .. Frame.RequestHeader("Upload", DataType.Octets), .. Frame.Octets("streamed"u8, frameBytes: 3),
        .. Frame.RequestHeader("Echo", DataType.Json), .. Frame.Encode(FrameType.Data, false, "[1,"u8), .. Frame.Encode(FrameType.Data, true, "2]\n"u8),
    ];

    private static readonly byte[][] Bodies = ["{\"Msg\":\"first\"}"u8.ToArray(), "streamed"u8.ToArray(), "[1,2]"u8.ToArray()];

    [Test]
    public async Task A_request_that_comes_in_two_pieces_is_served_wherever_it_is_cut()
    {
        for (int cut = 1; cut < Stream.Length; cut++)
        {
            var sim = new GatewaySimulation();
            FrameFarCaller caller = sim.ConnectFrames();
            caller.Send(Stream.AsSpan(0, cut));
            sim.RunUntilQuiet();
            caller.Send(Stream.AsSpan(cut));
            sim.RunUntilQuiet();
            await Assert.That(caller.Replies.Select(reply => reply.Data)).IsSequence(Bodies);
            await Assert.That(sim.FrameServer.Requests.Select(request => request.Data)).IsSequence(Bodies);
        }
    }

    [Test]
    public async Task Rule_1_6_a_request_that_comes_byte_by_byte_is_served()
    {
        var sim = new GatewaySimulation();
        FrameFarCaller caller = sim.ConnectFrames();
        foreach (byte one in Stream)
        {
            caller.Send([one]);
            sim.RunUntilQuiet();
        }
        await Assert.That(caller.Replies.Select(reply => reply.Data)).IsSequence(Bodies);
    }

    [Test]
    [Arguments(Cut.End, true)]
    [Arguments(Cut.Close, true)]
    [Arguments(Cut.Reset, true)]
    [Arguments(Cut.End, false)]
    [Arguments(Cut.Close, false)]
    public async Task Rule_1_4_a_request_cut_anywhere_never_looks_complete_to_the_server_and_affects_no_other_caller(Cut how, bool canReset)
    {
        for (int cut = 0; cut < Stream.Length; cut++)
        {
            var sim = new GatewaySimulation(conditions: NetworkConditions.Calm with { CanReset = canReset });
            FrameFarCaller other = sim.ConnectFrames();
            FrameFarCaller caller = sim.ConnectFrames();
            caller.Send(Stream.AsSpan(0, cut));
            sim.RunUntilQuiet();
            EndOf(caller, how);
            sim.RunUntilQuiet();

            other.Call("[\"other\"]");
            sim.RunUntilQuiet();
            await Assert.That((await Assert.That(other.Replies).HasSingleItem()).Json).IsEqualTo("[\"other\"]");
            await Assert.That(caller.EndedDeceptively).IsFalse();
            foreach (FrameFarServer connection in sim.FrameServer.Connections)
                await Assert.That(connection.EndedDeceptively).IsFalse();
            int whole = sim.FrameServer.Requests.Count - 1;
            await Assert.That(sim.FrameServer.Requests.Take(whole).Select(request => request.Data)).IsSequence(Bodies.Take(whole));
            other.Close();
            sim.RunFor(70_000);
            await sim.AssertNothingLeaked();
            await Assert.That(sim.FrameServer.OpenConnections).IsEqualTo(0);
        }
    }

    [Test]
    public async Task Rule_1_4_an_upload_cut_inside_a_payload_ends_with_a_reset_of_the_connection()
    {
        FrameFarServer server = await CutUpload(canReset: true, cutInsidePayload: true);
        await Assert.That(server.SawReset).IsTrue();
        await Assert.That(server.SawResetFrame).IsFalse();
    }

    [Test]
    public async Task Rule_1_4_an_upload_cut_between_frames_ends_with_a_reset_frame()
    {
        FrameFarServer server = await CutUpload(canReset: true, cutInsidePayload: false);
        await Assert.That(server.SawResetFrame).IsTrue();
    }

    [Test]
    public async Task Rule_1_4_where_no_reset_exists_the_frame_is_filled_and_a_reset_frame_follows()
    {
        FrameFarServer server = await CutUpload(canReset: false, cutInsidePayload: true);
        await Assert.That(server.SawResetFrame).IsTrue();
        await Assert.That(server.RequestsWhole).IsEqualTo(0);
    }

    [Test]
    public async Task Rule_1_4_a_reply_in_progress_is_broken_visibly_when_its_caller_cuts_the_request_short()
    {
        foreach (bool canReset in new[] { true, false })
        {
            var sim = new GatewaySimulation(conditions: NetworkConditions.Calm with { CanReset = canReset });
            sim.FrameServer.OnRequestBegun = (connection, _) =>
                connection.Send([.. Frame.ReplyHeader(DataType.Octets), .. Frame.Encode(FrameType.Data, true, new byte[1000]).AsSpan(0, 500)]);
            FrameFarCaller caller = sim.ConnectFrames();
            caller.Send([.. Frame.RequestHeader("Upload", DataType.Octets), .. Frame.Encode(FrameType.Data, true, new byte[1000]).AsSpan(0, 500)]);
            sim.RunPastPause();
            await Assert.That(caller.RepliesBegun).IsEqualTo(1);

            caller.EndSending();
            sim.RunUntilQuiet();

            await Assert.That(caller.Replies).IsEmpty();
            await Assert.That(caller.EndedDeceptively).IsFalse();
            await Assert.That(canReset ? caller.SawReset : caller.Current is { Frames.Count: 1 } or null).IsTrue();
        }
    }

    [Test]
    public async Task Rule_1_7_a_reset_frame_inside_an_upload_reaches_the_server_and_its_answer_comes_back()
    {
        var sim = new GatewaySimulation();
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Send([.. Frame.RequestHeader("Upload", DataType.Octets), .. Frame.Encode(FrameType.Data, false, "part"u8), .. Frame.Reset]);
        sim.RunUntilQuiet();
        await Assert.That((await Assert.That(caller.Replies).HasSingleItem()).Error).IsEqualTo(ReplyError.Undecided);
        await Assert.That(sim.FrameServer.Requests).IsEmpty();

        caller.Call("2");
        sim.RunUntilQuiet();
        await Assert.That(caller.LastReply.Json).IsEqualTo("2");
        await Assert.That(sim.FrameServer.Connections.Count).IsEqualTo(2);
    }

    [Test]
    public async Task A_reset_frame_inside_a_json_part_is_answered_and_the_connection_goes_on()
    {
        foreach (int firstFrameBytes in new[] { 10, 100_000 })
        {
            var sim = new GatewaySimulation();
            FrameFarCaller caller = sim.ConnectFrames();
            byte[] begun = [(byte)'"', .. Enumerable.Repeat((byte)'x', firstFrameBytes)];
            caller.Send([.. Frame.RequestHeader("Echo", DataType.Json), .. Frame.Encode(FrameType.Data, false, begun), .. Frame.Reset]);
            sim.RunUntilQuiet();
            await Assert.That(new[] { ReplyError.Request, ReplyError.Undecided }).Contains((await Assert.That(caller.Replies).HasSingleItem()).Error);
            caller.Call("2");
            sim.RunUntilQuiet();
            await Assert.That(caller.LastReply.Json).IsEqualTo("2");
            await Assert.That((await Assert.That(sim.FrameServer.Requests).HasSingleItem()).Json).IsEqualTo("2");
        }
    }

    private static async Task<FrameFarServer> CutUpload(bool canReset, bool cutInsidePayload)
    {
        var sim = new GatewaySimulation(conditions: NetworkConditions.Calm with { CanReset = canReset });
        FrameFarCaller caller = sim.ConnectFrames();
        byte[] frame = Frame.Encode(FrameType.Data, false, new byte[100_000]);
        caller.Send([.. Frame.RequestHeader("Upload", DataType.Octets), .. frame.AsSpan(0, cutInsidePayload ? 50_000 : frame.Length)]);
        sim.RunPastPause();
        caller.EndSending();
        sim.RunUntilQuiet();
        FrameFarServer server = sim.FrameServer.Connection;
        await Assert.That(server.RequestsWhole).IsEqualTo(0);
        await Assert.That(server.EndedDeceptively).IsFalse();
        return server;
    }

    private static void EndOf(FrameFarCaller caller, Cut how)
    {
        switch (how)
        {
            case Cut.End:
                caller.EndSending();
                break;
            case Cut.Close:
                caller.Close();
                break;
            default:
                caller.Reset();
                break;
        }
    }
}
