using FrameRpc.Gateway.Sockets.Buffers;
using FrameRpc.Gateway.Sockets.Pipes;

namespace FrameRpc.Gateway.Sockets;

/// <summary>A TCP or Unix stream socket of the kernel, registered with one <see cref="EpollNetwork"/>.</summary>
internal sealed unsafe class StreamSocket : ISocket
{
    private readonly EpollNetwork _network;
    private int _fd;
    private int _immediateConnectError;
    private bool _watchesWritable;
    private int _lowWaterMarkBytes = 1;
    private bool _isClosed;

    private StreamSocket(EpollNetwork network, int fd, SocketKind kind)
    {
        _network = network;
        _fd = fd;
        Kind = kind;
        _watchesWritable = kind == SocketKind.Tcp;
    }

    private StreamSocket(EpollNetwork network, int error)
    {
        _network = network;
        _fd = -1;
        _immediateConnectError = error;
        network.Report(this, Readiness.Failed);
    }

    public IReadyHandler? Owner { get; set; }

    public bool IsClosed => _isClosed;

    public SocketKind Kind { get; }

    public bool CanSplice => true;

    public bool CanReset => Kind == SocketKind.Tcp;

    public string DescribePeer()
    {
        if (Kind == SocketKind.Unix)
            return "unix";
        byte* address = stackalloc byte[KernelAddress.TcpBytesMax];
        uint bytes = KernelAddress.TcpBytesMax;
        // A connection that was reset before it was served has no address any more.
        return Libc.getpeername(_fd, address, &bytes) < 0 ? "gone" : KernelAddress.Describe(new ReadOnlySpan<byte>(address, (int)bytes));
    }

    public int ConnectError()
    {
        if (_immediateConnectError != 0)
            return _immediateConnectError;
        int error = 0;
        uint length = sizeof(int);
        if (Libc.getsockopt(_fd, Libc.SOL_SOCKET, Libc.SO_ERROR, &error, &length) < 0)
            return Libc.Errno;
        if (error == 0 && Kind == SocketKind.Tcp)
            TcpOptions.SetConnected(_fd);
        return error;
    }

    public Transfer Receive(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
            return Result(Libc.recv(_fd, start, (nuint)buffer.Length, 0), zeroIsEnd: true);
    }

    public Transfer Receive(IPipe pipe, int bytesMax) => Result(((KernelPipe)pipe).FillFrom(_fd, bytesMax), zeroIsEnd: true);

    public void SetReceiveLowWaterMark(int bytes)
    {
        if (Kind != SocketKind.Tcp || _isClosed || bytes == _lowWaterMarkBytes)
            return;
        _lowWaterMarkBytes = bytes;
        TcpOptions.SetOption(_fd, Libc.SOL_SOCKET, Libc.SO_RCVLOWAT, bytes);
    }

    public Transfer Send(ReadOnlySpan<byte> bytes, bool moreFollows)
    {
        fixed (byte* start = bytes)
            return Sent(Libc.send(_fd, start, (nuint)bytes.Length, SendFlags(moreFollows)));
    }

    public Transfer Send(ReadOnlySpan<Segment> segments, bool moreFollows)
    {
        fixed (Segment* first = segments)
        {
            var message = new Libc.MessageHeader { Segments = first, SegmentCount = (nuint)segments.Length };
            return Sent(Libc.sendmsg(_fd, &message, SendFlags(moreFollows)));
        }
    }

    public Transfer Send(IPipe pipe, bool moreFollows) => Sent(((KernelPipe)pipe).EmptyTo(_fd, moreFollows));

    public void EndSending() => _ = Libc.shutdown(_fd, Libc.SHUT_WR);

    public void Close()
    {
        _isClosed = true;
        if (_fd < 0)
            return;
        _network.Forget(_fd);
        _ = Libc.close(_fd);
        _fd = -1;
    }

    public void Abort()
    {
        var linger = new Libc.Linger { OnOff = 1, Seconds = 0 };
        if (_fd >= 0)
            _ = Libc.setsockopt(_fd, Libc.SOL_SOCKET, Libc.SO_LINGER, &linger, (uint)sizeof(Libc.Linger));
        Close();
    }

    /// <summary>The socket of a descriptor. Null if the kernel cannot watch it; errno has the reason, and the descriptor is still open.</summary>
    internal static StreamSocket? TryOpen(EpollNetwork network, int fd, SocketKind kind, bool isConnected)
    {
        if (kind == SocketKind.Tcp)
            TcpOptions.Set(fd);
        if (kind == SocketKind.Tcp && isConnected)
            TcpOptions.SetConnected(fd);
        var socket = new StreamSocket(network, fd, kind);
        return network.TryRegister(fd, socket, watchWritable: socket._watchesWritable) ? socket : null;
    }

    /// <summary>A socket that could not be created: its connection failed with this error, and is reported like one that a server refused.</summary>
    internal static StreamSocket CreateFailed(EpollNetwork network, int error) => new(network, error);

    /// <summary>Starts to connect. An outcome known at once is reported like a later one: by readiness.</summary>
    internal void BeginConnect(KernelAddress address)
    {
        fixed (byte* bytes = address.Bytes)
        {
            if (Libc.connect(_fd, bytes, (uint)address.Bytes.Length) == 0)
            {
                _network.Report(this, Readiness.Writable);
                return;
            }
        }
        int error = Libc.Errno;
        if (error == Libc.EINPROGRESS)
            return;
        _immediateConnectError = error;
        _network.Report(this, Readiness.Failed);
    }

    private static int SendFlags(bool moreFollows) => moreFollows ? Libc.MSG_NOSIGNAL | Libc.MSG_MORE : Libc.MSG_NOSIGNAL;

    private Transfer Sent(nint result)
    {
        Transfer sent = Result(result, zeroIsEnd: false);
        if (sent.Status == TransferStatus.WouldBlock && !_watchesWritable)
        {
            _watchesWritable = true;
            _network.WatchWritable(_fd);
        }
        return sent;
    }

    private static Transfer Result(nint result, bool zeroIsEnd)
    {
        if (result > 0)
            return Transfer.Done((int)result);
        if (result == 0)
            return zeroIsEnd ? Transfer.EndOfStream : Transfer.WouldBlock;
        int error = Libc.Errno;
        return error is Libc.EAGAIN ? Transfer.WouldBlock : Transfer.Failed(error);
    }
}
