using System.Runtime.InteropServices;
using FrameRpc.Gateway.Sockets.Pipes;

namespace FrameRpc.Gateway.Sockets;

/// <summary>The kernel's sockets with one edge-triggered epoll. Owned by one thread, except for <see cref="Wake"/>.</summary>
/// <remarks>
/// Every socket is registered once, for all events, and removed by closing it, so in steady state there is no <c>epoll_ctl</c>. An event carries the
/// file descriptor and the generation of its slot, because a descriptor closed in this turn may belong to a new socket when an old event is read.
/// </remarks>
internal sealed unsafe class EpollNetwork : INetwork, IDisposable
{
    /// <summary>Events per turn. The rest is still ready in the next turn.</summary>
    private const int EventsMax = 512;

    /// <summary><c>struct epoll_event</c> is packed on x64 only: events(4) data(8), elsewhere with a gap in between.</summary>
    private static readonly int DataStart = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int EventBytes = DataStart + 8;

    private readonly ResolvedAddresses _resolved;
    private readonly int _epoll;
    private readonly int _wakeFd;
    private readonly byte* _events;
    private readonly int _pipeBytes = KernelPipe.SizeAllowed();
    /// <summary>Events that the kernel will not report: connections whose outcome was known at once.</summary>
    private readonly Queue<(StreamSocket Socket, Readiness Readiness)> _known = new();
    private Slot[] _slots = new Slot[64];
    private int _eventCount;
    private int _nextEvent;

    /// <param name="resolved">The servers' addresses, resolved in advance, because a worker must not block on a lookup.</param>
    public EpollNetwork(ResolvedAddresses resolved)
    {
        _resolved = resolved;
        // splice has no MSG_NOSIGNAL: a closed peer must cause an error, not end the process.
        _ = Libc.signal(Libc.SIGPIPE, Libc.SIG_IGN);
        _epoll = Check(Libc.epoll_create1(Libc.EPOLL_CLOEXEC), "epoll_create1");
        _wakeFd = Check(Libc.eventfd(0, Libc.EFD_NONBLOCK | Libc.EFD_CLOEXEC), "eventfd");
        _events = (byte*)NativeMemory.Alloc((nuint)(EventsMax * EventBytes));
        Check(Control(Libc.EPOLL_CTL_ADD, _wakeFd, Libc.EPOLLIN | Libc.EPOLLET), "epoll_ctl");
    }

    public IListenerSocket Listen(IOpenedAddress opened, int worker) => ((ListenerSockets)opened).Attach(this, worker);

    public ISocket Connect(Address address)
    {
        KernelAddress target = _resolved[address];
        int fd = Libc.socket(target.Family, Libc.SOCK_STREAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0);
        if (fd < 0)
            return StreamSocket.CreateFailed(this, Libc.Errno);
        if (StreamSocket.TryOpen(this, fd, target.Family == Libc.AF_UNIX ? SocketKind.Unix : SocketKind.Tcp, isConnected: false) is not { } socket)
            return CloseUnwatched(fd);
        socket.BeginConnect(target);
        return socket;
    }

    public (ISocket Near, ISocket Far) ConnectPair()
    {
        int* pair = stackalloc int[2];
        if (Libc.socketpair(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0, pair) < 0)
        {
            int error = Libc.Errno;
            return (StreamSocket.CreateFailed(this, error), StreamSocket.CreateFailed(this, error));
        }
        if (StreamSocket.TryOpen(this, pair[0], SocketKind.Unix, isConnected: true) is not { } near)
        {
            StreamSocket failed = CloseUnwatched(pair[0]);
            _ = Libc.close(pair[1]);
            return (failed, StreamSocket.CreateFailed(this, failed.ConnectError()));
        }
        if (StreamSocket.TryOpen(this, pair[1], SocketKind.Unix, isConnected: true) is not { } far)
        {
            StreamSocket failed = CloseUnwatched(pair[1]);
            near.Close();
            return (failed, StreamSocket.CreateFailed(this, failed.ConnectError()));
        }
        Report(near, Readiness.Writable);
        return (near, far);
    }

    /// <summary>The kernel refused to watch it: fs.epoll.max_user_watches, or memory.</summary>
    private StreamSocket CloseUnwatched(int fd)
    {
        int error = Libc.Errno;
        _ = Libc.close(fd);
        return StreamSocket.CreateFailed(this, error);
    }

    public IPipe? OpenPipe() => KernelPipe.TryOpen(_pipeBytes);

    public void Wait(int timeoutMs)
    {
        int found = Libc.epoll_wait(_epoll, _events, EventsMax, _known.Count > 0 ? 0 : timeoutMs);
        if (found < 0 && Libc.Errno != Libc.EINTR)
            Check(found, "epoll_wait");
        _eventCount = Math.Max(found, 0);
        _nextEvent = 0;
    }

    public bool TryTakeReady(out IReadyHandler owner, out Readiness readiness)
    {
        while (_nextEvent < _eventCount)
        {
            byte* found = _events + _nextEvent++ * EventBytes;
            ulong data = *(ulong*)(found + DataStart);
            int fd = (int)(uint)data;
            if (fd == _wakeFd)
            {
                DrainWake();
                continue;
            }
            ref Slot slot = ref _slots[fd];
            if (slot.Generation != (uint)(data >> 32) || OwnerOf(slot.Registered) is not { } registered)
                continue;
            owner = registered;
            readiness = Translate(*(uint*)found);
            return true;
        }
        return TryTakeKnown(out owner, out readiness);
    }

