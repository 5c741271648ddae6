using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Tests.Simulation;

/// <summary>How a simulated network treats the bytes sent through it.</summary>
internal sealed record NetworkConditions
{
    /// <summary>Everything arrives at once and unsplit, and buffers are as large as the kernel's.</summary>
    public static NetworkConditions Calm { get; } = new();

    /// <summary>Bytes that a connection holds in each direction before its sender has to wait; the size is drawn between the two.</summary>
    public int BufferBytesMin { get; init; } = 256 * 1024;

    public int BufferBytesMax { get; init; } = 256 * 1024;

    /// <summary>Deliver in pieces of random size instead of at once.</summary>
    public bool CutsDeliveries { get; init; }

    /// <summary>The longest pause before the next piece. Most pieces have none.</summary>
    public int DelayMsMax { get; init; }

    /// <summary>Sends take less than there is room for.</summary>
    public bool ShortSends { get; init; }

    /// <summary>The kind of new connections.</summary>
    public SocketKind Kind { get; init; } = SocketKind.Tcp;

    /// <summary>False makes new connections Unix sockets, the kind that cannot be reset.</summary>
    public bool CanReset
    {
        get => Kind == SocketKind.Tcp;
        init => Kind = value ? SocketKind.Tcp : SocketKind.Unix;
    }

    /// <summary>False for new connections like those that are encrypted in this process.</summary>
    public bool CanSplice { get; init; } = true;

    /// <summary>Capacity of a pipe for splicing; 0 if none is available.</summary>
    public int PipeBytes { get; init; } = 1024 * 1024;

    /// <summary>The error of a receive into a pipe, if the kernel cannot splice these sockets; else 0.</summary>
    public int FillError { get; init; }

    /// <summary>The same for a send out of a pipe.</summary>
    public int EmptyError { get; init; }

    /// <summary>The only kind of socket that gets these errors; null for all.</summary>
    public SocketKind? SpliceErrorKind { get; init; }

    /// <summary>Everything that a network may do to a stream without breaking it.</summary>
    public static NetworkConditions Rough(Random random)
    {
        bool isSlow = random.Next(3) == 0;
        int smallest = isSlow ? 2048 : 16;
        return new()
        {
            BufferBytesMin = smallest,
            BufferBytesMax = smallest << random.Next(0, 10),
            CutsDeliveries = true,
            DelayMsMax = isSlow ? 50 : random.Next(2),
            ShortSends = random.Next(2) == 0,
            CanReset = random.Next(4) != 0,
            PipeBytes = random.Next(8) == 0 ? 0 : smallest << random.Next(0, 10),
        };
    }
}
