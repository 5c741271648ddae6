using System.Text;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Pipes;
using FrameRpc.Tests.Simulation;

namespace FrameRpc.Tests.EventLoop;

/// <summary>Connections that splice, whatever the protocol: in a loop of their own, between scripted ends.</summary>
public sealed class ConnectionSpliceTests
{
    private const int PipeBytes = 64 * 1024;

    /// <summary>How long a piece that is too small to be told of may wait: 20 ms, and what a timer may be late.</summary>
    private const int PatienceMs = 20 + TimerWheel.TickMs;

    private static readonly NetworkConditions Roomy = NetworkConditions.Calm with { PipeBytes = PipeBytes, BufferBytesMin = 4 << 20, BufferBytesMax = 4 << 20 };

    private readonly VirtualTime _time = new();
    private readonly SimulatedNetwork _network;
    private readonly BugLog _log = new();
    private readonly Loop _loop;

    public ConnectionSpliceTests()
    {
        _network = new SimulatedNetwork(_time, new Random(1), Roomy);
        _loop = new Loop(_network, _time, new Random(1), _log, new RelayPolicy { Mode = RelayMode.Splice, SpliceBytesMin = 1, PipesMax = 64 });
    }

    [Test]
    public async Task What_was_written_before_comes_first_then_the_body_then_what_is_written_after_it()
    {
        (RelayConnection source, Reader sender, RelayConnection sink, Reader receiver) = await Connect();
        sink.Write("before "u8);
        source.RelayTo(sink, bytes: 4, onEnded: () => sink.Write(" after"u8));
        sender.Send("bodyrest"u8);
        await Run();

        await Assert.That(receiver.Text).IsEqualTo("before body after");
        await Assert.That(source.ConsumedText).IsEqualTo("rest");
        await AssertSpliced(4);
    }

    [Test]
    public async Task Nothing_may_be_written_into_the_middle_of_a_body()
    {
        (RelayConnection source, Reader sender, RelayConnection sink, Reader receiver) = await Connect();
        source.RelayTo(sink, bytes: 8);
        sender.Send("half"u8);
        await Run();

        await Assert.That(receiver.Text).IsEqualTo("half");
        Assert.ThrowsExactly<InvalidOperationException>(() => sink.Write("!"u8));
    }

    [Test]
    public async Task A_sink_that_is_full_stops_the_source_until_the_pipe_is_empty_and_then_the_body_goes_on()
    {
        _network.Conditions = Roomy with { BufferBytesMin = 10_000, BufferBytesMax = 10_000 };
        (RelayConnection source, Reader sender, RelayConnection sink, Reader receiver) = await Connect();
        receiver.IsReading = false;
        byte[] body = Body(300_000);
        source.RelayTo(sink, body.Length);
        sender.Send(body);
        await Run();

        await Assert.That(source.IsInputPaused).IsTrue();
        await Assert.That(sink.OutputBytes).IsBetween(1, PipeBytes);
        // So much in all: the receiver's buffer, the pipe, the source's buffer; everything else is still with the sender.
        await Assert.That(body.Length - sender.UnsentBytes).IsBetween(20_001, 20_000 + PipeBytes);

        receiver.Resume();
        await Run();
        await Assert.That(receiver.Bytes).IsSequence(body);
        await AssertSpliced(body.Length);
    }

    [Test]
    public async Task An_end_of_the_stream_is_not_seen_before_all_that_came_is_passed_on()
    {
        _network.Conditions = Roomy with { BufferBytesMin = 10_000, BufferBytesMax = 10_000 };
        (RelayConnection source, Reader sender, RelayConnection sink, Reader receiver) = await Connect();
        receiver.IsReading = false;
        source.RelayTo(sink, bytes: 100_000);
        sender.Send(Body(15_000));
        sender.EndSending();
        await Run();
        await Assert.That(source.SawPeerEnd).IsFalse();

        receiver.Resume();
        await Run();
        await Assert.That(receiver.Bytes).IsSequence(Body(15_000));
        await Assert.That(source.SawPeerEnd).IsTrue();
        await Assert.That(receiver.SawEnd).IsFalse().Because("what is cut short is for the protocol to say");
    }

