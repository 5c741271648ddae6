using FrameRpc.Gateway.Sockets.Buffers;
using Xunit;

namespace FrameRpc.Tests.Sockets.Buffers;

public sealed class InputBufferTests
{
    private readonly BlockPool _pool = new();
    private readonly byte[] _scratch = new byte[16 * 1024];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Whatever_is_received_and_consumed_comes_out_in_order(int seed)
    {
        var random = new Random(seed);
        var buffer = default(InputBuffer);
        byte next = 0;
        byte expected = 0;
        for (int turn = 0; turn < 3000; turn++)
        {
            Span<byte> room = Prepare(ref buffer, random.Next(40_000));
            Assert.False(room.IsEmpty);
            int received = random.Next(4) == 0 ? 0 : random.Next(1, room.Length + 1);
            for (int i = 0; i < received; i++)
                room[i] = next++;
            if (received == 0)
                continue;

            ReadOnlySpan<byte> unread = buffer.Received(_scratch, received);
            int consumed = random.Next(3) switch { 0 => 0, 1 => unread.Length, _ => random.Next(unread.Length + 1) };
            // Nobody lets more than a message lie: what is held stays below the largest block.
            if (unread.Length - consumed > 100_000)
                consumed = unread.Length;
            bool inOrder = true;
            for (int i = 0; i < consumed; i++)
                inOrder &= unread[i] == expected++;
            Assert.True(inOrder, "bytes were lost, repeated or swapped");
            int left = unread.Length - consumed;
            Assert.True(buffer.TryKeep(_pool, unread, consumed));
            _scratch.AsSpan().Fill(0xee);
            Assert.Equal(left, buffer.HeldBytes);
            if (left > 0)
                Assert.Equal(expected, buffer.Held[0]);
        }
        buffer.Clear();
        Assert.Equal(0, buffer.HeldBytes);
    }

    [Fact]
    public void A_promised_length_takes_no_memory_before_bytes_arrive()
    {
        var buffer = default(InputBuffer);
        Prepare(ref buffer, 1024 * 1024)[..16].Clear();
        Assert.True(buffer.TryKeep(_pool, buffer.Received(_scratch, 16), consumed: 0));

        Assert.InRange(_pool.MappedBytes, 1, 512 * 1024);
        Assert.Equal(16, buffer.HeldBytes);
    }

    [Fact]
    public void An_empty_buffer_holds_no_block()
    {
        var buffer = default(InputBuffer);
        Prepare(ref buffer, 0)[..100].Clear();
        ReadOnlySpan<byte> unread = buffer.Received(_scratch, 100);
        Assert.True(buffer.TryKeep(_pool, unread, consumed: 100));

        Assert.Equal(0, _pool.MappedBytes);
    }

    [Fact]
    public void A_long_rest_is_received_into_in_place_instead_of_being_copied_each_time()
    {
        var buffer = default(InputBuffer);
        Prepare(ref buffer, 12_000)[..10_000].Clear();
        Assert.True(buffer.TryKeep(_pool, buffer.Received(_scratch, 10_000), consumed: 0));

        Span<byte> room = Prepare(ref buffer, 12_000);

        Assert.False(room.Overlaps(_scratch));
    }

    private Span<byte> Prepare(ref InputBuffer buffer, int messageBytes)
    {
        Assert.True(buffer.TryPrepare(_pool, _scratch, messageBytes, out Span<byte> room));
        return room;
    }
}
