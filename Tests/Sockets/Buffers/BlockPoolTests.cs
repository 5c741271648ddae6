using FrameRpc.Gateway.Sockets.Buffers;
using Xunit;

namespace FrameRpc.Tests.Sockets.Buffers;

public sealed class BlockPoolTests
{
    /// <summary>Of each of the seven sizes one unused slab is kept; the largest is a single block of 2 MiB.</summary>
    private const long KeptBytesMax = 6 * 512 * 1024 + BlockPool.LargestBytes;

    private readonly BlockPool _pool = new();

    [Theory]
    [InlineData(1)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(65_552)]
    [InlineData(1024 * 1024 + 16)]
    public void A_block_has_at_least_the_size_that_was_asked_for(int bytes)
    {
        Block block = _pool.Rent(bytes);
        Assert.InRange(block.Capacity, bytes, Math.Max(512, bytes * 4));
        block.Span.Fill(0xa5);
        BlockPool.Return(ref block);
        Assert.True(block.IsNone);
    }

    [Fact]
    public void More_than_the_largest_block_is_a_mistake() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _pool.Rent(BlockPool.LargestBytes + 1));

    [Fact]
    public void Blocks_that_are_lent_at_the_same_time_never_overlap()
    {
        Block[] blocks = [.. Enumerable.Range(0, 3000).Select(i => _pool.Rent(1 + (i * 37 % 5000)))];
        for (int i = 0; i < blocks.Length; i++)
            blocks[i].Span.Fill((byte)i);
        for (int i = 0; i < blocks.Length; i++)
            Assert.Equal(-1, blocks[i].Span.IndexOfAnyExcept((byte)i));
    }

    [Fact]
    public void A_bursts_memory_goes_back_to_the_kernel()
    {
        var random = new Random(1);
        Block[] blocks = [.. Enumerable.Range(0, 20_000).Select(_ => _pool.Rent(random.Next(1, 10_000)))];
        Assert.True(_pool.MappedBytes > 50 * 1024 * 1024);

        random.Shuffle(blocks);
        for (int i = 0; i < blocks.Length; i++)
            BlockPool.Return(ref blocks[i]);

        Assert.InRange(_pool.MappedBytes, 0, KeptBytesMax);
    }

    [Fact]
    public void A_trimmed_pool_keeps_what_is_in_use_and_nothing_else()
    {
        Block used = _pool.Rent(100);
        used.Span.Fill(7);
        foreach (int bytes in new[] { 100, 1000, 10_000, 100_000, 1_000_000 })
        {
            Block other = _pool.Rent(bytes);
            BlockPool.Return(ref other);
        }
        Assert.True(_pool.MappedBytes > 512 * 1024);

        _pool.Trim();
        Assert.Equal(512 * 1024, _pool.MappedBytes);
        Assert.Equal(-1, used.Span.IndexOfAnyExcept((byte)7));

        BlockPool.Return(ref used);
        _pool.Trim();
        Assert.Equal(0, _pool.MappedBytes);
        Block again = _pool.Rent(100);
        again.Span.Fill(7);
        BlockPool.Return(ref again);
    }

    [Fact]
    public void Renting_and_returning_one_block_again_and_again_maps_nothing_new()
    {
        Block first = _pool.Rent(100);
        BlockPool.Return(ref first);
        long mapped = _pool.MappedBytes;
        for (int i = 0; i < 10_000; i++)
        {
            Block block = _pool.Rent(100);
            BlockPool.Return(ref block);
            Assert.Equal(mapped, _pool.MappedBytes);
        }
    }

    [Fact]
    public void A_slice_outside_of_its_block_is_a_mistake()
    {
        Block block = _pool.Rent(512);
        Assert.Throws<ArgumentOutOfRangeException>(() => block.Slice(500, 13));
        Assert.Throws<ArgumentOutOfRangeException>(() => block.Slice(-1, 1));
        BlockPool.Return(ref block);
    }
}