    [Test]
    public async Task A_reset_of_the_source_in_the_middle_leaves_no_pipe_in_use_and_the_sink_can_be_written_to()
    {
        (RelayConnection source, Reader sender, RelayConnection sink, Reader receiver) = await Connect();
        source.RelayTo(sink, bytes: 100_000);
        sender.Send(Body(15_000));
        await Run();
        sender.Reset();
        await Run();

        await Assert.That(source.IsClosed).IsTrue();
        await Assert.That(_loop.Counters.PipesInUse).IsEqualTo(0);
        sink.Write("broken off"u8);
        await Run();
        await Assert.That(receiver.Bytes).IsSequence([.. Body(15_000), .. "broken off"u8]);
    }

    [Test]
    public async Task When_the_sink_goes_the_source_hears_what_was_lost_in_the_pipe_and_consumes_the_rest()
    {
        _network.Conditions = Roomy with { BufferBytesMin = 10_000, BufferBytesMax = 10_000 };
        (RelayConnection source, Reader sender, RelayConnection sink, Reader receiver) = await Connect();
        receiver.IsReading = false;
        source.RelayTo(sink, bytes: 40_000);
        sender.Send(Body(15_000));
        await RunFor(PatienceMs);
        int piped = sink.OutputBytes;
        await Assert.That(piped).IsEqualTo(5_000);

        sink.Abort();
        await Assert.That(source.LostBytes).IsEqualTo(piped);
        await Assert.That((_loop.Counters.PipesInUse, _loop.Counters.PipesDiscarded)).IsEqualTo((0L, 1L));
        await Assert.That(_network.Pipes).IsEmpty();
        source.ResumeInput();
        sender.Send("rest"u8);
        await Run();
        await Assert.That(source.ConsumedText).IsEqualTo("rest");
    }

    [Test]
    public async Task What_the_sink_does_not_take_can_be_taken_out_of_the_pipe_and_the_source_goes_on_through_memory()
    {
        _network.Conditions = Roomy with { BufferBytesMin = 10_000, BufferBytesMax = 10_000 };
        (RelayConnection source, Reader sender, RelayConnection sink, Reader receiver) = await Connect();
        receiver.IsReading = false;
        source.TakesOutOfPipe = true;
        source.RelayTo(sink, bytes: 15_000);
        sender.Send([.. Body(15_000), .. "next"u8]);
        await Run();

        await Assert.That(source.ConsumedText).IsEqualTo("next");
        await Assert.That(sink.OutputBytes).IsEqualTo(5_000);
        await Assert.That((_loop.Counters.PipesInUse, _loop.Counters.PipesDiscarded)).IsEqualTo((0L, 0L));
        receiver.Resume();
        await Run();
        await Assert.That(receiver.Bytes).IsSequence(Body(15_000));
        await Assert.That((_loop.Counters.BytesSpliced, _loop.Counters.BytesCopied)).IsEqualTo((10_000L, 5_000L));
    }

    [Test]
    public async Task A_body_is_consumed_as_ever_when_no_pipe_can_be_had()
    {
        _network.Conditions = Roomy with { PipeBytes = 0 };
        (RelayConnection source, Reader sender, RelayConnection sink, Reader receiver) = await Connect();
        source.RelayTo(sink, bytes: 4);
        sender.Send("body"u8);
        await Run();

        await Assert.That(receiver.Text).IsEqualTo("");
        await Assert.That(source.ConsumedText).IsEqualTo("body");
        await Assert.That(_loop.Counters.SplicesRefused).IsEqualTo(1);
    }

    [Test]
    [Arguments(Libc.EINVAL)]
    [Arguments(Libc.ENOSYS)]
    [Arguments(Libc.EPERM)]
    public async Task Where_the_kernel_does_not_splice_from_the_source_the_body_is_consumed_and_its_kind_is_not_tried_again(int error)
    {
        _network.Conditions = Roomy with { FillError = error, SpliceErrorKind = SocketKind.Tcp };
        (RelayConnection source, Reader sender, RelayConnection sink, Reader receiver) = await Connect();
        source.RelayTo(sink, bytes: 4);
        sender.Send("body"u8);
        await Run();

        await Assert.That(source.ConsumedText).IsEqualTo("body");
        await Assert.That((_loop.Counters.SplicesRefused, _loop.Counters.PipesInUse)).IsEqualTo((1L, 0L));
        await AssertSpliced(from: SocketKind.Tcp, to: SocketKind.Tcp, isSpliced: false);
        await AssertSpliced(from: SocketKind.Tcp, to: SocketKind.Unix, isSpliced: false);
        await AssertSpliced(from: SocketKind.Unix, to: SocketKind.Tcp, isSpliced: true);
        await AssertSpliced(from: SocketKind.Unix, to: SocketKind.Unix, isSpliced: true);
    }

