namespace FrameRpc.Gateway.Sockets.Buffers;

/// <summary>All slabs of one block size.</summary>
internal sealed class BlockClass(IMemorySource source, int blockBytes, int blocksPerSlab)
{
    private readonly List<Slab> _withFree = [];
    private int _unused;

    public int BlockBytes => blockBytes;

    /// <summary>Native memory mapped for this size, in use or not.</summary>
    public long MappedBytes { get; private set; }

    public Block Rent()
    {
        if (_withFree.Count == 0)
            AddSlab();
        Slab slab = _withFree[^1];
        if (slab.IsUnused)
            _unused--;
        Block block = slab.Take();
        if (!slab.HasFree)
            RemoveFromFree(slab);
        return block;
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

    private void AddSlab()
    {
        var slab = new Slab(source, this, blockBytes, blocksPerSlab);
        MappedBytes += slab.Bytes;
        _unused++;
        AddToFree(slab);
    }

    /// <summary>One unused slab is kept, so that a load that swings around a slab's edge does not map and unmap on each call.</summary>
    private void Drop(Slab slab)
    {
        RemoveFromFree(slab);
        MappedBytes -= slab.Bytes;
        _unused--;
        slab.Unmap();
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
