using FrameRpc.Protocol.Frames;
using Xunit;

namespace FrameRpc.Tests.EndToEnd;

public sealed class DrainTests
{
    [Theory]
    [InlineData(Signals.Terminate)]
    [InlineData(Signals.Interrupt)]
    public void After_a_signal_nobody_new_is_accepted_and_calls_in_flight_finish(int signal)
    {
        using var held = new HeldCalls();
        using var gateway = GatewayProcess.Start(held.File);
        using var smf = Peer.Connect(gateway.SmfAddress);
        using var frame = Peer.Connect(gateway.FrameAddress);
        using var idleSmf = Peer.Connect(gateway.SmfAddress);
        using var idleFrame = Peer.Connect(gateway.FrameAddress);
        smf.Send(SmfMessage.Request(7).ToBytes());
        frame.Send(FrameMessage.Call("Echo", "7").ToBytes());
        held.WaitFor(2);

        gateway.Signal(signal);
        Assert.Equal(StreamEnd.InOrder, idleSmf.ReadToEnd().End);
        Assert.Equal(FrameHeader.Reset.ToArray(), idleFrame.ReadToEnd().Bytes);
        Patience.Until(() => !Peer.CanConnect(gateway.SmfAddress) && !Peer.CanConnect(gateway.FrameAddress), "nobody listens any more");
        Assert.False(gateway.HasExited);
        held.LetGo();

        Assert.Equal(SmfMessage.Request(7) with { Meta = 200 }, SmfMessage.Read(smf));
        Assert.Equal("7", FrameMessage.Read(frame)!.Text);
        Assert.Equal(([], StreamEnd.InOrder), smf.ReadToEnd());
        Assert.Equal(FrameHeader.Reset.ToArray(), frame.ReadToEnd().Bytes);
        Assert.Equal(0, gateway.WaitForExit());
        Assert.Contains("stopped: 2 calls answered by servers, 0 by the gateway itself\n", gateway.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_call_made_while_draining_on_a_busy_connection_gets_503_and_a_frame_call_error_3()
    {
        using var held = new HeldCalls();
        using var gateway = GatewayProcess.Start(held.File);
        using var smf = Peer.Connect(gateway.SmfAddress);
        using var frame = Peer.Connect(gateway.FrameAddress);
        smf.Send(SmfMessage.Request(1).ToBytes());
        frame.Send(FrameMessage.Call("Echo", "1").ToBytes());
        held.WaitFor(2);
        gateway.Signal(Signals.Terminate);
        Patience.Until(() => !Peer.CanConnect(gateway.SmfAddress) && !Peer.CanConnect(gateway.FrameAddress), "nobody listens any more");

        smf.Send(SmfMessage.Request(2).ToBytes());
        SmfMessage refused = SmfMessage.Read(smf)!;
        Assert.Equal((2, 503u), (refused.Session, refused.Meta));
        // One call at a time: this one is refused when the one before it is answered.
        frame.Send(FrameMessage.Call("Echo", "2").ToBytes());
        held.LetGo();

        Assert.Equal(SmfMessage.Request(1) with { Meta = 200 }, SmfMessage.Read(smf));
        Assert.Equal("1", FrameMessage.Read(frame)!.Text);
        Assert.Equal(FrameMessage.Fail(3, "the gateway is shutting down"), FrameMessage.Read(frame));
        Assert.Equal(0, gateway.WaitForExit());
    }

    [Fact]
    public void Streams_in_flight_are_finished_while_draining()
    {
        const long bytes = 64 * Heavy.MiB;
        using var gateway = GatewayProcess.Start(new GatewayFile());
        using var download = Peer.Connect(gateway.FrameAddress);
        using var upload = Peer.Connect(gateway.FrameAddress);
        download.Send(FrameMessage.Call("Stream", $$"""{"Bytes":{{bytes}}}""", accept: 3).ToBytes());
        Assert.Equal(1, FrameMessage.ReadHeader(download)!.Error);
        upload.Send(FrameMessage.OctetsEchoHeader());
        upload.Send(FrameMessage.Frame(FrameType.Data, isLast: false, "the first half"u8));
        Assert.Equal(1, FrameMessage.ReadHeader(upload)!.Error);

        gateway.Signal(Signals.Terminate);
        Patience.Until(() => !Peer.CanConnect(gateway.FrameAddress), "nobody listens any more");
        upload.Send(FrameMessage.Frame(FrameType.Data, isLast: true, "the second half"u8));

        Assert.Equal(bytes, LargeBody.ReadOctets(download));
        (byte[] echoed, StreamEnd end) = upload.ReadToEnd();
        byte[] halves =
        [
            .. FrameMessage.Frame(FrameType.Data, isLast: false, "the first half"u8), .. FrameMessage.Frame(FrameType.Data, isLast: true, "the second half"u8),
            .. FrameHeader.Reset,
        ];
        Assert.Equal((halves.Length, StreamEnd.InOrder), (echoed.Length, end));
        Assert.Equal(halves, echoed);
        Assert.Equal(0, gateway.WaitForExit());
    }

    [Fact]
    public void Calls_that_do_not_finish_within_the_drain_timeout_are_cut_off_with_exit_status_0()
    {
        using var held = new HeldCalls();
        using var gateway = GatewayProcess.Start(held.File with { DrainTimeout = "100ms" });
        using var smf = Peer.Connect(gateway.SmfAddress);
        using var frame = Peer.Connect(gateway.FrameAddress);
        smf.Send(SmfMessage.Request(7).ToBytes());
        frame.Send(FrameMessage.Call("Echo", "7").ToBytes());
        held.WaitFor(2);

        gateway.Signal(Signals.Terminate);

        Assert.Equal(StreamEnd.Reset, smf.ReadToEnd().End);
        Assert.Equal(StreamEnd.Reset, frame.ReadToEnd().End);
        Assert.Equal(0, gateway.WaitForExit());
        Assert.Contains("cutting off 2 callers whose calls did not finish\n", gateway.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Signals.Terminate, Signals.Terminate)]
    [InlineData(Signals.Interrupt, Signals.Interrupt)]
    public void A_second_signal_ends_at_once(int first, int second)
    {
        using var held = new HeldCalls();
        using var gateway = GatewayProcess.Start(held.File with { DrainTimeout = "1h" });
        using var smf = Peer.Connect(gateway.SmfAddress);
        smf.Send(SmfMessage.Request(7).ToBytes());
        held.WaitFor(1);

        gateway.Signal(first);
        gateway.WaitForOutput("a second signal stops at once; calls in flight have 3600 s to finish");
        gateway.Signal(second);

        Assert.Equal(1, gateway.WaitForExit());
    }
}