    /// <summary>Whether the pipe is emptied right behind its filling, or when a sink that was full takes more.</summary>
    [Test]
    [Arguments(false)]
    [Arguments(true)]
    public async Task Where_the_kernel_does_not_splice_into_the_sink_the_body_goes_on_through_memory_and_its_kind_is_not_tried_again(bool isFullAtFirst)
    {
        _network.Conditions = Roomy with { BufferBytesMin = 10_000, BufferBytesMax = 10_000, EmptyError = Libc.EINVAL, SpliceErrorKind = SocketKind.Tcp };
        (RelayConnection source, Reader sender, RelayConnection sink, Reader receiver) = await Connect();
        receiver.IsReading = !isFullAtFirst;
        byte[] before = isFullAtFirst ? Body(12_000) : [];
        if (isFullAtFirst)
        {
            sink.Write(before);
            await Run();
        }
        source.RelayTo(sink, bytes: 5_000);
        sender.Send([.. Body(5_000), .. "next"u8]);
        await Run();
        receiver.Resume();
        await Run();

        await Assert.That(receiver.Bytes).IsSequence([.. before, .. Body(5_000)]);
        await Assert.That(source.ConsumedText).IsEqualTo("next");
        await Assert.That((_loop.Counters.SplicesRefused, _loop.Counters.PipesInUse)).IsEqualTo((1L, 0L));
        await AssertSpliced(from: SocketKind.Tcp, to: SocketKind.Tcp, isSpliced: false);
        await AssertSpliced(from: SocketKind.Unix, to: SocketKind.Tcp, isSpliced: false);
        await AssertSpliced(from: SocketKind.Tcp, to: SocketKind.Unix, isSpliced: true);
        await AssertSpliced(from: SocketKind.Unix, to: SocketKind.Unix, isSpliced: true);
    }

    /// <summary>As a socket that is encrypted in this process, at either end.</summary>
    [Test]
    [Arguments(false)]
    [Arguments(true)]
    public async Task A_body_from_or_to_a_socket_that_cannot_be_spliced_is_consumed_as_ever_and_all_others_are_spliced(bool isSource)
    {
        _network.Conditions = Roomy with { CanSplice = !isSource };
        (RelayConnection source, Reader sender) = ConnectOne();
        _network.Conditions = Roomy with { CanSplice = isSource };
        (RelayConnection sink, Reader receiver) = ConnectOne();
        await Run();
        source.RelayTo(sink, bytes: 4);
        sender.Send("body"u8);
        await Run();

        await Assert.That(receiver.Text).IsEqualTo("");
        await Assert.That(source.ConsumedText).IsEqualTo("body");
        _network.Conditions = Roomy;
        await AssertSpliced(from: SocketKind.Tcp, to: SocketKind.Tcp, isSpliced: true);
    }

    [Test]
    public async Task A_stream_that_always_has_more_lets_others_have_their_turn_between_its_moves()
    {
        (RelayConnection source, Reader sender, RelayConnection sink, Reader receiver) = await Connect();
        (SimulatedSocket near, SimulatedSocket far) = _network.Pair();
        var other = new RelayConnection(_loop, near);
        var caller = new Reader();
        SimulatedWorld.Attach(far, caller);
        byte[] body = Body(10 * PipeBytes);
        source.RelayTo(sink, body.Length);
        sender.Send(body);

        for (int turn = 1; turn <= 5; turn++)
        {
            caller.Send("x"u8);
            _loop.Turn(waitMsMax: 0);
            _network.RunFarEnds();
            await Assert.That(other.ConsumedText.Length).IsEqualTo(turn);
            // What was found ready goes on once in its first turn; then it is one move each.
            await Assert.That(receiver.BytesReceived).IsBetween(1, (turn + 1) * PipeBytes);
        }
        await Run();
        await Assert.That(receiver.Bytes).IsSequence(body);
    }

    [Test]
    public async Task A_body_that_streams_wakes_the_loop_for_large_pieces_only()
    {
        const int piece = 16 * 1024;
        (RelayConnection source, Reader sender, RelayConnection sink, Reader receiver) = await Connect();
        source.RelayTo(sink, bytes: 64 * piece);
        sender.Send(Body(piece));
        await Run();
        List<int> passed = sink.Writes;
        passed.Clear();

        for (int sent = 1; sent < 64; sent++)
        {
            sender.Send(Body(piece));
            await Run();
        }

        await Assert.That(receiver.BytesReceived).IsEqualTo(64L * piece);
        // 256 KiB each, by way of a pipe of 64 KiB; the rest is less.
        await Assert.That(passed.Count).IsBetween(1, 20);
        foreach (int bytes in passed.SkipLast(1))
            await Assert.That(bytes > piece).IsTrue().Because($"{bytes} bytes were passed on alone");
    }

