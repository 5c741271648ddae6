using FrameRpc.Gateway.Backends;
using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;
using FrameRpc.Tests.Simulation.Smf;
using Frame = FrameRpc.Tests.Simulation.Frames.Frame;

namespace FrameRpc.Tests.Formats;

/// <summary>A call ends, however its bytes drip: a small one at the timeout of its route, any other at its deadline.</summary>
public sealed class DeadlineTests
{
    [Test]
    public async Task A_small_frame_reply_that_drips_does_not_extend_the_time_of_its_call()
    {
        var sim = new GatewaySimulation(new GatewaySetup { TimeoutMs = 2000 });
        sim.FrameServer.OnRequest = (_, _) => { };
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Call("1");
        sim.RunUntilQuiet();
        byte[] reply = [.. Frame.ReplyHeader(DataType.Json), .. Frame.Encode(FrameType.Data, true, new byte[1000])];
        long began = sim.Time.NowMs;
        for (int i = 0; caller.Replies.Count == 0 && i < 100; i++)
        {
            sim.FrameServer.Connection.Send(reply.AsSpan(i, 1));
            sim.RunFor(100);
        }
        await Assert.That(caller.LastReply.ErrorMessage).IsEqualTo("the reply did not come in time");
        await Assert.That(sim.Time.NowMs - began).IsBetween(1900, 2200);
    }

    [Test]
    public async Task A_small_smf_reply_that_drips_does_not_extend_the_time_of_its_call()
    {
        var sim = new GatewaySimulation(new GatewaySetup { TimeoutMs = 2000 });
        SmfMessage? asked = null;
        sim.SmfServer.OnRequest = (_, request) => asked = request;
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Call(1, "x"u8);
        sim.RunUntilQuiet();
        byte[] reply = SmfMessage.Encode(asked!.Header.Session, 200, new byte[1000]);
        long began = sim.Time.NowMs;
        for (int i = 0; caller.Replies.Count == 0 && i < 100; i++)
        {
            sim.SmfServer.Connection.Send(reply.AsSpan(i, 1));
            sim.RunFor(100);
        }
        await Assert.That(caller.StatusOf(1)).IsEqualTo(504u);
        await Assert.That(sim.Time.NowMs - began).IsBetween(1900, 2200);
        await Assert.That(sim.WorkerContext.Ledger.Rejected(RejectReason.TimedOut)).IsEqualTo(1);
    }

    [Test]
    public async Task The_deadline_counts_the_wait_for_a_connection()
    {
        var sim = new GatewaySimulation(new GatewaySetup { TimeoutMs = 60_000, DeadlineMs = 1000, ExclusiveConnectionsMax = 1 });
        sim.FrameServer.OnRequest = (_, _) => { };
        FrameFarCaller first = sim.ConnectFrames();
        first.Call("1");
        sim.RunFor(500);
        FrameFarCaller second = sim.ConnectFrames();
        second.Call("2");
        long began = sim.Time.NowMs;
        sim.RunUntil(() => second.Replies.Count == 1, "an answer");
        await Assert.That(sim.Time.NowMs - began).IsBetween(1000, 1050);
        foreach (FrameFarCaller caller in (FrameFarCaller[])[first, second])
            await Assert.That((caller.LastReply.Error, caller.LastReply.ErrorMessage)).IsEqualTo((ReplyError.Server, "the call took longer than the deadline of its route"));
        await Assert.That(sim.WorkerContext.Ledger.Rejected(RejectReason.Deadline)).IsEqualTo(2);
    }

    [Test]
    public async Task A_stream_has_no_deadline_by_default_and_ends_at_one_that_is_set()
    {
        foreach (bool isSet in (bool[])[false, true])
        {
            var sim = new GatewaySimulation(new GatewaySetup { TimeoutMs = 2000, DeadlineMs = isSet ? 5000 : null });
            FrameFarCaller frames = sim.ConnectFrames();
            SmfFarCaller smf = sim.ConnectSmf();
            byte[] upload = Frame.Request("Upload", DataType.Octets, new byte[1_000_000]);
            byte[] large = SmfMessage.Encode(1, GatewaySetup.GetId, new byte[1_000_000]);
            for (int at = 0; at < 1_000_000; at += 100_000)
            {
                frames.Send(upload.AsSpan(at, 100_000));
                smf.Send(large.AsSpan(at, 100_000));
                sim.RunFor(1000);
            }
            frames.Send(upload.AsSpan(1_000_000));
            smf.Send(large.AsSpan(1_000_000));
            sim.RunUntilQuiet();
            await Assert.That(frames.Replies.First().Error).IsEqualTo(isSet ? ReplyError.Server : ReplyError.Ok);
            await Assert.That(smf.StatusOf(1)).IsEqualTo(isSet ? 504u : 200u);
            await Assert.That(sim.WorkerContext.Ledger.Rejected(RejectReason.Deadline)).IsEqualTo(isSet ? 2 : 0);
        }
    }

    [Test]
    public async Task A_reply_that_has_begun_is_broken_visibly_at_the_deadline()
    {
        var sim = new GatewaySimulation(new GatewaySetup { TimeoutMs = 2000, DeadlineMs = 5000 });
        sim.FrameServer.OnRequest = (connection, _) => connection.Send([.. Frame.ReplyHeader(DataType.Octets), .. Frame.Encode(FrameType.Data, true, new byte[900_000]).AsSpan(0, 100_000)]);
        SmfMessage? asked = null;
        sim.SmfServer.OnRequest = (_, request) => asked = request;
        FrameFarCaller frames = sim.ConnectFrames();
        SmfFarCaller smf = sim.ConnectSmf();
        frames.Download("1");
        smf.Call(1, "x"u8);
        sim.RunUntilQuiet();
        sim.SmfServer.Connection.Send(SmfMessage.Encode(asked!.Header.Session, 200, new byte[900_000]).AsSpan(0, 100_000));
        for (int i = 0; i < 10; i++)
        {
            sim.FrameServer.Connection.Send(new byte[50_000]);
            sim.SmfServer.Connection.Send(new byte[50_000]);
            sim.RunFor(1000);
        }
        await Assert.That((frames.RepliesBegun, frames.Replies.Count, frames.SawReset)).IsEqualTo((1, 0, true));
        await Assert.That((smf.Replies.Count, smf.SawReset)).IsEqualTo((0, true));
    }
}
