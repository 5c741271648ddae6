using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace FrameRpc.Protocol.Frames.Bodies;

/// <summary>Octets from a pipe: each time what it holds is one frame, and nothing is copied before the transport does.</summary>
internal sealed class PipeBody(PipeReader source) : FrameBody
{
    public override DataType DataType => DataType.Octets;

    internal override async ValueTask WriteAsync(FrameWriter writer, CancellationToken stop)
    {
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            if (!TryRead(out ReadResult read))
            {
                // Before the read begins: if this fails, the pipe must not be let go while something reads it.
                await writer.FlushHeaderAsync().ConfigureAwait(false);
                read = await ReadAsync(stop).ConfigureAwait(false);
            }
            ReadOnlySequence<byte> payload = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, FrameHeader.PayloadBytesMax));
            bool last = read.IsCompleted && payload.Length == read.Buffer.Length;
            if (last || !payload.IsEmpty)
                await writer.WriteFrameAsync(payload, last).ConfigureAwait(false);
            source.AdvanceTo(payload.End);
            if (last)
                return;
        }
    }

    internal override ValueTask ReleaseAsync() => source.CompleteAsync();

    private bool TryRead(out ReadResult read)
    {
        try
        {
            bool some = source.TryRead(out read);
            return some && read.IsCanceled ? throw Cancelled() : some;
        }
        catch (Exception e)
        {
            throw new BodySourceException(e);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> ReadAsync(CancellationToken stop)
    {
        try
        {
            ReadResult read = await source.ReadAsync(stop).ConfigureAwait(false);
            return read.IsCanceled ? throw Cancelled() : read;
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            throw new BodySourceException(e);
        }
    }

    private static OperationCanceledException Cancelled() => new("reading the body's pipe was cancelled");
}
