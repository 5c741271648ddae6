using System.Net;
using System.Net.Sockets;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Pipes;
using Xunit;
using SocketAddress = FrameRpc.Gateway.Sockets.SocketAddress;

namespace FrameRpc.Tests.Sockets.Pipes;

/// <summary>What splice(2) does between real sockets: the simulation's pipe is written after it.</summary>
public sealed class KernelPipeTests : IDisposable
{
    private const int PipeBytes = 64 * 1024;

    private readonly EpollNetwork _network = new(new Dictionary<Address, SocketAddress>());

    public void Dispose() => _network.Dispose();

    [Theory]
    [InlineData(64 * 1024)]
    [InlineData(256 * 1024)]
    public void A_pipe_has_the_size_that_was_asked_for_and_is_empty(int bytes)
    {
        KernelPipe pipe = KernelPipe.TryOpen(bytes)!;

        Assert.Equal((bytes, 0), (pipe.CapacityBytes, pipe.Bytes));
        pipe.Close();
    }

    [Fact]
    public void A_worker_asks_for_what_the_kernel_allows_and_for_a_mebibyte_at_most() =>
        Assert.Equal(Math.Min(1024 * 1024, int.Parse(File.ReadAllText("/proc/sys/fs/pipe-max-size"), null)), KernelPipe.SizeAllowed());

    [Fact]
    public void A_pipe_that_is_too_small_to_be_worth_its_calls_is_none() => Assert.Null(KernelPipe.TryOpen(4096));

    [Fact]
    public void What_one_socket_received_leaves_by_another_through_the_pipe()
    {
        (ISocket source, ISocket sender) = _network.ConnectPair();
        (ISocket sink, ISocket receiver) = _network.ConnectPair();
        KernelPipe pipe = KernelPipe.TryOpen(PipeBytes)!;
        sender.Send("the body, and the next"u8);

        Transfer filled = source.Receive(pipe, bytesMax: "the body".Length);
        Assert.Equal((8, 8), (filled.Bytes, pipe.Bytes));
        Transfer sent = sink.Send(pipe, moreFollows: false);
        Assert.Equal((8, 0), (sent.Bytes, pipe.Bytes));

        Assert.Equal("the body", Text(receiver));
        // What stands behind the stretch that was asked for is still the source's.
        Assert.Equal(", and the next", Text(source));
        pipe.Close();
    }

    [Fact]
    public void A_socket_that_is_empty_fills_nothing_and_one_that_has_ended_says_so()
    {
        (ISocket source, ISocket sender) = _network.ConnectPair();
        KernelPipe pipe = KernelPipe.TryOpen(PipeBytes)!;

        Assert.Equal(TransferStatus.WouldBlock, source.Receive(pipe, PipeBytes).Status);
        sender.Send("last"u8);
        sender.EndSending();
        Assert.Equal(4, source.Receive(pipe, PipeBytes).Bytes);
        Assert.Equal(TransferStatus.EndOfStream, source.Receive(pipe, PipeBytes).Status);
        Assert.Equal(4, pipe.Bytes);
        pipe.Close();
    }

    /// <summary>So a receive that moves nothing does not say that the socket is empty.</summary>
    [Fact]
    public void A_pipe_has_a_place_for_each_piece_and_is_full_of_few_bytes_when_they_come_one_by_one()
    {
        int places = PipeBytes / Environment.SystemPageSize;
        (ISocket source, ISocket sender) = _network.ConnectPair();
        KernelPipe pipe = KernelPipe.TryOpen(PipeBytes)!;
        for (int sent = 0; sent <= places; sent++)
            sender.Send("x"u8);
        while (source.Receive(pipe, PipeBytes).Status == TransferStatus.Done)
        {
        }

        Assert.Equal(places, pipe.Bytes);
        Assert.Equal(1, source.Receive(new byte[8]).Bytes);
        pipe.Close();
    }

    [Fact]
    public void A_sink_takes_as_much_as_it_has_room_for_and_the_rest_stays_in_the_pipe()
    {
        (ISocket source, ISocket sender) = _network.ConnectPair();
        (ISocket sink, ISocket receiver) = _network.ConnectPair();
        KernelPipe pipe = KernelPipe.TryOpen(PipeBytes)!;
        byte[] body = new byte[8192];
        new Random(1).NextBytes(body);
        int accepted = FillUp(sink);
        sender.Send(body);
        Assert.Equal(body.Length, source.Receive(pipe, PipeBytes).Bytes);

        Assert.Equal(TransferStatus.WouldBlock, sink.Send(pipe, moreFollows: false).Status);
        Assert.Equal(body.Length, pipe.Bytes);
        Assert.Equal(accepted, ReadAll(receiver).Length);
        Assert.Equal(body.Length, sink.Send(pipe, moreFollows: false).Bytes);
        Assert.Equal(body, ReadAll(receiver));
        pipe.Close();
    }

