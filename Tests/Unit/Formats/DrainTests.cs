using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;
using FrameRpc.Tests.Simulation.Smf;

namespace FrameRpc.Tests.Formats;

public sealed class DrainTests
{
    [Test]
    public async Task Calls_in_flight_finish_new_ones_are_refused_idle_callers_go_and_everything_ends()
    {
        var sim = new GatewaySimulation();
        SmfMessage? smfRequest = null;
        FrameMessage? frameRequest = null;
        sim.SmfServer.OnRequest = (_, request) => smfRequest = request;
        sim.FrameServer.OnRequest = (_, request) => frameRequest = request;
        SmfFarCaller smf = sim.ConnectSmf();
        SmfFarCaller idleSmf = sim.ConnectSmf();
        FrameFarCaller frames = sim.ConnectFrames();
        FrameFarCaller idleFrames = sim.ConnectFrames();
        smf.Call(1, "x"u8);
        frames.Call("1");
        frames.Call("2");
        sim.RunUntilQuiet();
        bool drained = false;

        sim.WorkerContext.Drain(() => drained = true);
        sim.RunUntilQuiet();
        await Assert.That(idleSmf.SawEnd).IsTrue();
        await Assert.That(idleFrames is { SawResetFrame: true, SawEnd: true }).IsTrue();
        await Assert.That(drained).IsFalse();

        smf.Call(2, "new"u8);
        sim.RunUntilQuiet();
        await Assert.That(smf.StatusOf(2)).IsEqualTo(503u);

        sim.SmfServer.Connection.Reply(smfRequest!, "late but here"u8);
        sim.FrameServer.Connection.Echo(frameRequest!);
        sim.RunUntilQuiet();
        await Assert.That(smf.StatusOf(1)).IsEqualTo(200u);
        await Assert.That(smf.SawEnd).IsTrue();
        await Assert.That(frames.Replies.Select(reply => reply.Error)).IsSequence([ReplyError.Ok, ReplyError.Server]);
        await Assert.That(frames.Replies[1].ErrorMessage).IsEqualTo("the gateway is shutting down");
        await Assert.That(frames is { SawResetFrame: true, SawEnd: true }).IsTrue();
        sim.RunFor(5000);
        await Assert.That(drained).IsTrue();
        await sim.AssertNothingLeaked();
        await Assert.That(sim.SmfServer.Connection.IsOver).IsTrue();
    }

    [Test]
    public async Task A_large_body_in_progress_is_finished_in_both_directions()
    {
        var sim = new GatewaySimulation();
        SmfFarCaller smf = sim.ConnectSmf();
        FrameFarCaller frames = sim.ConnectFrames();
        byte[] large = SmfMessage.Encode(1, GatewaySetup.GetId, new byte[300_000]);
        smf.Send(large.AsSpan(0, 100_000));
        frames.Send([.. Frame.RequestHeader("Upload", DataType.Octets), .. Frame.Encode(FrameType.Data, false, "begun"u8)]);
        sim.RunUntilQuiet();
        sim.WorkerContext.Drain(() => { });
        sim.RunUntilQuiet();
        smf.Send(large.AsSpan(100_000));
        frames.Send(Frame.Encode(FrameType.Data, true, " and ended"u8));
        sim.RunUntilQuiet();
        await Assert.That(smf.StatusOf(1)).IsEqualTo(200u);
        await Assert.That((await Assert.That(frames.Replies).HasSingleItem()).Data).IsSequence("begun and ended"u8.ToArray());
        sim.RunFor(70_000);
        await sim.AssertNothingLeaked();
        await Assert.That(sim.SmfBackend.Servers[0].Statistics.ExclusiveConnections + sim.FrameBackend.Servers[0].Statistics.ExclusiveConnections).IsEqualTo(0);
    }

    [Test]
    public async Task A_last_reply_reaches_a_caller_that_reads_it_slowly()
    {
        var sim = new GatewaySimulation(conditions: NetworkConditions.Calm with { BufferBytesMin = 5000, BufferBytesMax = 5000 });
        FrameFarCaller frames = sim.ConnectFrames();
        frames.IsReading = false;
        frames.Send(Frame.Request("Upload", DataType.Octets, new byte[50_000]));
        sim.RunUntilQuiet();
        sim.WorkerContext.Drain(() => { });
        for (int i = 0; i < 40 && !frames.IsOver; i++)
        {
            sim.RunFor(400);
            frames.ReadSome(3000);
        }
        await Assert.That((await Assert.That(frames.Replies).HasSingleItem()).Data.Length).IsEqualTo(50_000);
        await Assert.That(frames.EndedDeceptively).IsFalse();
    }

    [Test]
    public async Task A_last_reply_that_its_caller_does_not_read_ends_with_a_reset()
    {
        var sim = new GatewaySimulation(conditions: NetworkConditions.Calm with { BufferBytesMin = 5000, BufferBytesMax = 5000 });
        FrameFarCaller frames = sim.ConnectFrames();
        frames.IsReading = false;
        frames.Send(Frame.Request("Upload", DataType.Octets, new byte[50_000]));
        sim.RunUntilQuiet();
        sim.WorkerContext.Drain(() => { });
        sim.RunUntil(() => sim.WorkerContext.CallersCount == 0, "the caller is let go");
        frames.Resume();
        sim.RunUntilQuiet();
        await Assert.That(frames.Replies).IsEmpty();
        await Assert.That(frames.SawReset).IsTrue();
    }

    [Test]
    public async Task When_the_time_is_over_the_rest_is_cut_off_visibly()
    {
        var sim = new GatewaySimulation();
        sim.SmfServer.OnRequest = (_, _) => { };
        sim.FrameServer.OnRequest = (connection, _) => connection.Send([.. Frame.ReplyHeader(DataType.Octets), 2, 1, 100, 0, 0, 0, 1]);
        SmfFarCaller smf = sim.ConnectSmf();
        FrameFarCaller frames = sim.ConnectFrames();
        smf.Call(1, "x"u8);
        frames.Call("1");
        sim.RunUntilQuiet();
        bool drained = false;
        sim.WorkerContext.Drain(() => drained = true);
        sim.WorkerContext.AbortAll();
        sim.RunUntilQuiet();
        await Assert.That(drained && smf.SawReset && frames.SawReset).IsTrue();
    }
}
