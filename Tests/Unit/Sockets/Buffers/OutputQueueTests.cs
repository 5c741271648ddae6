using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Buffers;
using FrameRpc.Gateway.Sockets.Pipes;

namespace FrameRpc.Tests.Sockets.Buffers;

public sealed class OutputQueueTests
{
    private readonly BufferPool _pool = new();

    [Test]
    [Arguments(1)]
    [Arguments(2)]
    [Arguments(3)]
    [Arguments(4)]
    public async Task Whatever_is_appended_is_sent_in_order_however_little_the_socket_takes(int seed)
    {
        var random = new Random(seed);
        var queue = default(OutputQueue);
        var socket = new PartialSocket(random);
        byte next = 0;
        long appended = 0;
        for (int step = 0; step < 5000; step++)
        {
            byte[] bytes = new byte[random.Next(10) == 0 ? random.Next(1, 50_000) : random.Next(1, 200)];
            for (int i = 0; i < bytes.Length; i++)
                bytes[i] = next++;
            appended += bytes.Length;
            Append(ref queue, bytes, random);
            while (queue.Bytes > 100_000 || (!queue.IsEmpty && random.Next(3) > 0))
                queue.SendTo(socket);
        }
        while (!queue.IsEmpty)
            queue.SendTo(socket);

        await Assert.That(socket.Taken).IsEqualTo(appended);
        await Assert.That(_pool.MappedBytes).IsBetween(0, 7 * 1024 * 1024);
    }

    [Test]
    public async Task A_reserved_message_stands_whole_in_one_piece()
    {
        var queue = default(OutputQueue);
        await Assert.That(queue.TryAppend(_pool, new byte[2000])).IsTrue();
        Must.Hold(queue.TryReserve(_pool, 500, out Span<byte> room));
        room.Fill(7);
        queue.Advance(500);
        queue.Consume(2000);

        await Assert.That(queue.FirstPiece.Length).IsEqualTo(500);
        await Assert.That(queue.FirstPiece.IndexOfAnyExcept((byte)7)).IsEqualTo(-1);
        queue.Clear();
    }

    [Test]
    public async Task An_empty_queue_holds_no_block()
    {
        var queue = default(OutputQueue);
        await Assert.That(queue.TryAppend(_pool, new byte[5_000_000])).IsTrue();
        await Assert.That(_pool.MappedBytes > 5_000_000).IsTrue();
        queue.Consume(5_000_000);

        await Assert.That(queue.IsEmpty).IsTrue();
        // One unused slab of each size that was needed is kept by the pool.
        await Assert.That(_pool.MappedBytes).IsBetween(0, 7 * 512 * 1024);
    }

    private void Append(ref OutputQueue queue, byte[] bytes, Random random)
    {
        switch (random.Next(3))
        {
            case 0:
                Must.Hold(queue.TryAppend(_pool, bytes));
                break;
            case 1:
                Must.Hold(queue.TryReserve(_pool, bytes.Length, out Span<byte> room));
                bytes.CopyTo(room);
                queue.Advance(bytes.Length);
                break;
            default:
                var other = default(OutputQueue);
                Must.Hold(other.TryAppend(_pool, bytes));
                queue.TakeAll(ref other);
                Must.Hold(other.IsEmpty);
                break;
        }
    }

    /// <summary>Takes a random part of what it is given, and checks that it is what comes next.</summary>
    private sealed class PartialSocket(Random random) : ISocket
    {
        public string DescribePeer() => throw new NotSupportedException();

        private byte _expected;

        public long Taken { get; private set; }

        public IReadyHandler? Owner { get; set; }

        public SocketKind Kind => SocketKind.Tcp;

        public bool CanSplice => false;

        public bool CanReset => true;

        public Transfer Send(ReadOnlySpan<byte> bytes, bool moreFollows)
        {
            int taken = random.Next(1, bytes.Length + 1);
            Check(bytes[..taken]);
            return Transfer.Done(taken);
        }

        public Transfer Send(ReadOnlySpan<Segment> segments, bool moreFollows)
        {
            int offered = 0;
            foreach (Segment segment in segments)
                offered += segment.Bytes;
            int left = random.Next(1, offered + 1);
            int taken = left;
            foreach (Segment segment in segments)
            {
                int part = Math.Min(left, segment.Bytes);
                Check(segment.Span[..part]);
                left -= part;
            }
            return Transfer.Done(taken);
        }

        public int ConnectError() => 0;

        public Transfer Receive(Span<byte> buffer) => Transfer.WouldBlock;

        public void SetReceiveLowWaterMark(int bytes)
        {
        }

        public Transfer Receive(IPipe pipe, int bytesMax) => Transfer.WouldBlock;

        public Transfer Send(IPipe pipe, bool moreFollows) => Transfer.WouldBlock;

        public void EndSending()
        {
        }

        public void Close()
        {
        }

        public void Abort()
        {
        }

        private void Check(ReadOnlySpan<byte> bytes)
        {
            bool inOrder = true;
            foreach (byte value in bytes)
                inOrder &= value == _expected++;
            Must.Hold(inOrder, "bytes were lost, repeated or swapped");
            Taken += bytes.Length;
        }
    }
}