    [Test]
    public async Task A_body_that_trickles_is_passed_on_a_little_late_once_and_then_at_once()
    {
        (RelayConnection source, Reader sender, RelayConnection sink, Reader receiver) = await Connect();
        source.RelayTo(sink, bytes: 1 << 20);
        sender.Send(Body(1000));
        await Run();
        await Assert.That(receiver.BytesReceived).IsEqualTo(1000);

        sender.Send(Body(1000));
        await Run();
        await Assert.That(receiver.BytesReceived).IsEqualTo(1000);
        await RunFor(PatienceMs);
        await Assert.That(receiver.BytesReceived).IsEqualTo(2000);

        for (int sent = 3; sent <= 100; sent++)
        {
            await RunFor(50);
            sender.Send(Body(1000));
            await Run();
            await Assert.That(receiver.BytesReceived).IsEqualTo(1000 * sent);
        }
    }

    [Test]
    public async Task What_follows_a_body_is_told_of_byte_by_byte()
    {
        (RelayConnection source, Reader sender, RelayConnection sink, Reader receiver) = await Connect();
        source.RelayTo(sink, bytes: 1 << 20);
        sender.Send(Body(1 << 19));
        await Run();
        sender.Send(Body(1 << 19));
        await Run();
        await Assert.That(receiver.BytesReceived).IsEqualTo(1 << 20);

        foreach (char next in "next")
        {
            sender.Send([(byte)next]);
            await Run();
        }
        await Assert.That(source.ConsumedText).IsEqualTo("next");
    }

    private static byte[] Body(int bytes)
    {
        byte[] body = new byte[bytes];
        new Random(bytes).NextBytes(body);
        return body;
    }

    private async Task<(RelayConnection Source, Reader Sender, RelayConnection Sink, Reader Receiver)> Connect()
    {
        (RelayConnection source, Reader sender) = ConnectOne();
        (RelayConnection sink, Reader receiver) = ConnectOne();
        await Run();
        return (source, sender, sink, receiver);
    }

    private (RelayConnection Near, Reader Far) ConnectOne()
    {
        (SimulatedSocket near, SimulatedSocket far) = _network.Pair();
        var reader = new Reader();
        SimulatedWorld.Attach(far, reader);
        return (new RelayConnection(_loop, near), reader);
    }

    /// <summary>Until nothing happens any more without time passing.</summary>
    private async Task Run()
    {
        do
        {
            _network.WasActive = false;
            _network.RunFarEnds();
            _loop.Turn(waitMsMax: 0);
        }
        while (_network.WasActive || _network.HasReady);
        await Assert.That(_log.Bugs).IsEmpty();
    }

    private async Task RunFor(int ms)
    {
        for (; ms > 0; ms--)
        {
            _time.AdvanceTo(_time.NowMs + 1);
            await Run();
        }
    }

    /// <summary>Sends a body between two new connections of these kinds.</summary>
    private async Task AssertSpliced(SocketKind from, SocketKind to, bool isSpliced)
    {
        _network.Conditions = _network.Conditions with { Kind = from };
        (RelayConnection source, Reader sender) = ConnectOne();
        _network.Conditions = _network.Conditions with { Kind = to };
        (RelayConnection sink, Reader receiver) = ConnectOne();
        await Run();
        source.RelayTo(sink, bytes: 4);
        sender.Send("body"u8);
        await Run();
        await Assert.That((receiver.Text, source.ConsumedText)).IsEqualTo(isSpliced ? ("body", "") : ("", "body")).Because($"from {from} to {to}");
    }

    private async Task AssertSpliced(long bytes)
    {
        await Assert.That((_loop.Counters.BytesSpliced, _loop.Counters.BytesCopied)).IsEqualTo(((long)bytes, 0L));
        await Assert.That((_loop.Counters.PipesInUse, _loop.Counters.PipesDiscarded)).IsEqualTo((0L, 0L));
    }

    /// <summary>A scripted end that keeps what comes.</summary>
    private sealed class Reader : FarEnd
    {
        public byte[] Bytes => Inbox.Bytes.ToArray();

        public string Text => Encoding.ASCII.GetString(Inbox.Bytes);

        protected override void OnReceived()
        {
        }
    }
}
