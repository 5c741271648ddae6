using FrameRpc.Gateway.Sockets.Buffers;

namespace FrameRpc.Tests.Sockets.Buffers;

public sealed class InputBufferTests
{
    private readonly BufferPool _pool = new();
    private readonly byte[] _scratch = new byte[16 * 1024];

    [Test]
    [Arguments(1)]
    [Arguments(2)]
    [Arguments(3)]
    [Arguments(4)]
    public async Task Whatever_is_received_and_consumed_comes_out_in_order(int seed)
    {
        var random = new Random(seed);
        var buffer = default(InputBuffer);
        byte next = 0;
        byte expected = 0;
        for (int turn = 0; turn < 3000; turn++)
        {
            int received = Receive(ref buffer, random, ref next);
            if (received == 0)
                continue;

            (bool inOrder, int left) = Consume(ref buffer, received, random, ref expected);
            await Assert.That(inOrder).IsTrue().Because("bytes were lost, repeated or swapped");
            await Assert.That(buffer.HeldBytes).IsEqualTo(left);
            if (left > 0)
                await Assert.That(buffer.Held[0]).IsEqualTo(expected);
        }
        buffer.Clear();
        await Assert.That(buffer.HeldBytes).IsEqualTo(0);
    }

    private int Receive(ref InputBuffer buffer, Random random, ref byte next)
    {
        Span<byte> room = Prepare(ref buffer, random.Next(40_000));
        Must.Hold(!room.IsEmpty);
        int received = random.Next(4) == 0 ? 0 : random.Next(1, room.Length + 1);
        for (int i = 0; i < received; i++)
            room[i] = next++;
        return received;
    }

    private (bool InOrder, int Left) Consume(ref InputBuffer buffer, int received, Random random, ref byte expected)
    {
        ReadOnlySpan<byte> unread = buffer.Received(_scratch, received);
        int consumed = random.Next(3) switch { 0 => 0, 1 => unread.Length, _ => random.Next(unread.Length + 1) };
        // Nobody lets more than a message lie: what is held stays below the largest block.
        if (unread.Length - consumed > 100_000)
            consumed = unread.Length;
        bool inOrder = true;
        for (int i = 0; i < consumed; i++)
            inOrder &= unread[i] == expected++;
        Must.Hold(buffer.TryKeep(_pool, unread, consumed));
        _scratch.AsSpan().Fill(0xee);
        return (inOrder, unread.Length - consumed);
    }

    [Test]
    public async Task A_promised_length_takes_no_memory_before_bytes_arrive()
    {
        var buffer = default(InputBuffer);
        Prepare(ref buffer, 1024 * 1024)[..16].Clear();
        await Assert.That(buffer.TryKeep(_pool, buffer.Received(_scratch, 16), consumed: 0)).IsTrue();

        await Assert.That(_pool.MappedBytes).IsBetween(1, 512 * 1024);
        await Assert.That(buffer.HeldBytes).IsEqualTo(16);
    }

    [Test]
    public async Task An_empty_buffer_holds_no_block()
    {
        var buffer = default(InputBuffer);
        Prepare(ref buffer, 0)[..100].Clear();
        ReadOnlySpan<byte> unread = buffer.Received(_scratch, 100);
        await Assert.That(buffer.TryKeep(_pool, unread, consumed: 100)).IsTrue();

        await Assert.That(_pool.MappedBytes).IsEqualTo(0);
    }

    [Test]
    public async Task A_long_rest_is_received_into_in_place_instead_of_being_copied_each_time()
    {
        var buffer = default(InputBuffer);
        Prepare(ref buffer, 12_000)[..10_000].Clear();
        await Assert.That(buffer.TryKeep(_pool, buffer.Received(_scratch, 10_000), consumed: 0)).IsTrue();

        Span<byte> room = Prepare(ref buffer, 12_000);

        await Assert.That(room.Overlaps(_scratch)).IsFalse();
    }

    private Span<byte> Prepare(ref InputBuffer buffer, int messageBytes)
    {
        Must.Hold(buffer.TryPrepare(_pool, _scratch, messageBytes, out Span<byte> room));
        return room;
    }
}
