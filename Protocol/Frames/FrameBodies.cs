using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace FrameRpc.Protocol.Frames;

/// <summary>One empty frame: without a data part, the reader would take the next header for it.</summary>
internal sealed class NoBody : FrameBody
{
    public override DataType DataType => DataType.None;

    internal override ValueTask WriteAsync(FrameWriter writer, CancellationToken stop) => writer.WriteFrameAsync(default, last: true);
}

/// <summary>
/// One JSON value without a newline, in frames of which the last is not empty: the first implementation's decoder stops at the end of the value, and
/// reads a newline or an empty frame that arrives later as the next message's header.
/// </summary>
internal sealed class JsonBody(ReadOnlyMemory<byte> utf8Value) : FrameBody
{
    public override DataType DataType => DataType.Json;

    internal override int JsonBytes => utf8Value.Length;

    internal override async ValueTask WriteAsync(FrameWriter writer, CancellationToken stop)
    {
        ReadOnlyMemory<byte> left = utf8Value;
        for (; left.Length > FrameHeader.PayloadBytesMax; left = left[FrameHeader.PayloadBytesMax..])
        {
            stop.ThrowIfCancellationRequested();
            await writer.WriteFrameAsync(new ReadOnlySequence<byte>(left[..FrameHeader.PayloadBytesMax]), last: false).ConfigureAwait(false);
        }
        await writer.WriteFrameAsync(new ReadOnlySequence<byte>(left), last: true).ConfigureAwait(false);
    }
}

/// <summary>Octets in memory, in frames of maximum length.</summary>
internal sealed class BytesBody(ReadOnlySequence<byte> bytes) : FrameBody
{
    public override DataType DataType => DataType.Octets;

    internal override async ValueTask WriteAsync(FrameWriter writer, CancellationToken stop)
    {
        ReadOnlySequence<byte> left = bytes;
        for (; left.Length > FrameHeader.PayloadBytesMax; left = left.Slice(FrameHeader.PayloadBytesMax))
        {
            stop.ThrowIfCancellationRequested();
            await writer.WriteFrameAsync(left.Slice(0, FrameHeader.PayloadBytesMax), last: false).ConfigureAwait(false);
        }
        await writer.WriteFrameAsync(left, last: true).ConfigureAwait(false);
    }
}

/// <summary>Octets from a stream, read directly into the memory that is sent: each read is one frame, and an empty one ends the part.</summary>
internal sealed class StreamBody(Stream source, bool leaveOpen) : FrameBody
{
    /// <summary>
    /// Bytes of one read; with the frame header an array of the pool. The length precedes the payload, so a frame is no longer than the data at hand.
    /// </summary>
    public const int FrameBytes = (256 << 10) - FrameHeader.Bytes;

    public override DataType DataType => DataType.Octets;

    internal override async ValueTask WriteAsync(FrameWriter writer, CancellationToken stop)
    {
        // A stream may be slow, and the receiver should get the header at once.
        await writer.FlushHeaderAsync().ConfigureAwait(false);
        int read;
        do
        {
            Memory<byte> payload = writer.ReservePayload(FrameBytes);
            try
            {
                read = await source.ReadAsync(payload, stop).ConfigureAwait(false);
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                throw new BodySourceException(e);
            }
            await writer.WriteReservedAsync(read, last: read == 0).ConfigureAwait(false);
        }
        while (read > 0);
    }

    internal override ValueTask ReleaseAsync() => leaveOpen ? ValueTask.CompletedTask : source.DisposeAsync();
}

/// <summary>Octets from a pipe: each read is one frame, without copying.</summary>
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
                // Before reading begins: if this fails, the pipe must not be released while a read is under way.
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

/// <summary>The source of a body could not be read. Tells the source's own exception apart from those of the connection.</summary>
internal sealed class BodySourceException(Exception inner) : Exception(inner.Message, inner);
