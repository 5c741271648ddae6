using System.Runtime.InteropServices;

namespace FrameRpc.Gateway.Sockets;

/// <summary>The system calls of the data path: blittable arguments, result −1 with the reason in errno.</summary>
/// <remarks>
/// Declared here instead of using <see cref="System.Net.Sockets"/>, which registers every socket with its own epoll thread and allocates for each
/// operation. Constants are those of Linux on x64 and arm64, where they agree.
/// </remarks>
internal static unsafe partial class Libc
{
    public const int AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10;
    public const int SOCK_STREAM = 1, SOCK_NONBLOCK = 0x800, SOCK_CLOEXEC = 0x80000;
    public const int SOL_SOCKET = 1, SO_REUSEADDR = 2, SO_ERROR = 4, SO_KEEPALIVE = 9, SO_LINGER = 13, SO_REUSEPORT = 15, SO_RCVLOWAT = 18;
    public const int IPPROTO_TCP = 6, TCP_NODELAY = 1, TCP_KEEPIDLE = 4, TCP_KEEPINTVL = 5, TCP_KEEPCNT = 6, TCP_CONGESTION = 13;
    public const int IPPROTO_IPV6 = 41, IPV6_V6ONLY = 26;
    public const int MSG_NOSIGNAL = 0x4000;
    public const int MSG_MORE = 0x8000;
    public const int SHUT_WR = 1;
    public const int SIGPIPE = 13, SIG_IGN = 1;
    public const int O_NONBLOCK = 0x800, O_CLOEXEC = 0x80000;
    public const int F_SETPIPE_SZ = 1031, F_GETPIPE_SZ = 1032;
    public const uint SPLICE_F_MOVE = 1, SPLICE_F_NONBLOCK = 2, SPLICE_F_MORE = 4;
    public const int EPOLL_CLOEXEC = 0x80000, EPOLL_CTL_ADD = 1, EPOLL_CTL_DEL = 2, EPOLL_CTL_MOD = 3;
    public const uint EPOLLIN = 0x1, EPOLLOUT = 0x4, EPOLLERR = 0x8, EPOLLHUP = 0x10, EPOLLRDHUP = 0x2000, EPOLLEXCLUSIVE = 1u << 28, EPOLLET = 1u << 31;
    public const int EFD_NONBLOCK = 0x800, EFD_CLOEXEC = 0x80000;
    public const int RLIMIT_NOFILE = 7;
    public const int EPERM = 1, EINTR = 4, EAGAIN = 11, ENOMEM = 12, EINVAL = 22, ENFILE = 23, EMFILE = 24, ENOSPC = 28, EPIPE = 32, ENOSYS = 38,
        EADDRNOTAVAIL = 99, ENOBUFS = 105, ECONNABORTED = 103, ECONNRESET = 104,
        ETIMEDOUT = 110, ECONNREFUSED = 111, EINPROGRESS = 115;

    /// <summary>The errno of this thread's last call. To be read before any other call.</summary>
    public static int Errno => Marshal.GetLastSystemError();

    public static string Describe(int error) => Marshal.GetPInvokeErrorMessage(error);

    [LibraryImport("libc")] public static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc")] public static partial int socketpair(int domain, int type, int protocol, int* pair);

    [LibraryImport("libc")] public static partial int bind(int fd, byte* address, uint length);

    [LibraryImport("libc")] public static partial int listen(int fd, int backlog);

    [LibraryImport("libc")] public static partial int connect(int fd, byte* address, uint length);

    [LibraryImport("libc")] public static partial int accept4(int fd, byte* address, uint* length, int flags);

    [LibraryImport("libc")] public static partial int getsockname(int fd, byte* address, uint* length);

    [LibraryImport("libc")] public static partial int getpeername(int fd, byte* address, uint* length);

    [LibraryImport("libc")] public static partial int setsockopt(int fd, int level, int option, void* value, uint length);

    [LibraryImport("libc")] public static partial int getsockopt(int fd, int level, int option, void* value, uint* length);

    [LibraryImport("libc")] public static partial nint recv(int fd, byte* buffer, nuint length, int flags);

    [LibraryImport("libc")] public static partial nint send(int fd, byte* buffer, nuint length, int flags);

    [LibraryImport("libc")] public static partial nint sendmsg(int fd, MessageHeader* message, int flags);

    [LibraryImport("libc")] public static partial int shutdown(int fd, int how);

    [LibraryImport("libc")] public static partial int dup(int fd);

    [LibraryImport("libc")] public static partial int close(int fd);

    [LibraryImport("libc")] public static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc")] public static partial nint read(int fd, void* buffer, nuint length);

    [LibraryImport("libc")] public static partial nint write(int fd, void* buffer, nuint length);

    [LibraryImport("libc")] public static partial nint signal(int number, nint handler);

    [LibraryImport("libc")] public static partial int pipe2(int* ends, int flags);

    [LibraryImport("libc")] public static partial int fcntl(int fd, int command, int argument);

    [LibraryImport("libc")]
    public static partial nint splice(int from, long* fromOffset, int to, long* toOffset, nuint length, uint flags);

    [LibraryImport("libc")] public static partial int epoll_create1(int flags);

    [LibraryImport("libc")] public static partial int epoll_ctl(int epoll, int operation, int fd, byte* interest);

    [LibraryImport("libc")] public static partial int epoll_wait(int epoll, byte* events, int eventsMax, int timeoutMs);

    [LibraryImport("libc")] public static partial int getrlimit(int resource, ResourceLimit* limit);

    [LibraryImport("libc")] public static partial int setrlimit(int resource, ResourceLimit* limit);

    /// <summary><c>struct msghdr</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct MessageHeader
    {
        public void* Name;
        public uint NameLength;
        public void* Segments;
        public nuint SegmentCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }

    /// <summary><c>struct linger</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Linger
    {
        public int OnOff;
        public int Seconds;
    }

    /// <summary><c>struct rlimit</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct ResourceLimit
    {
        public ulong Current;
        public ulong Maximum;
    }
}
