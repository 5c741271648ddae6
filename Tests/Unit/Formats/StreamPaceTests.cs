using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;
using FrameRpc.Tests.Simulation.Smf;
using Frame = FrameRpc.Tests.Simulation.Frames.Frame;

namespace FrameRpc.Tests.Formats;

/// <summary>A streamed body has a minimum rate, and the side that does not keep it is the one that pays.</summary>
public sealed class StreamPaceTests
{
    private const int BodyBytes = 1_000_000;

    private static readonly NetworkConditions SmallBuffers = NetworkConditions.Calm with { BufferBytesMin = 10_000, BufferBytesMax = 10_000 };

    private static readonly byte[] FrameUpload = Frame.Request("Upload", DataType.Octets, new byte[BodyBytes]);
    private static readonly byte[] SmfUpload = SmfMessage.Encode(1, GatewaySetup.GetId, new byte[BodyBytes]);

    [Test]
    public async Task Uploads_that_drip_end_with_their_callers()
    {
        GatewaySimulation sim = Simulate();
        FrameFarCaller frames = sim.ConnectFrames();
        SmfFarCaller smf = sim.ConnectSmf();
        frames.Send(FrameUpload.AsSpan(0, 70_000));
        smf.Send(SmfUpload.AsSpan(0, 70_000));
        Drip(sim, 100, i =>
        {
            frames.Send(FrameUpload.AsSpan(70_000 + (i * 100), 100));
            smf.Send(SmfUpload.AsSpan(70_000 + (i * 100), 100));
        });
        await Assert.That((frames.SawReset, smf.SawReset)).IsEqualTo((true, true));
        await Assert.That(sim.WorkerContext.Ledger.Closed(CallerFault.TooSlow)).IsEqualTo(2);
        await Assert.That(sim.Messages).Contains("Listener frames: caller far end is closed: it moved a streamed body more slowly than bytesPerSecondMin.");
    }

    [Test]
    public async Task Streams_above_the_minimum_rate_go_on()
    {
        GatewaySimulation sim = Simulate();
        FrameFarCaller frames = sim.ConnectFrames();
        SmfFarCaller smf = sim.ConnectSmf();
        frames.Send(FrameUpload.AsSpan(0, 70_000));
        smf.Send(SmfUpload.AsSpan(0, 70_000));
        Drip(sim, 200, i =>
        {
            frames.Send(FrameUpload.AsSpan(70_000 + (i * 1200), 1200));
            smf.Send(SmfUpload.AsSpan(70_000 + (i * 1200), 1200));
        });
        frames.Send(FrameUpload.AsSpan(70_000 + (200 * 1200)));
        smf.Send(SmfUpload.AsSpan(70_000 + (200 * 1200)));
        sim.RunUntilQuiet();
        await Assert.That(frames.LastReply.Error).IsEqualTo(ReplyError.Ok);
        await Assert.That(smf.StatusOf(1)).IsEqualTo(200u);
    }

    [Test]
    public async Task Without_a_minimum_rate_a_drip_is_left_to_the_timeout()
    {
        GatewaySimulation sim = Simulate(bytesPerSecondMin: 0);
        FrameFarCaller frames = sim.ConnectFrames();
        SmfFarCaller smf = sim.ConnectSmf();
        frames.Send(FrameUpload.AsSpan(0, 70_000));
        smf.Send(SmfUpload.AsSpan(0, 70_000));
        Drip(sim, 100, i =>
        {
            frames.Send(FrameUpload.AsSpan(70_000 + i, 1));
            smf.Send(SmfUpload.AsSpan(70_000 + i, 1));
        });
        await Assert.That((frames.IsOver, smf.IsOver)).IsEqualTo((false, false));
    }

    /// <summary>The timeout of the route says how long a stream may pause.</summary>
    [Test]
    public async Task A_pause_longer_than_the_window_is_no_drip()
    {
        GatewaySimulation sim = Simulate();
        FrameFarCaller frames = sim.ConnectFrames();
        SmfFarCaller smf = sim.ConnectSmf();
        frames.Send(FrameUpload.AsSpan(0, 70_000));
        smf.Send(SmfUpload.AsSpan(0, 70_000));
        sim.RunFor(100_000);
        frames.Send(FrameUpload.AsSpan(70_000));
        smf.Send(SmfUpload.AsSpan(70_000));
        sim.RunUntilQuiet();
        await Assert.That(frames.LastReply.Error).IsEqualTo(ReplyError.Ok);
        await Assert.That(smf.StatusOf(1)).IsEqualTo(200u);
    }

