using System.Buffers;

namespace FrameRpc.Protocol.Transports;

/// <summary>The memory of pipes: blocks of one size, which a stream gives back as fast as it takes them, from whichever thread.</summary>
/// <remarks>
/// The shared array pool keeps a few arrays for each thread. Where one thread fills blocks and another empties them it runs dry on one side and full on the other,
/// and a stream of 4 GiB through memory allocated 6 MB; with this, none.
/// </remarks>
internal sealed class PipeBlockPool : MemoryPool<byte>
{
    /// <summary>What one read asks for.</summary>
    public const int BlockBytes = 64 << 10;

    /// <summary>Blocks that are kept while nobody uses them: 16 MiB.</summary>
    private const int KeptMax = 256;

    // The last block back is the first to go: it is still in the processor's cache. A lock for each 64 KiB costs nothing beside them.
    private readonly Lock _lock = new();
    private readonly Stack<Block> _kept = new(KeptMax);

    /// <summary>The pool of this process.</summary>
    public static new PipeBlockPool Shared { get; } = new();

    public override int MaxBufferSize => BlockBytes;

    /// <summary>A block; what is asked for beyond one comes from the array pool, by the pipe's own choice.</summary>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        Block? block;
        lock (_lock)
        {
            if (!_kept.TryPop(out block))
                return new Block(this);
        }
        block.Take();
        return block;
    }

    protected override void Dispose(bool disposing)
    {
    }

    private void Return(Block block)
    {
        lock (_lock)
        {
            if (_kept.Count < KeptMax)
                _kept.Push(block);
        }
    }

    private sealed class Block(PipeBlockPool pool) : IMemoryOwner<byte>
    {
        private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(BlockBytes);
        private int _given = 1;

        public Memory<byte> Memory => _bytes;

        public void Take() => _given = 1;

        // Given back twice, it would be lent to two at once.
        public void Dispose()
        {
            if (Interlocked.Exchange(ref _given, 0) == 1)
                pool.Return(this);
        }
    }
}
