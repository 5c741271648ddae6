using System.Diagnostics;

namespace FrameRpc.Gateway.Sockets.Buffers;

/// <summary>One mapping of native memory, cut into blocks of one size and unmapped as a whole.</summary>
internal sealed unsafe class Slab
{
    private readonly byte* _memory;
    private readonly int _blockBytes;
    private readonly int[] _free;
    private int _freeCount;

    /// <param name="owner">The class of its blocks.</param>
    /// <param name="memory">Start of the mapping.</param>
    /// <param name="blockBytes">Bytes per block.</param>
    /// <param name="blocks">Number of blocks.</param>
    public Slab(BlockClass owner, nint memory, int blockBytes, int blocks)
    {
        Owner = owner;
        _blockBytes = blockBytes;
        _memory = (byte*)memory;
        _free = new int[blocks];
        for (int i = 0; i < blocks; i++)
            _free[i] = blocks - 1 - i;
        _freeCount = blocks;
    }

    public BlockClass Owner { get; }

    /// <summary>Index of this slab in its class's list of slabs with a free block; −1 if it is not in the list.</summary>
    public int PositionWithFree { get; set; } = -1;

    public bool HasFree => _freeCount > 0;

    public bool IsUnused => _freeCount == _free.Length;

    public long Bytes => (long)_blockBytes * _free.Length;

    public Block Take()
    {
        Debug.Assert(_freeCount > 0);
        int index = _free[--_freeCount];
        return new Block(this, _memory + (long)index * _blockBytes, _blockBytes);
    }

    public void PutBack(Block block)
    {
        if (_freeCount == _free.Length)
            throw new InvalidOperationException("a block was returned twice");
        long offset = (byte*)block.Address - _memory;
        Debug.Assert(offset >= 0 && offset < Bytes && offset % _blockBytes == 0);
        _free[_freeCount++] = (int)(offset / _blockBytes);
    }

    public nint Address => (nint)_memory;
}
