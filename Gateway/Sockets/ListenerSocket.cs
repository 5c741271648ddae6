namespace FrameRpc.Gateway.Sockets;

/// <summary>One worker's listening socket: its own with SO_REUSEPORT for TCP, a duplicate of the only socket for Unix paths.</summary>
internal sealed unsafe class ListenerSocket : IListenerSocket
{
    private readonly EpollNetwork _network;
    private readonly SocketKind _kind;
    private int _fd;
    private bool _isUnregistered;

    public ListenerSocket(EpollNetwork network, int fd, SocketKind kind)
    {
        _network = network;
        _fd = fd;
        _kind = kind;
        EpollNetwork.Check(network.TryRegisterListener(fd, this, shared: kind == SocketKind.Unix) ? 0 : -1, "epoll_ctl");
    }

    public IReadyHandler? Owner { get; set; }

    public AcceptStatus Accept(out Arrival arrival)
    {
        arrival = default;
        if (_isUnregistered && !_network.TryRegisterListener(_fd, this, shared: true))
            return AcceptStatus.Exhausted;
        _isUnregistered = false;
        int fd = Libc.accept4(_fd, null, null, Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC);
        arrival = new Arrival(fd);
        if (fd >= 0)
            return AcceptStatus.Accepted;
        switch (Libc.Errno)
        {
            case Libc.EAGAIN:
                return AcceptStatus.Empty;
            case Libc.EMFILE or Libc.ENFILE or Libc.ENOMEM or Libc.ENOBUFS:
                if (_kind == SocketKind.Unix)
                {
                    _network.UnregisterListener(_fd);
                    _isUnregistered = true;
                }
                return AcceptStatus.Exhausted;
            default:
                return AcceptStatus.CallerGone;
        }
    }

    public ISocket? TryAdopt(Arrival arrival)
    {
        StreamSocket? socket = StreamSocket.TryOpen(_network, arrival.Descriptor, _kind, isConnected: true);
        if (socket is null)
            Refuse(arrival);
        return socket;
    }

    public void Refuse(Arrival arrival)
    {
        var linger = new Libc.Linger { OnOff = 1, Seconds = 0 };
        _ = Libc.setsockopt(arrival.Descriptor, Libc.SOL_SOCKET, Libc.SO_LINGER, &linger, (uint)sizeof(Libc.Linger));
        _ = Libc.close(arrival.Descriptor);
    }

    public void Close()
    {
        if (_fd < 0)
            return;
        _network.ForgetListener(_fd);
        _ = Libc.close(_fd);
        _fd = -1;
    }
}
