namespace FrameRpc.Gateway.Sockets;

/// <summary>One worker's listening socket: its own with SO_REUSEPORT for TCP, a duplicate of the one socket for Unix paths.</summary>
internal sealed unsafe class ListenerSocket : IListener
{
    private readonly EpollNetwork _network;
    private readonly bool _isTcp;
    private int _fd;
    private bool _isUnregistered;

    public ListenerSocket(EpollNetwork network, int fd, bool isTcp)
    {
        _network = network;
        _fd = fd;
        _isTcp = isTcp;
        network.RegisterListener(fd, this, shared: !isTcp);
    }

    public IReadyHandler? Owner { get; set; }

    public AcceptStatus Accept(out ISocket? socket)
    {
        socket = null;
        if (_isUnregistered)
        {
            _network.RegisterListener(_fd, this, shared: true);
            _isUnregistered = false;
        }
        int fd = Libc.accept4(_fd, null, null, Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC);
        if (fd >= 0)
        {
            socket = new StreamSocket(_network, fd, _isTcp);
            return AcceptStatus.Accepted;
        }
        switch (Libc.Errno)
        {
            case Libc.EAGAIN:
                return AcceptStatus.Empty;
            case Libc.EMFILE or Libc.ENFILE or Libc.ENOMEM or Libc.ENOBUFS:
                if (!_isTcp)
                {
                    _network.UnregisterListener(_fd);
                    _isUnregistered = true;
                }
                return AcceptStatus.Exhausted;
            default:
                return AcceptStatus.CallerGone;
        }
    }

    public void Close()
    {
        if (_fd < 0)
            return;
        _network.Forget(_fd);
        _ = Libc.close(_fd);
        _fd = -1;
    }
}
