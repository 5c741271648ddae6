using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.EndToEnd;

public sealed class DrainTests
{
    [Test]
    [Arguments(Signals.Terminate)]
    [Arguments(Signals.Interrupt)]
    public async Task After_a_signal_nobody_new_is_accepted_and_calls_in_flight_finish(int signal)
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
        await Assert.That(idleSmf.ReadToEnd().End).IsEqualTo(StreamEnd.InOrder);
        await Assert.That(idleFrame.ReadToEnd().Bytes).IsSequence(FrameHeader.Reset.ToArray());
        Patience.Until(() => !Peer.CanConnect(gateway.SmfAddress) && !Peer.CanConnect(gateway.FrameAddress), "nobody listens any more");
        await Assert.That(gateway.HasExited).IsFalse();
        held.LetGo();

        await Assert.That(SmfMessage.Read(smf)).IsEqualTo(SmfMessage.Request(7) with { Meta = 200 });
        await Assert.That(FrameMessage.Read(frame)!.Text).IsEqualTo("7");
        await Assert.That(smf.ReadToEnd()).IsEqualTo(([], StreamEnd.InOrder));
        await Assert.That(frame.ReadToEnd().Bytes).IsSequence(FrameHeader.Reset.ToArray());
        await Assert.That(gateway.WaitForExit()).IsEqualTo(0);
        await Assert.That(gateway.Output).Contains("stopped: 2 calls answered by servers, 0 by the gateway itself\n", StringComparison.Ordinal);
    }

    [Test]
    public async Task A_call_made_while_draining_on_a_busy_connection_gets_503_and_a_frame_call_error_3()
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
        await Assert.That(((int, uint))(refused.Session, refused.Meta)).IsEqualTo((2, 503u));
        // One call at a time: this one is refused when the one before it is answered.
        frame.Send(FrameMessage.Call("Echo", "2").ToBytes());
        held.LetGo();

        await Assert.That(SmfMessage.Read(smf)).IsEqualTo(SmfMessage.Request(1) with { Meta = 200 });
        await Assert.That(FrameMessage.Read(frame)!.Text).IsEqualTo("1");
        await Assert.That(FrameMessage.Read(frame)).IsEqualTo(FrameMessage.Fail(3, "the gateway is shutting down"));
        await Assert.That(gateway.WaitForExit()).IsEqualTo(0);
    }

    [Test]
    public async Task Streams_in_flight_are_finished_while_draining()
    {
        const long bytes = 64 * Sizes.MiB;
        using var gateway = GatewayProcess.Start(new GatewayFile());
        using var download = Peer.Connect(gateway.FrameAddress);
        using var upload = Peer.Connect(gateway.FrameAddress);
        download.Send(FrameMessage.Call("Stream", $$"""{"Bytes":{{bytes}}}""", accept: 3).ToBytes());
        await Assert.That(FrameMessage.ReadHeader(download)!.Error).IsEqualTo(1);
        upload.Send(FrameMessage.OctetsEchoHeader());
        upload.Send(FrameMessage.Frame(FrameType.Data, isLast: false, "the first half"u8));
        await Assert.That(FrameMessage.ReadHeader(upload)!.Error).IsEqualTo(1);

        gateway.Signal(Signals.Terminate);
        Patience.Until(() => !Peer.CanConnect(gateway.FrameAddress), "nobody listens any more");
        upload.Send(FrameMessage.Frame(FrameType.Data, isLast: true, "the second half"u8));

        await Assert.That(LargeBody.ReadOctets(download)).IsEqualTo(bytes);
        (byte[] echoed, StreamEnd end) = upload.ReadToEnd();
        byte[] halves =
        [
            .. FrameMessage.Frame(FrameType.Data, isLast: false, "the first half"u8), .. FrameMessage.Frame(FrameType.Data, isLast: true, "the second half"u8),
            .. FrameHeader.Reset,
        ];
        await Assert.That((echoed.Length, end)).IsEqualTo((halves.Length, StreamEnd.InOrder));
        await Assert.That(echoed).IsSequence(halves);
        await Assert.That(gateway.WaitForExit()).IsEqualTo(0);
    }

    [Test]
    public async Task Calls_that_do_not_finish_within_the_drain_timeout_are_cut_off_with_exit_status_0()
    {
        using var held = new HeldCalls();
        using var gateway = GatewayProcess.Start(held.File with { DrainTimeout = "100ms" });
        using var smf = Peer.Connect(gateway.SmfAddress);
        using var frame = Peer.Connect(gateway.FrameAddress);
        smf.Send(SmfMessage.Request(7).ToBytes());
        frame.Send(FrameMessage.Call("Echo", "7").ToBytes());
        held.WaitFor(2);

        gateway.Signal(Signals.Terminate);

        await Assert.That(smf.ReadToEnd().End).IsEqualTo(StreamEnd.Reset);
        await Assert.That(frame.ReadToEnd().End).IsEqualTo(StreamEnd.Reset);
        await Assert.That(gateway.WaitForExit()).IsEqualTo(0);
        await Assert.That(gateway.Output).Contains("cutting off 2 callers whose calls did not finish\n", StringComparison.Ordinal);
    }

    [Test]
    [Arguments(Signals.Terminate, Signals.Terminate)]
    [Arguments(Signals.Interrupt, Signals.Interrupt)]
    public async Task A_second_signal_ends_at_once(int first, int second)
    {
        using var held = new HeldCalls();
        using var gateway = GatewayProcess.Start(held.File with { DrainTimeout = "1h" });
        using var smf = Peer.Connect(gateway.SmfAddress);
        smf.Send(SmfMessage.Request(7).ToBytes());
        held.WaitFor(1);

        gateway.Signal(first);
        gateway.WaitForOutput("(a second signal stops immediately); calls in flight have 3600 s to finish");
        gateway.Signal(second);

        await Assert.That(gateway.WaitForExit()).IsEqualTo(1);
    }
}