    [Test]
    public async Task Replies_that_drip_are_broken_visibly_and_their_server_connections_end()
    {
        GatewaySimulation sim = Simulate();
        sim.FrameServer.OnRequest = (connection, _) => connection.Send([.. Frame.ReplyHeader(DataType.Octets), .. Frame.Encode(FrameType.Data, true, new byte[BodyBytes]).AsSpan(0, 10_000)]);
        SmfMessage? asked = null;
        sim.SmfServer.OnRequest = (_, request) => asked = request;
        FrameFarCaller frames = sim.ConnectFrames();
        SmfFarCaller smf = sim.ConnectSmf();
        frames.Download("1");
        smf.Call(1, "x"u8);
        sim.RunUntilQuiet();
        sim.SmfServer.Connection.Send(SmfMessage.Encode(asked!.Header.Session, 200, new byte[BodyBytes]).AsSpan(0, 10_000));
        Drip(sim, 100, _ =>
        {
            sim.FrameServer.Connection.Send(new byte[100]);
            sim.SmfServer.Connection.Send(new byte[100]);
        });
        await Assert.That((frames.Replies.Count, frames.EndedDeceptively, frames.SawReset)).IsEqualTo((0, false, true));
        await Assert.That((smf.Replies.Count, smf.SawReset)).IsEqualTo((0, true));
        await Assert.That((sim.FrameServer.Connection.IsOver, sim.SmfServer.Connection.IsOver)).IsEqualTo((true, true));
        await Assert.That(sim.WorkerContext.Ledger.Closed(CallerFault.TooSlow)).IsEqualTo(0);
    }

    [Test]
    public async Task Servers_that_take_uploads_in_drips_cost_Error_3_and_504()
    {
        GatewaySimulation sim = Simulate(conditions: SmallBuffers);
        sim.FrameServer.Reads = false;
        sim.SmfServer.Reads = false;
        FrameFarCaller frames = sim.ConnectFrames();
        SmfFarCaller smf = sim.ConnectSmf();
        frames.Send(FrameUpload);
        smf.Send(SmfUpload);
        Drip(sim, 100, _ =>
        {
            sim.FrameServer.Connections[0].ReadSome(100);
            sim.SmfServer.Connections[0].ReadSome(100);
        });
        await Assert.That(frames.Replies.First().ErrorMessage).IsEqualTo("the server moved a body more slowly than the minimum rate");
        await Assert.That(smf.StatusOf(1)).IsEqualTo(504u);
        await Assert.That(sim.WorkerContext.Ledger.Rejected(RejectReason.ServerTooSlow)).IsEqualTo(2);
    }

    [Test]
    public async Task A_caller_that_takes_a_stream_in_drips_is_closed()
    {
        GatewaySimulation sim = Simulate(conditions: SmallBuffers);
        FrameFarCaller caller = sim.ConnectFrames();
        caller.IsReading = false;
        caller.Send(FrameUpload);
        Drip(sim, 100, _ => caller.ReadSome(100));
        await Assert.That(sim.WorkerContext.Ledger.Closed(CallerFault.TooSlow)).IsEqualTo(1);
        await Assert.That(sim.WorkerContext.CallersCount).IsEqualTo(0);
    }

    /// <summary>The server takes its time with each piece: the caller, which is held up by it, is not at fault.</summary>
    [Test]
    public async Task A_caller_that_is_held_up_by_its_server_is_not_judged()
    {
        GatewaySimulation sim = Simulate(conditions: SmallBuffers);
        sim.FrameServer.Reads = false;
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Send(FrameUpload);
        Drip(sim, 300, _ => sim.FrameServer.Connections[0].ReadSome(1200));
        await Assert.That(caller.IsOver).IsFalse();
        await Assert.That(sim.Messages).IsEmpty();
    }

    private static GatewaySimulation Simulate(long bytesPerSecondMin = 1024, NetworkConditions? conditions = null) =>
        new(new GatewaySetup { TimeoutMs = 120_000, BytesPerSecondMin = bytesPerSecondMin, DrainsOctets = true }, conditions);

    /// <summary>Does something a second, for so many seconds.</summary>
    private static void Drip(GatewaySimulation sim, int seconds, Action<int> act)
    {
        sim.RunUntilQuiet();
        for (int i = 0; i < seconds; i++)
        {
            act(i);
            sim.RunFor(1000);
        }
    }
}
