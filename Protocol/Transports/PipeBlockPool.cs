using System.Buffers;

namespace FrameRpc.Protocol.Transports;

/// <summary>The memory of pipes: blocks of one size, which a stream returns as fast as it rents them, from any thread.</summary>
/// <remarks>
/// The shared array pool keeps a few arrays per thread. If one thread fills blocks and another empties them, it runs dry on one side and full on the
/// other, and a stream of 4 GiB through memory allocated 6 MB; with this, none.
/// </remarks>
internal sealed class PipeBlockPool : MemoryPool<byte>
{
    /// <summary>Bytes per read.</summary>
    public const int BlockBytes = 64 << 10;

    /// <summary>Unused blocks that are kept: 16 MiB.</summary>
    private const int KeptMax = 256;

    // The block returned last is rented first, because it is still in the CPU's cache. A lock per 64 KiB is cheap compared with them.
    private readonly Lock _lock = new();
    private readonly Stack<Block> _kept = new(KeptMax);

    public static new PipeBlockPool Shared { get; } = new();

    public override int MaxBufferSize => BlockBytes;

    /// <summary>A block; for larger sizes, pipes use the array pool themselves.</summary>
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

        // Returned twice, it would be rented to two users at once.
        public void Dispose()
        {
            if (Interlocked.Exchange(ref _given, 0) == 1)
                pool.Return(this);
        }
    }
}
