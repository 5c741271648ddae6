namespace FrameRpc.Gateway.Sockets.Buffers;

/// <summary>All slabs of one block size.</summary>
internal sealed class BlockClass(IMemorySource source, int blockBytes, int blocksPerSlab)
{
    private readonly List<Slab> _withFree = [];
    private int _unused;

    public int BlockBytes => blockBytes;

    /// <summary>Whether a block can be rented without mapping memory.</summary>
    public bool HasFree => _withFree.Count > 0;

    /// <summary>Native memory mapped for this size, in use or not.</summary>
    public long MappedBytes { get; private set; }

    /// <summary>False if no block is free and the system has no memory.</summary>
    public bool TryRent(out Block block)
    {
        block = default;
        if (!HasFree && !TryAddSlab())
            return false;
        Slab slab = _withFree[^1];
        if (slab.IsUnused)
            _unused--;
        block = slab.Take();
        if (!slab.HasFree)
            RemoveFromFree(slab);
        return true;
    }

    public void Return(Block block)
    {
        Slab slab = block.Owner!;
        slab.PutBack(block);
        if (slab.PositionWithFree < 0)
            AddToFree(slab);
        if (slab.IsUnused && ++_unused > 1)
            Drop(slab);
    }

    public void Trim()
    {
        if (_unused > 0)
            Drop(_withFree.Find(slab => slab.IsUnused)!);
    }

    private bool TryAddSlab()
    {
        nint memory = source.TryMap((long)blockBytes * blocksPerSlab);
        if (memory == 0)
            return false;
        var slab = new Slab(this, memory, blockBytes, blocksPerSlab);
        MappedBytes += slab.Bytes;
        _unused++;
        AddToFree(slab);
        return true;
    }

    /// <summary>
    /// One unused slab is kept, so that a load around a slab's size does not map and unmap with each call. A slab that the kernel refuses to unmap is
    /// also kept and reused.
    /// </summary>
    private void Drop(Slab slab)
    {
        if (!source.TryUnmap(slab.Address, slab.Bytes))
            return;
        RemoveFromFree(slab);
        MappedBytes -= slab.Bytes;
        _unused--;
    }

    private void AddToFree(Slab slab)
    {
        slab.PositionWithFree = _withFree.Count;
        _withFree.Add(slab);
    }

    private void RemoveFromFree(Slab slab)
    {
        Slab last = _withFree[^1];
        _withFree[slab.PositionWithFree] = last;
        last.PositionWithFree = slab.PositionWithFree;
        _withFree.RemoveAt(_withFree.Count - 1);
        slab.PositionWithFree = -1;
    }
}
