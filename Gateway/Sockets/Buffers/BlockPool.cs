namespace FrameRpc.Gateway.Sockets.Buffers;

/// <summary>
/// The buffers of one worker: blocks of a few sizes, cut from slabs of native memory that go back to the kernel when a
/// burst is over. Not safe for threads: a worker shares nothing.
/// </summary>
internal sealed class BlockPool
{
    /// <summary>
    /// Each size is four times the one before: a buffer that grows with its message is copied at most four times on the
    /// way from the smallest to the largest, and never wastes more than three quarters of what it took.
    /// </summary>
    private const int SmallestBytes = 512;

    /// <summary>Holds the largest body that may share a lane (1 MiB) with its header.</summary>
    public const int LargestBytes = SmallestBytes << (2 * (ClassCount - 1));

    private const int ClassCount = 7;
    private const int SlabBytes = 512 * 1024;

    private readonly BlockClass[] _classes = new BlockClass[ClassCount];

    public BlockPool(IMemorySource? source = null)
    {
        for (int i = 0; i < ClassCount; i++)
        {
            int blockBytes = SmallestBytes << (2 * i);
            _classes[i] = new BlockClass(source ?? MemoryMap.Kernel, blockBytes, Math.Max(1, SlabBytes / blockBytes));
        }
    }

    /// <summary>Native memory that this pool holds, in use or ready for use.</summary>
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

    /// <summary>Gives the slabs back that are kept for the next burst, too. The next call of their size maps one again.</summary>
    public void Trim()
    {
        foreach (BlockClass size in _classes)
            size.Trim();
    }

    /// <summary>A block of at least <paramref name="bytesMin"/>, at most <see cref="LargestBytes"/>.</summary>
    public Block Rent(int bytesMin)
    {
        foreach (BlockClass size in _classes)
        {
            if (size.BlockBytes >= bytesMin)
                return size.Rent();
        }
        throw new ArgumentOutOfRangeException(nameof(bytesMin), bytesMin, $"the largest block has {LargestBytes} bytes");
    }

    public bool TryRent(int bytesMin, out Block block)
    {
        block = default;
        try
        {
            block = Rent(bytesMin);
            return true;
        }
        catch (InsufficientMemoryException)
        {
            return false;
        }
    }

    /// <summary>Takes a block back and forgets it at the lender's.</summary>
    public static void Return(ref Block block)
    {
        if (block.IsNone)
            return;
        block.Owner!.Owner.Return(block);
        block = default;
    }
}