    [Fact]
    public void What_is_in_the_pipe_can_be_taken_into_memory_piece_by_piece()
    {
        (ISocket source, ISocket sender) = _network.ConnectPair();
        KernelPipe pipe = KernelPipe.TryOpen(PipeBytes)!;
        sender.Send("abcdef"u8);
        source.Receive(pipe, PipeBytes);
        byte[] memory = new byte[6];

        Assert.Equal((4, 2), (pipe.Read(memory.AsSpan(0, 4)), pipe.Bytes));
        Assert.Equal((2, 0), (pipe.Read(memory.AsSpan(4)), pipe.Bytes));

        Assert.Equal("abcdef"u8, memory);
        Assert.Throws<IOException>(() => pipe.Read(memory));
        pipe.Close();
    }

    /// <summary>splice has no MSG_NOSIGNAL: where SIGPIPE is not ignored, this ends the process that runs the tests.</summary>
    [Fact]
    public void A_receiver_that_is_gone_is_an_error_and_what_it_did_not_get_stays_in_the_pipe()
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

        Assert.Equal(Transfer.Failed(Libc.EPIPE), sink.Send(pipe, moreFollows: false));
        Assert.Equal(4, pipe.Bytes);
        pipe.Close();
    }

    [Fact]
    public void A_tcp_peer_that_resets_is_an_error_in_both_directions()
    {
        using TcpPair tcp = new(_network);
        (ISocket other, ISocket sender) = _network.ConnectPair();
        KernelPipe pipe = KernelPipe.TryOpen(PipeBytes)!;
        sender.Send("lost"u8);
        other.Receive(pipe, PipeBytes);

        tcp.Reset();

        Assert.Equal(Transfer.Failed(Libc.ECONNRESET), tcp.Near.Receive(pipe, PipeBytes));
        Assert.Equal(TransferStatus.Failed, tcp.Near.Send(pipe, moreFollows: false).Status);
        Assert.Equal(4, pipe.Bytes);
        pipe.Close();
    }

    [Fact]
    public void A_tcp_socket_tells_from_as_many_bytes_on_as_was_asked_and_of_fewer_when_it_is_asked_again()
    {
        using TcpPair tcp = new(_network);
        tcp.Near.TellFrom(100);
        tcp.Far.Send(new byte[10]);
        Assert.Equal(Readiness.None, tcp.Look());

        tcp.Near.TellFrom(1);
        Assert.Equal(Readiness.Readable, tcp.Look() & Readiness.Readable);

        Assert.Equal(10, tcp.Near.Receive(new byte[100]).Bytes);
        tcp.Near.TellFrom(100);
        tcp.Far.Send(new byte[99]);
        Assert.Equal(Readiness.None, tcp.Look());
        tcp.Far.Send(new byte[1]);
        Assert.Equal(Readiness.Readable, tcp.Await(Readiness.Readable) & Readiness.Readable);
    }

    [Fact]
    public void A_tcp_socket_that_is_to_tell_of_much_tells_of_the_end()
    {
        using TcpPair tcp = new(_network);
        tcp.Near.TellFrom(100_000);
        tcp.Far.Send(new byte[10]);
        tcp.Far.Shutdown(SocketShutdown.Send);

        Assert.Equal(Readiness.PeerEnded, tcp.Await(Readiness.PeerEnded) & Readiness.PeerEnded);
        Assert.Equal(10, tcp.Near.Receive(new byte[100]).Bytes);
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
        private readonly ListenPoint _point = ListenPoint.Open(new TcpAddress("127.0.0.1", 0), workers: 1);
        private readonly IListener _listener;
        private Readiness _seen;

        public TcpPair(EpollNetwork network)
        {
            _network = network;
            _listener = _point.Attach(network, 0);
            _listener.Owner = this;
            Far.Connect(IPAddress.Loopback, ((TcpAddress)_point.Address).Port);
            Await(Readiness.Readable);
            Assert.Equal(AcceptStatus.Accepted, _listener.Accept(out Arrival arrival));
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
        public Readiness Look() => Hear(timeoutMs: 0) & ~Readiness.Writable;

        public Readiness Await(Readiness wanted)
        {
            Readiness seen = Readiness.None;
            while ((seen & wanted) == 0)
                seen |= Hear(timeoutMs: -1);
            return seen;
        }

        public void Dispose()
        {
            Near.Close();
            Far.Dispose();
            _listener.Close();
            _point.Dispose();
        }

        private Readiness Hear(int timeoutMs)
        {
            _seen = Readiness.None;
            _network.Wait(timeoutMs);
            while (_network.TryTakeReady(out IReadyHandler owner, out Readiness readiness))
                owner.OnReady(readiness);
            return _seen;
        }
    }
}
