namespace FrameRpc.Gateway.Sockets.Buffers;

/// <summary>
/// The buffers of one worker: blocks of a few sizes, cut from slabs of native memory that are returned to the kernel after a burst. Not thread-safe.
/// </summary>
internal sealed class BufferPool
{
    /// <summary>
    /// Each size is four times the one before: a buffer that grows with its message is copied at most four times from the smallest to the largest,
    /// and wastes at most three quarters of its block.
    /// </summary>
    private const int SmallestBytes = 512;

    /// <summary>Holds the largest body that may share a connection (1 MiB) with its header.</summary>
    public const int LargestBytes = SmallestBytes << (2 * (ClassCount - 1));

    private const int ClassCount = 7;
    private const int SlabBytes = 512 * 1024;

    private readonly BlockClass[] _classes = new BlockClass[ClassCount];

    public BufferPool(IMemorySource? source = null)
    {
        for (int i = 0; i < ClassCount; i++)
        {
            int blockBytes = SmallestBytes << (2 * i);
            _classes[i] = new BlockClass(source ?? MemoryMap.Kernel, blockBytes, Math.Max(1, SlabBytes / blockBytes));
        }
    }

    /// <summary>Native memory held by this pool, in use or free.</summary>
    public long MappedBytes
    {
        get
        {
            long bytes = 0;
            foreach (BlockClass size in _classes)
                bytes += size.MappedBytes;
            return bytes;
        }
    }

    /// <summary>Also unmaps the slabs kept for the next burst. The next call of their size maps one again.</summary>
    public void Trim()
    {
        foreach (BlockClass size in _classes)
            size.Trim();
    }

    /// <summary>Rents a block that is required at start.</summary>
    /// <exception cref="IOException">The system has no memory.</exception>
    public Block Rent(int bytesMin) =>
        TryRent(bytesMin, out Block block)
            ? block
            : throw new IOException($"out of memory for buffers: a block of {_classes[ClassOf(bytesMin)].BlockBytes} bytes could not be allocated");

    /// <summary>A block of at least <paramref name="bytesMin"/>, at most <see cref="LargestBytes"/>. False if the system has no memory.</summary>
    public bool TryRent(int bytesMin, out Block block)
    {
        int fitting = ClassOf(bytesMin);
        if (_classes[fitting].TryRent(out block))
            return true;
        // Larger than needed, but better than refusing a call.
        for (int i = fitting + 1; i < ClassCount; i++)
        {
            if (_classes[i].HasFree)
                return _classes[i].TryRent(out block);
        }
        return false;
    }

    private static int ClassOf(int bytesMin)
    {
        for (int i = 0; i < ClassCount; i++)
        {
            if (SmallestBytes << (2 * i) >= bytesMin)
                return i;
        }
        throw new ArgumentOutOfRangeException(nameof(bytesMin), bytesMin, $"the largest block has {LargestBytes} bytes");
    }

    /// <summary>Returns a block and clears the variable that held it.</summary>
    public static void Return(ref Block block)
    {
        if (block.IsNone)
            return;
        block.Owner!.Owner.Return(block);
        block = default;
    }
}
