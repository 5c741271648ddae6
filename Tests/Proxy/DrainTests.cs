using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;
using FrameRpc.Tests.Simulation.Smf;
using Xunit;

namespace FrameRpc.Tests.Proxy;

public sealed class DrainTests
{
    [Fact]
    public void Calls_in_flight_finish_new_ones_are_refused_idle_callers_go_and_everything_ends()
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

        sim.Dispatcher.Drain(() => drained = true);
        sim.RunUntilQuiet();
        Assert.True(idleSmf.SawEnd);
        Assert.True(idleFrames is { SawResetFrame: true, SawEnd: true });
        Assert.False(drained);

        smf.Call(2, "new"u8);
        sim.RunUntilQuiet();
        Assert.Equal(503u, smf.StatusOf(2));

        sim.SmfServer.Connection.Reply(smfRequest!, "late but here"u8);
        sim.FrameServer.Connection.Echo(frameRequest!);
        sim.RunUntilQuiet();
        Assert.Equal(200u, smf.StatusOf(1));
        Assert.True(smf.SawEnd);
        Assert.Equal([ReplyError.Ok, ReplyError.Server], frames.Replies.Select(reply => reply.Error));
        Assert.Equal("the gateway is shutting down", frames.Replies[1].ErrorMessage);
        Assert.True(frames is { SawResetFrame: true, SawEnd: true });
        sim.RunFor(5000);
        Assert.True(drained);
        sim.AssertNothingLeaked();
        Assert.True(sim.SmfServer.Connection.IsOver);
    }

    [Fact]
    public void A_large_body_in_progress_is_finished_in_both_directions()
    {
        var sim = new GatewaySimulation();
        SmfFarCaller smf = sim.ConnectSmf();
        FrameFarCaller frames = sim.ConnectFrames();
        byte[] large = SmfMessage.Encode(1, GatewaySetup.GetId, new byte[300_000]);
        smf.Send(large.AsSpan(0, 100_000));
        frames.Send([.. Frame.RequestHeader("Upload", DataType.Octets), .. Frame.Encode(FrameType.Data, false, "begun"u8)]);
        sim.RunUntilQuiet();
        sim.Dispatcher.Drain(() => { });
        sim.RunUntilQuiet();
        smf.Send(large.AsSpan(100_000));
        frames.Send(Frame.Encode(FrameType.Data, true, " and ended"u8));
        sim.RunUntilQuiet();
        Assert.Equal(200u, smf.StatusOf(1));
        Assert.Equal("begun and ended"u8.ToArray(), Assert.Single(frames.Replies).Data);
        sim.RunFor(70_000);
        sim.AssertNothingLeaked();
        Assert.Equal(0, sim.SmfBackend.Servers[0].ExclusiveLanes + sim.FrameBackend.Servers[0].ExclusiveLanes);
    }

    [Fact]
    public void A_last_reply_reaches_a_caller_that_reads_it_slowly()
    {
        var sim = new GatewaySimulation(conditions: NetworkConditions.Calm with { BufferBytesMin = 5000, BufferBytesMax = 5000 });
        FrameFarCaller frames = sim.ConnectFrames();
        frames.IsReading = false;
        frames.Send(Frame.Request("Upload", DataType.Octets, new byte[50_000]));
        sim.RunUntilQuiet();
        sim.Dispatcher.Drain(() => { });
        for (int i = 0; i < 40 && !frames.IsOver; i++)
        {
            sim.RunFor(400);
            frames.ReadSome(3000);
        }
        Assert.Equal(50_000, Assert.Single(frames.Replies).Data.Length);
        Assert.False(frames.EndedDeceptively);
    }

    [Fact]
    public void A_last_reply_that_its_caller_does_not_read_ends_with_a_reset()
    {
        var sim = new GatewaySimulation(conditions: NetworkConditions.Calm with { BufferBytesMin = 5000, BufferBytesMax = 5000 });
        FrameFarCaller frames = sim.ConnectFrames();
        frames.IsReading = false;
        frames.Send(Frame.Request("Upload", DataType.Octets, new byte[50_000]));
        sim.RunUntilQuiet();
        sim.Dispatcher.Drain(() => { });
        sim.RunUntil(() => sim.Dispatcher.CallersCount == 0, "the caller is let go");
        frames.Resume();
        sim.RunUntilQuiet();
        Assert.Empty(frames.Replies);
        Assert.True(frames.SawReset);
    }

    [Fact]
    public void When_the_time_is_over_the_rest_is_cut_off_visibly()
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
        sim.Dispatcher.Drain(() => drained = true);
        sim.Dispatcher.AbortAll();
        sim.RunUntilQuiet();
        Assert.True(drained && smf.SawReset && frames.SawReset);
    }
}
