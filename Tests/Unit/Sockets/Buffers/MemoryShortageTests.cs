using FrameRpc.Gateway.Sockets.Buffers;
using FrameRpc.Tests.Simulation;

namespace FrameRpc.Tests.Sockets.Buffers;

public sealed class MemoryShortageTests : IDisposable
{
    private const int SlabBytes = 512 * 1024;

    private readonly ScarceMemory _memory = new();
    private readonly BufferPool _pool;

    public MemoryShortageTests() => _pool = new BufferPool(_memory);

    public void Dispose() => _memory.Dispose();

    [Test]
    public async Task What_the_kernel_does_not_give_is_a_value_and_no_exception() => await Assert.That(MemoryMap.Kernel.TryMap(1L << 60)).IsEqualTo((nint)0);

    [Test]
    public async Task A_pool_without_memory_lends_nothing_and_goes_on_when_there_is_some_again()
    {
        _memory.IsExhausted = true;
        await Assert.That(_pool.TryRent(100, out Block none)).IsFalse();
        await Assert.That(none.IsNone).IsTrue();
        await Assert.That(_pool.MappedBytes).IsEqualTo(0);

        _memory.IsExhausted = false;
        await Assert.That(_pool.TryRent(100, out Block block)).IsTrue();
        block.Span.Fill(7);
        BufferPool.Return(ref block);
    }

    [Test]
    public async Task Where_no_block_of_the_size_can_be_had_a_larger_one_that_is_free_will_do()
    {
        Block larger = _pool.Rent(100_000);
        BufferPool.Return(ref larger);
        _memory.IsExhausted = true;

        for (int i = 0; i < 4; i++)
        {
            await Assert.That(_pool.TryRent(100, out Block block)).IsTrue();
            await Assert.That(block.Capacity).IsEqualTo(128 * 1024);
        }
        await Assert.That(_pool.TryRent(100, out _)).IsFalse();
    }

    [Test]
    public async Task What_is_needed_at_the_start_says_how_much_there_is_not()
    {
        _memory.IsExhausted = true;
        var refused = Assert.ThrowsExactly<IOException>(() => _pool.Rent(100));
        await Assert.That(refused.Message).IsEqualTo("out of memory for buffers: a block of 512 bytes could not be allocated");
    }

    [Test]
    public async Task Memory_that_the_kernel_does_not_take_back_is_counted_and_used_again()
    {
        Block[] blocks = [.. Enumerable.Range(0, 3 * 1024).Select(_ => _pool.Rent(512))];
        _memory.RefusesUnmap = true;
        for (int i = 0; i < blocks.Length; i++)
            BufferPool.Return(ref blocks[i]);
        await Assert.That(_pool.MappedBytes).IsEqualTo(3 * SlabBytes);

        _memory.IsExhausted = true;
        for (int i = 0; i < blocks.Length; i++)
            await Assert.That(_pool.TryRent(512, out blocks[i])).IsTrue();
        await Assert.That(_pool.TryRent(512, out _)).IsFalse();

        _memory.RefusesUnmap = false;
        for (int i = 0; i < blocks.Length; i++)
            BufferPool.Return(ref blocks[i]);
        await Assert.That(_pool.MappedBytes).IsEqualTo(SlabBytes);
    }

    [Test]
    public async Task An_output_without_memory_keeps_what_it_has()
    {
        OutputQueue queue = default;
        await Assert.That(queue.TryAppend(_pool, new byte[100])).IsTrue();
        _memory.Exhaust(_pool);

        await Assert.That(queue.TryAppend(_pool, new byte[10_000])).IsFalse();
        await Assert.That(queue.TryReserve(_pool, 10_000, out _)).IsFalse();
        await Assert.That(queue.Bytes).IsBetween(100, 2048);
        queue.Clear();
        await Assert.That(queue.Bytes).IsEqualTo(0);
    }

    [Test]
    public async Task An_input_without_memory_is_empty_afterwards()
    {
        byte[] scratch = new byte[BufferPool.LargestBytes];
        InputBuffer input = default;
        await Assert.That(input.TryPrepare(_pool, scratch, messageBytes: 0, out _)).IsTrue();
        _memory.Exhaust(_pool);

        await Assert.That(input.TryKeep(_pool, input.Received(scratch, 5000), consumed: 0)).IsFalse();
        await Assert.That(input.HeldBytes).IsEqualTo(0);
    }
}
