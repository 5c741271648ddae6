using System.Globalization;

namespace FrameRpc.Gateway.Sockets.Pipes;

/// <summary>
/// A pipe through which bytes go from one socket to another inside the kernel: the kernel's own in the product, one in
/// memory in tests.
/// </summary>
/// <remarks>Filled and emptied by sockets, see <see cref="ISocket.Receive(IPipe, int)"/> and <see cref="ISocket.Send(IPipe, bool)"/>.</remarks>
internal interface IPipe
{
    /// <summary>What fits at best. Small pieces fill it earlier, for it has a place for each piece: a receive that moves nothing need not mean that the socket is empty.</summary>
    int CapacityBytes { get; }

    /// <summary>Bytes that were put in and not taken out.</summary>
    int Bytes { get; }

    /// <summary>Takes bytes out into memory, where they cannot be sent from the pipe. Never called on an empty pipe.</summary>
    int Read(Span<byte> buffer);

    void Close();
}

/// <summary>A pipe of the kernel, for splice(2).</summary>
internal sealed unsafe class KernelPipe : IPipe
{
    /// <summary>What is asked for, where the kernel allows it. See <see cref="SizeAllowed"/>.</summary>
    private const int BytesWanted = 1024 * 1024;

    /// <summary>What a pipe has without asking. A user who holds too many gets less, which is not worth its calls.</summary>
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

    /// <summary>The size to ask for. Read once at the start: a file is not to be opened where calls wait.</summary>
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

    /// <summary>A new pipe, or null where the kernel gives none, or only a small one: descriptors or this user's share of pipe memory have run out.</summary>
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
                throw new IOException($"a pipe that holds {Bytes} bytes gave none: {Libc.Describe(Libc.Errno)}");
            Bytes -= (int)read;
            return (int)read;
        }
    }

    public void Close()
    {
        _ = Libc.close(_readEnd);
        _ = Libc.close(_writeEnd);
    }

    /// <summary>Moves bytes from the socket into this pipe; the result is splice's own.</summary>
    internal nint FillFrom(int socket, int bytesMax)
    {
        nint moved = Libc.splice(socket, null, _writeEnd, null, (nuint)bytesMax, Libc.SPLICE_F_MOVE | Libc.SPLICE_F_NONBLOCK);
        Bytes += (int)Math.Max(moved, 0);
        return moved;
    }

    /// <summary>Moves bytes from this pipe to the socket; the result is splice's own.</summary>
    internal nint EmptyTo(int socket, bool moreFollows)
    {
        uint flags = Libc.SPLICE_F_MOVE | Libc.SPLICE_F_NONBLOCK | (moreFollows ? Libc.SPLICE_F_MORE : 0);
        nint moved = Libc.splice(_readEnd, null, socket, null, (nuint)Bytes, flags);
        Bytes -= (int)Math.Max(moved, 0);
        return moved;
    }
}
