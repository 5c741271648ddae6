using System.Net;
using System.Net.Sockets;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Pipes;

namespace FrameRpc.Tests.Sockets.Pipes;

/// <summary>What splice(2) does between real sockets: the simulation's pipe is written after it.</summary>
public sealed class KernelPipeTests : IDisposable
{
    private const int PipeBytes = 64 * 1024;

    private readonly EpollNetwork _network = new(new ResolvedAddresses());

    public void Dispose() => _network.Dispose();

    [Test]
    [Arguments(64 * 1024)]
    [Arguments(256 * 1024)]
    public async Task A_pipe_has_the_size_that_was_asked_for_and_is_empty(int bytes)
    {
        KernelPipe pipe = KernelPipe.TryOpen(bytes)!;

        await Assert.That((pipe.CapacityBytes, pipe.Bytes)).IsEqualTo((bytes, 0));
        pipe.Close();
    }

    [Test]
    public async Task A_worker_asks_for_what_the_kernel_allows_and_for_a_mebibyte_at_most() =>
        await Assert.That(KernelPipe.SizeAllowed()).IsEqualTo(Math.Min(1024 * 1024, int.Parse(File.ReadAllText("/proc/sys/fs/pipe-max-size"), null)));

    [Test]
    public async Task A_pipe_that_is_too_small_to_be_worth_its_calls_is_none() => await Assert.That(KernelPipe.TryOpen(4096)).IsNull();

    [Test]
    public async Task What_one_socket_received_leaves_by_another_through_the_pipe()
    {
        (ISocket source, ISocket sender) = _network.ConnectPair();
        (ISocket sink, ISocket receiver) = _network.ConnectPair();
        KernelPipe pipe = KernelPipe.TryOpen(PipeBytes)!;
        sender.Send("the body, and the next"u8);

        Transfer filled = source.Receive(pipe, bytesMax: "the body".Length);
        await Assert.That((filled.Bytes, pipe.Bytes)).IsEqualTo((8, 8));
        Transfer sent = sink.Send(pipe, moreFollows: false);
        await Assert.That((sent.Bytes, pipe.Bytes)).IsEqualTo((8, 0));

        await Assert.That(Text(receiver)).IsEqualTo("the body");
        // What stands behind the stretch that was asked for is still the source's.
        await Assert.That(Text(source)).IsEqualTo(", and the next");
        pipe.Close();
    }

    [Test]
    public async Task A_socket_that_is_empty_fills_nothing_and_one_that_has_ended_says_so()
    {
        (ISocket source, ISocket sender) = _network.ConnectPair();
        KernelPipe pipe = KernelPipe.TryOpen(PipeBytes)!;

        await Assert.That(source.Receive(pipe, PipeBytes).Status).IsEqualTo(TransferStatus.WouldBlock);
        sender.Send("last"u8);
        sender.EndSending();
        await Assert.That(source.Receive(pipe, PipeBytes).Bytes).IsEqualTo(4);
        await Assert.That(source.Receive(pipe, PipeBytes).Status).IsEqualTo(TransferStatus.EndOfStream);
        await Assert.That(pipe.Bytes).IsEqualTo(4);
        pipe.Close();
    }

    /// <summary>So a receive that moves nothing does not say that the socket is empty.</summary>
    [Test]
    public async Task A_pipe_has_a_place_for_each_piece_and_is_full_of_few_bytes_when_they_come_one_by_one()
    {
        int places = PipeBytes / Environment.SystemPageSize;
        (ISocket source, ISocket sender) = _network.ConnectPair();
        KernelPipe pipe = KernelPipe.TryOpen(PipeBytes)!;
        for (int sent = 0; sent <= places; sent++)
            sender.Send("x"u8);
        while (source.Receive(pipe, PipeBytes).Status == TransferStatus.Done)
        {
        }

        await Assert.That(pipe.Bytes).IsEqualTo(places);
        await Assert.That(source.Receive(new byte[8]).Bytes).IsEqualTo(1);
        pipe.Close();
    }

