using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;
using FrameRpc.Tests.Simulation.Smf;
using Frame = FrameRpc.Tests.Simulation.Frames.Frame;

namespace FrameRpc.Tests.Formats;

/// <summary>A server connection is taken when 64 KiB of a streamed request are there, or all of it, or its caller pauses.</summary>
public sealed class StreamBeginningTests
{
    private readonly GatewaySimulation _sim = new(new GatewaySetup { WriteTimeoutMs = 2000, TimeoutMs = 60_000, ExclusiveConnectionsMax = 1 });

    [Test]
    public async Task Octets_take_a_connection_when_64_KiB_of_them_are_there()
    {
        FrameFarCaller caller = _sim.ConnectFrames();
        byte[] request = Frame.Request("Upload", DataType.Octets, new byte[200_000]);
        caller.Send(request.AsSpan(0, 60_000));
        _sim.RunUntilQuiet();
        await Assert.That(_sim.FrameServer.Connections).IsEmpty();
        caller.Send(request.AsSpan(60_000, 10_000));
        _sim.RunUntilQuiet();
        await Assert.That(_sim.FrameServer.Connections).HasSingleItem();
    }

    [Test]
    public async Task Octets_that_are_all_there_take_a_connection_at_once()
    {
        FrameFarCaller caller = _sim.ConnectFrames();
        long began = _sim.Time.NowMs;
        caller.Send([.. Frame.RequestHeader("Upload", DataType.Octets), .. Frame.Octets(new byte[100], frameBytes: 10)]);
        _sim.RunUntilQuiet();
        await Assert.That(caller.LastReply.Data.Length).IsEqualTo(100);
        await Assert.That(_sim.Time.NowMs).IsEqualTo(began);
    }

    [Test]
    public async Task Octets_whose_caller_waits_for_a_reply_to_their_beginning_are_passed_on_after_a_pause()
    {
        var sim = new GatewaySimulation(new GatewaySetup { DrainsOctets = true });
        sim.FrameServer.OnRequest = (_, _) => { };
        sim.FrameServer.OnRequestBegun = (connection, _) => connection.Send(Frame.ReplyHeader(DataType.Octets));
        sim.FrameServer.OnDataFrame = (connection, _, frame) => connection.Send(Frame.Encode(FrameType.Data, frame.IsLast, frame.Payload));
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Send([.. Frame.RequestHeader("Upload", DataType.Octets), .. Frame.Encode(FrameType.Data, false, "question"u8)]);
        sim.RunFor(40);
        await Assert.That(sim.FrameServer.Connections).IsEmpty();
        sim.RunFor(20);
        await Assert.That(caller.Current!.Json).IsEqualTo("question");

        caller.Send(Frame.Encode(FrameType.Data, true, "next"u8));
        sim.RunUntilQuiet();
        await Assert.That(caller.LastReply.Json).IsEqualTo("questionnext");
    }

    [Test]
    public async Task Octets_that_drip_without_a_pause_are_passed_on_after_a_second()
    {
        FrameFarCaller caller = _sim.ConnectFrames();
        caller.Send([.. Frame.RequestHeader("Upload", DataType.Octets), .. Frame.Encode(FrameType.Data, false, new byte[1000]).AsSpan(0, 500)]);
        long began = _sim.Time.NowMs;
        while (_sim.FrameServer.Connections.Count == 0 && _sim.Time.NowMs < began + 5000)
        {
            caller.Send([1]);
            _sim.RunFor(20);
        }
        await Assert.That(_sim.Time.NowMs - began).IsBetween(1000, 1100);
    }

    [Test]
    public async Task A_large_smf_body_takes_a_connection_when_64_KiB_of_it_are_there_and_a_shorter_one_when_it_is_whole()
    {
        var sim = new GatewaySimulation(new GatewaySetup { SharedBodyMax = 1000 });
        SmfFarCaller large = sim.ConnectSmf(), medium = sim.ConnectSmf();
        byte[] largeRequest = SmfMessage.Encode(1, GatewaySetup.GetId, new byte[200_000]);
        byte[] mediumRequest = SmfMessage.Encode(1, GatewaySetup.GetId, new byte[2000]);
        large.Send(largeRequest.AsSpan(0, 60_000));
        medium.Send(mediumRequest.AsSpan(0, 1900));
        sim.RunFor(5000);
        await Assert.That(sim.SmfServer.Connections).IsEmpty();
        large.Send(largeRequest.AsSpan(60_000, 10_000));
        sim.RunUntilQuiet();
        await Assert.That(sim.SmfServer.Connections).HasSingleItem();
        medium.Send(mediumRequest.AsSpan(1900));
        sim.RunUntilQuiet();
        await Assert.That(medium.StatusOf(1)).IsEqualTo(200u);
    }

    /// <summary>As many dripping uploads as there are connections: each takes one after its pause, and loses it when others have waited for writeTimeout.</summary>
    [Test]
    public async Task Dripping_uploads_on_all_connections_hold_up_others_for_the_write_timeout()
    {
        FrameFarCaller dripping = _sim.ConnectFrames();
        dripping.Send([.. Frame.RequestHeader("Upload", DataType.Octets), .. Frame.Encode(FrameType.Data, false, new byte[1 << 20]).AsSpan(0, 7)]);
        _sim.RunFor(500);
        FrameFarCaller other = _sim.ConnectFrames();
        other.Call("1");
        long began = _sim.Time.NowMs;
        while (other.Replies.Count == 0 && _sim.Time.NowMs < began + 20_000)
        {
            dripping.Send([1]);
            _sim.RunFor(500);
        }
        await Assert.That(other.LastReply.Json).IsEqualTo("1");
        await Assert.That(_sim.Time.NowMs - began).IsLessThanOrEqualTo(2500);
        await Assert.That(_sim.Messages.Single()).Contains("moved too little of its call for writeTimeout");
    }
}
