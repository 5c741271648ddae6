using FrameRpc.Gateway.Sockets.Buffers;

namespace FrameRpc.Tests.Simulation;

/// <summary>The kernel's memory, which can be told to give no more, or to refuse unmapping. What is left at the end of a run is freed then.</summary>
internal sealed class ScarceMemory : IMemorySource, IDisposable
{
    private readonly List<Block> _hoard = [];
    private readonly Dictionary<nint, long> _mapped = [];

    public bool IsExhausted { get; set; }

    public bool RefusesUnmap { get; set; }

    public nint TryMap(long bytes)
    {
        nint memory = IsExhausted ? 0 : MemoryMap.Kernel.TryMap(bytes);
        if (memory != 0)
            _mapped.Add(memory, bytes);
        return memory;
    }

    public bool TryUnmap(nint memory, long bytes) => !RefusesUnmap && _mapped.Remove(memory) && MemoryMap.Kernel.TryUnmap(memory, bytes);

    /// <summary>From now on the pool has only one free block of each of these sizes. Returns how many free blocks it had.</summary>
    public int Exhaust(BufferPool pool, params int[] left)
    {
        Block[] kept = [.. left.Select(pool.Rent)];
        IsExhausted = true;
        int before = _hoard.Count;
        while (pool.TryRent(1, out Block block))
            _hoard.Add(block);
        for (int i = 0; i < kept.Length; i++)
            BufferPool.Return(ref kept[i]);
        return _hoard.Count - before;
    }

    /// <summary>Ends the shortage.</summary>
    public void EndShortage()
    {
        IsExhausted = false;
        for (int i = 0; i < _hoard.Count; i++)
        {
            Block block = _hoard[i];
            BufferPool.Return(ref block);
        }
        _hoard.Clear();
    }

    public void Dispose()
    {
        foreach ((nint memory, long bytes) in _mapped)
            MemoryMap.Kernel.TryUnmap(memory, bytes);
        _mapped.Clear();
    }
}