    [Test]
    public async Task A_sink_takes_as_much_as_it_has_room_for_and_the_rest_stays_in_the_pipe()
    {
        (ISocket source, ISocket sender) = _network.ConnectPair();
        (ISocket sink, ISocket receiver) = _network.ConnectPair();
        KernelPipe pipe = KernelPipe.TryOpen(PipeBytes)!;
        byte[] body = new byte[8192];
        new Random(1).NextBytes(body);
        int accepted = FillUp(sink);
        sender.Send(body);
        await Assert.That(source.Receive(pipe, PipeBytes).Bytes).IsEqualTo(body.Length);

        await Assert.That(sink.Send(pipe, moreFollows: false).Status).IsEqualTo(TransferStatus.WouldBlock);
        await Assert.That(pipe.Bytes).IsEqualTo(body.Length);
        await Assert.That(ReadAll(receiver).Length).IsEqualTo(accepted);
        await Assert.That(sink.Send(pipe, moreFollows: false).Bytes).IsEqualTo(body.Length);
        await Assert.That(ReadAll(receiver)).IsSequence(body);
        pipe.Close();
    }

    [Test]
    public async Task What_is_in_the_pipe_can_be_taken_into_memory_piece_by_piece()
    {
        (ISocket source, ISocket sender) = _network.ConnectPair();
        KernelPipe pipe = KernelPipe.TryOpen(PipeBytes)!;
        sender.Send("abcdef"u8);
        source.Receive(pipe, PipeBytes);
        byte[] memory = new byte[6];

        await Assert.That((pipe.Read(memory.AsSpan(0, 4)), pipe.Bytes)).IsEqualTo((4, 2));
        await Assert.That((pipe.Read(memory.AsSpan(4)), pipe.Bytes)).IsEqualTo((2, 0));

        await Assert.That(memory).IsSequence("abcdef"u8.ToArray());
        Assert.ThrowsExactly<IOException>(() => pipe.Read(memory));
        pipe.Close();
    }

    /// <summary>splice has no MSG_NOSIGNAL: where SIGPIPE is not ignored, this ends the process that runs the tests.</summary>
    [Test]
    public async Task A_receiver_that_is_gone_is_an_error_and_what_it_did_not_get_stays_in_the_pipe()
    {
        (ISocket source, ISocket sender) = _network.ConnectPair();
        (ISocket sink, ISocket receiver) = _network.ConnectPair();
        KernelPipe pipe = KernelPipe.TryOpen(PipeBytes)!;
        sender.Send("lost"u8);
        source.Receive(pipe, PipeBytes);
        var atSink = new ReadyRecorder();
        sink.Owner = atSink;
        receiver.Close();
        // Not at once: a process that another test starts at this moment has a copy of the descriptor until it runs its program.
        atSink.Await(_network, Readiness.PeerEnded);

        await Assert.That(sink.Send(pipe, moreFollows: false)).IsEqualTo(Transfer.Failed(Libc.EPIPE));
        await Assert.That(pipe.Bytes).IsEqualTo(4);
        pipe.Close();
    }

    [Test]
    public async Task A_tcp_peer_that_resets_is_an_error_in_both_directions()
    {
        using TcpPair tcp = new(_network);
        (ISocket other, ISocket sender) = _network.ConnectPair();
        KernelPipe pipe = KernelPipe.TryOpen(PipeBytes)!;
        sender.Send("lost"u8);
        other.Receive(pipe, PipeBytes);

        tcp.Reset();

        await Assert.That(tcp.Near.Receive(pipe, PipeBytes)).IsEqualTo(Transfer.Failed(Libc.ECONNRESET));
        await Assert.That(tcp.Near.Send(pipe, moreFollows: false).Status).IsEqualTo(TransferStatus.Failed);
        await Assert.That(pipe.Bytes).IsEqualTo(4);
        pipe.Close();
    }