    public void Wake()
    {
        ulong one = 1;
        _ = Libc.write(_wakeFd, &one, sizeof(ulong));
    }

    public void Dispose()
    {
        _ = Libc.close(_epoll);
        _ = Libc.close(_wakeFd);
        NativeMemory.Free(_events);
    }

    /// <param name="watchWritable">
    /// TCP reports writable only after a send found the buffer full. A Unix socket reports it whenever its peer reads, which would wake this worker
    /// in vain, so there it is watched only after the first full buffer.
    /// </param>
    /// <returns>False if the kernel cannot watch it; errno has the reason.</returns>
    internal bool TryRegister(int fd, object registered, bool watchWritable) =>
        TryAdd(fd, registered, Libc.EPOLLIN | Libc.EPOLLRDHUP | Libc.EPOLLET | (watchWritable ? Libc.EPOLLOUT : 0));

    /// <summary>Ends events of this listener until it is registered again: it is level-triggered and would be reported in every turn.</summary>
    internal void UnregisterListener(int fd) => Check(Control(Libc.EPOLL_CTL_DEL, fd, 0), "epoll_ctl");

    /// <summary>A Unix listener is one queue for all workers: level-triggered and exclusive, so that each caller wakes one of them.</summary>
    /// <returns>False if the kernel cannot watch it; errno has the reason.</returns>
    internal bool TryRegisterListener(int fd, ListenerSocket listener, bool shared) =>
        TryAdd(fd, listener, shared ? Libc.EPOLLIN | Libc.EPOLLEXCLUSIVE : Libc.EPOLLIN | Libc.EPOLLET);

    internal void WatchWritable(int fd) =>
        Check(Control(Libc.EPOLL_CTL_MOD, fd, Libc.EPOLLIN | Libc.EPOLLRDHUP | Libc.EPOLLET | Libc.EPOLLOUT), "epoll_ctl");

    internal void Report(StreamSocket socket, Readiness readiness) => _known.Enqueue((socket, readiness));

    internal void Forget(int fd)
    {
        _slots[fd].Registered = null;
        _slots[fd].Generation++;
    }

    /// <summary>
    /// Epoll watches the file behind a descriptor until its last copy is closed, and a listener has others: those of the other workers at a Unix
    /// path, or one that was handed over. Without this it would be reported for ever, and callers that wake this worker would wake no other.
    /// </summary>
    internal void ForgetListener(int fd)
    {
        // It may already be removed, see UnregisterListener.
        _ = Control(Libc.EPOLL_CTL_DEL, fd, 0);
        Forget(fd);
    }

    internal static int Check(int result, string call) =>
        result >= 0 ? result : throw new IOException($"{call}: {Libc.Describe(Libc.Errno)}");

    private bool TryTakeKnown(out IReadyHandler owner, out Readiness readiness)
    {
        while (_known.TryDequeue(out (StreamSocket Socket, Readiness Readiness) known))
        {
            if (known.Socket.IsClosed || known.Socket.Owner is not { } registered)
                continue;
            owner = registered;
            readiness = known.Readiness;
            return true;
        }
        owner = null!;
        readiness = Readiness.None;
        return false;
    }

    private static IReadyHandler? OwnerOf(object? registered) => registered switch
    {
        StreamSocket socket => socket.Owner,
        ListenerSocket listener => listener.Owner,
        _ => null,
    };

    private static Readiness Translate(uint events)
    {
        Readiness readiness = Readiness.None;
        if ((events & Libc.EPOLLIN) != 0)
            readiness |= Readiness.Readable;
        if ((events & Libc.EPOLLOUT) != 0)
            readiness |= Readiness.Writable;
        if ((events & Libc.EPOLLRDHUP) != 0)
            readiness |= Readiness.PeerEnded;
        if ((events & (Libc.EPOLLERR | Libc.EPOLLHUP)) != 0)
            readiness |= Readiness.Failed;
        return readiness;
    }

    private ref Slot SlotOf(int fd)
    {
        if (fd >= _slots.Length)
            Array.Resize(ref _slots, Math.Max(fd + 1, _slots.Length * 2));
        return ref _slots[fd];
    }

    private void DrainWake()
    {
        ulong count;
        _ = Libc.read(_wakeFd, &count, sizeof(ulong));
    }

    private bool TryAdd(int fd, object registered, uint events)
    {
        ref Slot slot = ref SlotOf(fd);
        slot.Registered = registered;
        if (Control(Libc.EPOLL_CTL_ADD, fd, events) >= 0)
            return true;
        slot.Registered = null;
        return false;
    }

    private int Control(int operation, int fd, uint events)
    {
        byte* interest = stackalloc byte[16];
        *(uint*)interest = events;
        *(ulong*)(interest + DataStart) = (uint)fd | ((ulong)SlotOf(fd).Generation << 32);
        return Libc.epoll_ctl(_epoll, operation, fd, interest);
    }

    private struct Slot
    {
        public object? Registered;
        public uint Generation;
    }
}
