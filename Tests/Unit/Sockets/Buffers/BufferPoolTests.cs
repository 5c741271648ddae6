using FrameRpc.Gateway.Sockets.Buffers;

namespace FrameRpc.Tests.Sockets.Buffers;

public sealed class BufferPoolTests
{
    /// <summary>Of each of the seven sizes one unused slab is kept; the largest is a single block of 2 MiB.</summary>
    private const long KeptBytesMax = 6 * 512 * 1024 + BufferPool.LargestBytes;

    private readonly BufferPool _pool = new();

    [Test]
    [Arguments(1)]
    [Arguments(512)]
    [Arguments(513)]
    [Arguments(65_552)]
    [Arguments(1024 * 1024 + 16)]
    public async Task A_block_has_at_least_the_size_that_was_asked_for(int bytes)
    {
        Block block = _pool.Rent(bytes);
        await Assert.That(block.Capacity).IsBetween(bytes, Math.Max(512, bytes * 4));
        block.Span.Fill(0xa5);
        BufferPool.Return(ref block);
        await Assert.That(block.IsNone).IsTrue();
    }

    [Test]
    public void More_than_the_largest_block_is_a_mistake() =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _pool.Rent(BufferPool.LargestBytes + 1));

    [Test]
    public async Task Blocks_that_are_lent_at_the_same_time_never_overlap()
    {
        Block[] blocks = [.. Enumerable.Range(0, 3000).Select(i => _pool.Rent(1 + (i * 37 % 5000)))];
        for (int i = 0; i < blocks.Length; i++)
            blocks[i].Span.Fill((byte)i);
        for (int i = 0; i < blocks.Length; i++)
            await Assert.That(blocks[i].Span.IndexOfAnyExcept((byte)i)).IsEqualTo(-1);
    }

    [Test]
    public async Task A_bursts_memory_goes_back_to_the_kernel()
    {
        var random = new Random(1);
        Block[] blocks = [.. Enumerable.Range(0, 20_000).Select(_ => _pool.Rent(random.Next(1, 10_000)))];
        await Assert.That(_pool.MappedBytes > 50 * 1024 * 1024).IsTrue();

        random.Shuffle(blocks);
        for (int i = 0; i < blocks.Length; i++)
            BufferPool.Return(ref blocks[i]);

        await Assert.That(_pool.MappedBytes).IsBetween(0, KeptBytesMax);
    }

    [Test]
    public async Task A_trimmed_pool_keeps_what_is_in_use_and_nothing_else()
    {
        Block used = _pool.Rent(100);
        used.Span.Fill(7);
        foreach (int bytes in new[] { 100, 1000, 10_000, 100_000, 1_000_000 })
        {
            Block other = _pool.Rent(bytes);
            BufferPool.Return(ref other);
        }
        await Assert.That(_pool.MappedBytes > 512 * 1024).IsTrue();

        _pool.Trim();
        await Assert.That(_pool.MappedBytes).IsEqualTo(512 * 1024);
        await Assert.That(used.Span.IndexOfAnyExcept((byte)7)).IsEqualTo(-1);

        BufferPool.Return(ref used);
        _pool.Trim();
        await Assert.That(_pool.MappedBytes).IsEqualTo(0);
        Block again = _pool.Rent(100);
        again.Span.Fill(7);
        BufferPool.Return(ref again);
    }

    [Test]
    public async Task Renting_and_returning_one_block_again_and_again_maps_nothing_new()
    {
        Block first = _pool.Rent(100);
        BufferPool.Return(ref first);
        long mapped = _pool.MappedBytes;
        for (int i = 0; i < 10_000; i++)
        {
            Block block = _pool.Rent(100);
            BufferPool.Return(ref block);
            await Assert.That(_pool.MappedBytes).IsEqualTo(mapped);
        }
    }

    [Test]
    public void A_slice_outside_of_its_block_is_a_mistake()
    {
        Block block = _pool.Rent(512);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => block.Slice(500, 13));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => block.Slice(-1, 1));
        BufferPool.Return(ref block);
    }
}