    [Test]
    public async Task A_tcp_socket_tells_from_as_many_bytes_on_as_was_asked_and_of_fewer_when_it_is_asked_again()
    {
        using TcpPair tcp = new(_network);
        tcp.Near.SetReceiveLowWaterMark(100);
        tcp.Far.Send(new byte[10]);
        await Assert.That(tcp.Look()).IsEqualTo(Readiness.None);

        tcp.Near.SetReceiveLowWaterMark(1);
        await Assert.That(tcp.Look() & Readiness.Readable).IsEqualTo(Readiness.Readable);

        await Assert.That(tcp.Near.Receive(new byte[100]).Bytes).IsEqualTo(10);
        tcp.Near.SetReceiveLowWaterMark(100);
        tcp.Far.Send(new byte[99]);
        await Assert.That(tcp.Look()).IsEqualTo(Readiness.None);
        tcp.Far.Send(new byte[1]);
        await Assert.That(tcp.Await(Readiness.Readable) & Readiness.Readable).IsEqualTo(Readiness.Readable);
    }

    [Test]
    public async Task A_tcp_socket_that_is_to_tell_of_much_tells_of_the_end()
    {
        using TcpPair tcp = new(_network);
        tcp.Near.SetReceiveLowWaterMark(100_000);
        tcp.Far.Send(new byte[10]);
        tcp.Far.Shutdown(SocketShutdown.Send);

        await Assert.That(tcp.Await(Readiness.PeerEnded) & Readiness.PeerEnded).IsEqualTo(Readiness.PeerEnded);
        await Assert.That(tcp.Near.Receive(new byte[100]).Bytes).IsEqualTo(10);
    }

    private static string Text(ISocket socket) => System.Text.Encoding.ASCII.GetString(ReadAll(socket));

    private static byte[] ReadAll(ISocket socket)
    {
        var all = new MemoryStream();
        byte[] some = new byte[4096];
        for (Transfer received; (received = socket.Receive(some)).Bytes > 0;)
            all.Write(some, 0, received.Bytes);
        return all.ToArray();
    }

    /// <summary>Sends until no byte more goes in, and returns how many did.</summary>
    private static int FillUp(ISocket socket)
    {
        byte[] piece = new byte[4096];
        int accepted = 0;
        for (Transfer sent; (sent = socket.Send(piece)).Bytes > 0;)
            accepted += sent.Bytes;
        return accepted;
    }

    /// <summary>A TCP connection between this network and a socket of .NET's.</summary>
    private sealed class TcpPair : IDisposable, IReadyHandler
    {
        private readonly EpollNetwork _network;
        private readonly ListenerSockets _point = ListenerSockets.Open(new TcpAddress("127.0.0.1", 0), workers: 1);
        private readonly IListenerSocket _listener;
        private Readiness _seen;

        public TcpPair(EpollNetwork network)
        {
            _network = network;
            _listener = _point.Attach(network, 0);
            _listener.Owner = this;
            Far.Connect(IPAddress.Loopback, ((TcpAddress)_point.Address).Port);
            Await(Readiness.Readable);
            Must.Hold(_listener.Accept(out Arrival arrival) == AcceptStatus.Accepted);
            Near = _listener.TryAdopt(arrival)!;
            Near.Owner = this;
            Look();
        }

        public ISocket Near { get; }

        public Socket Far { get; } = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

        public void OnReady(Readiness readiness) => _seen |= readiness;

        public void OnException(Exception exception) => throw exception;

        public void Reset()
        {
            Far.LingerState = new LingerOption(true, 0);
            Far.Close();
            Await(Readiness.Failed);
        }

        /// <summary>What it is told of without waiting; of being writable it is not asked.</summary>
        public Readiness Look() => Handle(timeoutMs: 0) & ~Readiness.Writable;

        public Readiness Await(Readiness wanted)
        {
            Readiness seen = Readiness.None;
            while ((seen & wanted) == 0)
                seen |= Handle(timeoutMs: -1);
            return seen;
        }

        public void Dispose()
        {
            Near.Close();
            Far.Dispose();
            _listener.Close();
            _point.Dispose();
        }

        private Readiness Handle(int timeoutMs)
        {
            _seen = Readiness.None;
            _network.Wait(timeoutMs);
            while (_network.TryTakeReady(out IReadyHandler owner, out Readiness readiness))
                owner.OnReady(readiness);
            return _seen;
        }
    }
}
