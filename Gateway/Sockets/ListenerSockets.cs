using System.Net.Sockets;

namespace FrameRpc.Gateway.Sockets;

/// <summary>
/// An address opened for listening, with one socket for each worker. Opened by the control plane before workers start, so that an address in use is
/// an error at start.
/// </summary>
internal sealed unsafe class ListenerSockets : IOpenedAddress
{
    /// <summary>Callers that may wait to be accepted, per worker; the kernel limits it to net.core.somaxconn.</summary>
    private const int Backlog = 4096;

    private readonly int[] _fds;
    private SocketFile? _file;

    private ListenerSockets(Address address, int[] fds, SocketFile? file)
    {
        Address = address;
        _fds = fds;
        _file = file;
        Kind = file is null ? SocketKind.Tcp : SocketKind.Unix;
    }

    public Address Address { get; }

    private SocketKind Kind { get; }

    /// <exception cref="IOException">The address is not available.</exception>
    /// <exception cref="SocketException">The address is not available.</exception>
    public static ListenerSockets Open(Address address, int workers) => Open(address, workers, SocketRights.Default);

    /// <param name="address">The address to listen on.</param>
    /// <param name="workers">The number of sockets.</param>
    /// <param name="rights">Mode and owner, for a Unix socket.</param>
    public static ListenerSockets Open(Address address, int workers, SocketRights rights)
    {
        // Looked at before the first attempt: a file that comes to the path later is not the one found to be stale.
        FileFacts? stale = address is UnixAddress path ? FileSystem.Look(path.Path) : null;
        if (AddressProbe.FindProblem(address) is { } problem)
            throw new IOException(problem);
        return address switch
        {
            TcpAddress tcp => OpenTcp(tcp, workers),
            UnixAddress unix => OpenUnix(unix, workers, rights, stale?.Identity),
            _ => throw new ArgumentException($"{address} cannot be listened on", nameof(address)),
        };
    }

    /// <summary>The only socket of an address that was opened for one; this object still closes it.</summary>
    public int Descriptor => _fds[0];

    /// <summary>Hands one worker its socket.</summary>
    public IListenerSocket Attach(EpollNetwork network, int worker)
    {
        int fd = _fds[worker];
        _fds[worker] = -1;
        return new ListenerSocket(network, fd, Kind);
    }

    /// <summary>
    /// Deletes the socket's file. Called while the socket still listens: until then another gateway finds the address in use; afterwards a file at
    /// this path is that gateway's own and must not be deleted when this one has drained. A file that has already replaced it stays.
    /// </summary>
    public void Withdraw()
    {
        _file?.Delete();
        _file = null;
    }

    public void Dispose()
    {
        Withdraw();
        foreach (int fd in _fds)
        {
            if (fd >= 0)
                _ = Libc.close(fd);
        }
    }

    private static ListenerSockets OpenTcp(TcpAddress tcp, int workers)
    {
        var address = KernelAddress.Resolve(tcp);
        int port = tcp.Port;
        int[] fds = new int[workers];
        for (int i = 0; i < workers; i++)
        {
            // A single socket does not share its port: with SO_REUSEPORT, two gateways that start at the same moment would both listen.
            fds[i] = Bind(address, tcp, reusePort: workers > 1);
            if (Libc.listen(fds[i], Backlog) != 0)
                throw Failed(fds[i], tcp);
            if (port != 0)
                continue;
            port = PortOf(fds[i]);
            address = KernelAddress.Resolve(tcp with { Port = port });
        }
        return new ListenerSockets(tcp with { Port = port }, fds, file: null);
    }

    /// <summary>A path without a server is left over from a crash and is replaced; one that is answered is in use.</summary>
    private static ListenerSockets OpenUnix(UnixAddress unix, int workers, SocketRights rights, FileIdentity? stale)
    {
        var address = KernelAddress.Resolve(unix);
        if (stale is { } left)
            SocketFile.DeleteIfStill(unix.Path, left);
        int first = Bind(address, unix, reusePort: false);
        SocketFile file = Claim(first, unix, rights);
        int[] fds = new int[workers];
        fds[0] = first;
        for (int i = 1; i < workers; i++)
            fds[i] = EpollNetwork.Check(Libc.dup(first), "dup");
        return new ListenerSockets(unix, fds, file);
    }

    /// <summary>Sets the file's rights before listening.</summary>
    private static SocketFile Claim(int fd, UnixAddress unix, SocketRights rights)
    {
        SocketFile file;
        try
        {
            file = SocketFile.Claim(unix.Path, rights);
        }
        catch (IOException problem)
        {
            _ = Libc.close(fd);
            throw new IOException($"cannot listen on {unix}: {problem.Message}", problem);
        }
        if (Libc.listen(fd, Backlog) == 0)
            return file;
        IOException failed = Failed(fd, unix);
        file.Delete();
        throw failed;
    }

    private static int Bind(KernelAddress address, Address shown, bool reusePort)
    {
        int fd = EpollNetwork.Check(Libc.socket(address.Family, Libc.SOCK_STREAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0), "socket");
        int on = 1;
        if (address.Family != Libc.AF_UNIX)
            _ = Libc.setsockopt(fd, Libc.SOL_SOCKET, Libc.SO_REUSEADDR, &on, sizeof(int));
        if (reusePort)
            _ = Libc.setsockopt(fd, Libc.SOL_SOCKET, Libc.SO_REUSEPORT, &on, sizeof(int));
        fixed (byte* bytes = address.Bytes)
        {
            if (Libc.bind(fd, bytes, (uint)address.Bytes.Length) == 0)
                return fd;
        }
        throw Failed(fd, shown);
    }

    private static IOException Failed(int fd, Address shown)
    {
        string reason = Libc.Describe(Libc.Errno);
        _ = Libc.close(fd);
        return new IOException($"cannot listen on {shown}: {reason}");
    }

    private static int PortOf(int fd)
    {
        byte* bytes = stackalloc byte[28];
        uint length = 28;
        EpollNetwork.Check(Libc.getsockname(fd, bytes, &length), "getsockname");
        return (bytes[2] << 8) | bytes[3];
    }
}
