using System.Globalization;

namespace FrameRpc.Gateway.Sockets.Pipes;

/// <summary>A pipe that carries bytes from one socket to another inside the kernel; in tests, in memory.</summary>
/// <remarks>Filled and emptied by sockets, see <see cref="ISocket.Receive(IPipe, int)"/> and <see cref="ISocket.Send(IPipe, bool)"/>.</remarks>
internal interface IPipe
{
    /// <summary>
    /// The maximum content. Small pieces fill the pipe earlier, because each takes a slot: a receive that moves nothing does not imply an empty
    /// socket.
    /// </summary>
    int CapacityBytes { get; }

    /// <summary>Bytes in the pipe.</summary>
    int Bytes { get; }

    /// <summary>Reads bytes into memory, when they cannot be sent from the pipe. Never called on an empty pipe.</summary>
    int Read(Span<byte> buffer);

    void Close();
}

/// <summary>A pipe of the kernel, for splice(2).</summary>
internal sealed unsafe class KernelPipe : IPipe
{
    /// <summary>The requested size, if the kernel allows it. See <see cref="SizeAllowed"/>.</summary>
    private const int BytesWanted = 1024 * 1024;

    /// <summary>The default size of a pipe. A user with too many pipes gets smaller ones, which are not worth their system calls.</summary>
    private const int BytesMin = 64 * 1024;

    private const string SizeMaxFile = "/proc/sys/fs/pipe-max-size";

    private readonly int _readEnd;
    private readonly int _writeEnd;

    private KernelPipe(int readEnd, int writeEnd, int capacityBytes)
    {
        _readEnd = readEnd;
        _writeEnd = writeEnd;
        CapacityBytes = capacityBytes;
    }

    public int CapacityBytes { get; }

    public int Bytes { get; private set; }

    /// <summary>The size to request. Read once at start, because opening a file could delay calls.</summary>
    public static int SizeAllowed()
    {
        try
        {
            return Math.Clamp(int.Parse(File.ReadAllText(SizeMaxFile), CultureInfo.InvariantCulture), BytesMin, BytesWanted);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or FormatException or OverflowException)
        {
            return BytesMin;
        }
    }

    /// <summary>
    /// A new pipe; null if the kernel gives none or only a small one, because descriptors or this user's share of pipe memory have run out.
    /// </summary>
    public static KernelPipe? TryOpen(int bytesWanted)
    {
        int* ends = stackalloc int[2];
        if (Libc.pipe2(ends, Libc.O_NONBLOCK | Libc.O_CLOEXEC) < 0)
            return null;
        int capacity = Libc.fcntl(ends[1], Libc.F_SETPIPE_SZ, bytesWanted);
        if (capacity < 0)
            capacity = Libc.fcntl(ends[1], Libc.F_GETPIPE_SZ, 0);
        var pipe = new KernelPipe(ends[0], ends[1], capacity);
        if (capacity >= BytesMin)
            return pipe;
        pipe.Close();
        return null;
    }

    public int Read(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            nint read = Libc.read(_readEnd, start, (nuint)buffer.Length);
            if (read <= 0)
                throw new IOException($"cannot read a pipe that holds {Bytes} bytes: {Libc.Describe(Libc.Errno)}");
            Bytes -= (int)read;
            return (int)read;
        }
    }

    public void Close()
    {
        _ = Libc.close(_readEnd);
        _ = Libc.close(_writeEnd);
    }

    /// <summary>Moves bytes from the socket into this pipe; returns the result of splice.</summary>
    internal nint FillFrom(int socket, int bytesMax)
    {
        nint moved = Libc.splice(socket, null, _writeEnd, null, (nuint)bytesMax, Libc.SPLICE_F_MOVE | Libc.SPLICE_F_NONBLOCK);
        Bytes += (int)Math.Max(moved, 0);
        return moved;
    }

    /// <summary>Moves bytes from this pipe to the socket; returns the result of splice.</summary>
    internal nint EmptyTo(int socket, bool moreFollows)
    {
        uint flags = Libc.SPLICE_F_MOVE | Libc.SPLICE_F_NONBLOCK | (moreFollows ? Libc.SPLICE_F_MORE : 0);
        nint moved = Libc.splice(_readEnd, null, socket, null, (nuint)Bytes, flags);
        Bytes -= (int)Math.Max(moved, 0);
        return moved;
    }
}
