using FrameRpc.Gateway.Sockets.Buffers;

namespace FrameRpc.Tests.Simulation;

/// <summary>The kernel's memory, until it is told to give no more, or to take none back.</summary>
internal sealed class ScarceMemory : IMemorySource
{
    private readonly List<Block> _hoard = [];

    public bool IsExhausted { get; set; }

    public bool KeepsWhatIsUnmapped { get; set; }

    public nint TryMap(long bytes) => IsExhausted ? 0 : MemoryMap.Kernel.TryMap(bytes);

    public bool TryUnmap(nint memory, long bytes) => !KeepsWhatIsUnmapped && MemoryMap.Kernel.TryUnmap(memory, bytes);

    /// <summary>From now on the pool has nothing but one free block of each of these sizes.</summary>
    public void Exhaust(BufferPool pool, params int[] left)
    {
        Block[] kept = [.. left.Select(pool.Rent)];
        IsExhausted = true;
        while (pool.TryRent(1, out Block block))
            _hoard.Add(block);
        for (int i = 0; i < kept.Length; i++)
            BufferPool.Return(ref kept[i]);
    }

    /// <summary>There is enough again.</summary>
    public void Relent()
    {
        IsExhausted = false;
        for (int i = 0; i < _hoard.Count; i++)
        {
            Block block = _hoard[i];
            BufferPool.Return(ref block);
        }
        _hoard.Clear();
    }
}
