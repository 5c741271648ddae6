using FrameRpc.Gateway.Sockets.Buffers;
using FrameRpc.Tests.Simulation;
using Xunit;

namespace FrameRpc.Tests.Sockets.Buffers;

public sealed class MemoryShortageTests
{
    private const int SlabBytes = 512 * 1024;

    private readonly ScarceMemory _memory = new();
    private readonly BlockPool _pool;

    public MemoryShortageTests() => _pool = new BlockPool(_memory);

    [Fact]
    public void What_the_kernel_does_not_give_is_a_value_and_no_exception() => Assert.Equal(0, MemoryMap.Kernel.TryMap(1L << 60));

    [Fact]
    public void A_pool_without_memory_lends_nothing_and_goes_on_when_there_is_some_again()
    {
        _memory.IsExhausted = true;
        Assert.False(_pool.TryRent(100, out Block none));
        Assert.True(none.IsNone);
        Assert.Equal(0, _pool.MappedBytes);

        _memory.IsExhausted = false;
        Assert.True(_pool.TryRent(100, out Block block));
        block.Span.Fill(7);
        BlockPool.Return(ref block);
    }

    [Fact]
    public void Where_no_block_of_the_size_can_be_had_a_larger_one_that_is_free_will_do()
    {
        Block larger = _pool.Rent(100_000);
        BlockPool.Return(ref larger);
        _memory.IsExhausted = true;

        for (int i = 0; i < 4; i++)
        {
            Assert.True(_pool.TryRent(100, out Block block));
            Assert.Equal(128 * 1024, block.Capacity);
        }
        Assert.False(_pool.TryRent(100, out _));
    }

    [Fact]
    public void What_is_needed_at_the_start_says_how_much_there_is_not()
    {
        _memory.IsExhausted = true;
        var refused = Assert.Throws<IOException>(() => _pool.Rent(100));
        Assert.Equal("the system gives no memory for buffers: a block of 512 bytes could not be had", refused.Message);
    }

    [Fact]
    public void Memory_that_the_kernel_does_not_take_back_is_counted_and_used_again()
    {
        Block[] blocks = [.. Enumerable.Range(0, 3 * 1024).Select(_ => _pool.Rent(512))];
        _memory.KeepsWhatIsUnmapped = true;
        for (int i = 0; i < blocks.Length; i++)
            BlockPool.Return(ref blocks[i]);
        Assert.Equal(3 * SlabBytes, _pool.MappedBytes);

        _memory.IsExhausted = true;
        for (int i = 0; i < blocks.Length; i++)
            Assert.True(_pool.TryRent(512, out blocks[i]));
        Assert.False(_pool.TryRent(512, out _));

        _memory.KeepsWhatIsUnmapped = false;
        for (int i = 0; i < blocks.Length; i++)
            BlockPool.Return(ref blocks[i]);
        Assert.Equal(SlabBytes, _pool.MappedBytes);
    }

    [Fact]
    public void An_output_without_memory_keeps_what_it_has()
    {
        OutputQueue queue = default;
        Assert.True(queue.TryAppend(_pool, new byte[100]));
        _memory.Exhaust(_pool);

        Assert.False(queue.TryAppend(_pool, new byte[10_000]));
        Assert.False(queue.TryReserve(_pool, 10_000, out _));
        Assert.InRange(queue.Bytes, 100, 2048);
        queue.Clear();
        Assert.Equal(0, queue.Bytes);
    }

    [Fact]
    public void An_input_without_memory_is_empty_afterwards()
    {
        byte[] scratch = new byte[BlockPool.LargestBytes];
        InputBuffer input = default;
        Assert.True(input.TryPrepare(_pool, scratch, messageBytes: 0, out _));
        _memory.Exhaust(_pool);

        Assert.False(input.TryKeep(_pool, input.Received(scratch, 5000), consumed: 0));
        Assert.Equal(0, input.HeldBytes);
    }
}
