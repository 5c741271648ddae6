using System.Buffers;

namespace FrameRpc.Bench.Channels;

/// <summary>One payload repeated many times, as bytes in memory and as a stream.</summary>
internal static class RepeatedPayload
{
    /// <summary>Made once, so that its pieces do not count as allocations of a download.</summary>
    public static ReadOnlySequence<byte> AsBytes(byte[] payload, int timesMax)
    {
        var first = new Segment(payload, 0);
        Segment last = first;
        for (int time = 1; time < timesMax; time++)
            last = last.Append(payload);
        return new ReadOnlySequence<byte>(first, 0, last, payload.Length);
    }

    public static Stream AsStream(byte[] payload, int times) => new RepeatingStream(payload, times);

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long runningIndex)
        {
            Memory = memory;
            RunningIndex = runningIndex;
        }

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }

    private sealed class RepeatingStream(byte[] payload, int times) : MemoryStream(payload)
    {
        private int _left = times;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position == Length && --_left > 0)
                Position = 0;
            return base.ReadAsync(buffer, cancellationToken);
        }
    }
}
