namespace FrameRpc.Gateway.Sockets.Buffers;

/// <summary>A piece of native memory rented from a <see cref="BufferPool"/>. The default value is no block.</summary>
/// <remarks>Native, so that the garbage collector never moves, scans or keeps it, and the memory of a burst is returned to the kernel.</remarks>
internal readonly unsafe struct Block
{
    private readonly byte* _start;

    public Block(Slab owner, byte* start, int capacity)
    {
        Owner = owner;
        _start = start;
        Capacity = capacity;
    }

    public int Capacity { get; }

    public bool IsNone => Owner is null;

    public Span<byte> Span => new(_start, Capacity);

    internal Slab? Owner { get; }

    internal nint Address => (nint)_start;

    public Segment Slice(int start, int bytes)
    {
        if ((uint)start > (uint)Capacity || (uint)bytes > (uint)(Capacity - start))
            throw new ArgumentOutOfRangeException(nameof(bytes), $"{start} + {bytes} lies outside a block of {Capacity}");
        return new Segment(_start + start, bytes);
    }
}

/// <summary>A range of native memory in the layout of <c>struct iovec</c>: address, then length.</summary>
internal readonly unsafe struct Segment(byte* start, int bytes)
{
    private readonly byte* _start = start;
    private readonly nuint _bytes = (nuint)bytes;

    public int Bytes => (int)_bytes;

    public Span<byte> Span => new(_start, (int)_bytes);
}
