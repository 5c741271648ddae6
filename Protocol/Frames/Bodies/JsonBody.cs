using System.Buffers;

namespace FrameRpc.Protocol.Frames.Bodies;

/// <summary>
/// One JSON value without a newline behind it, in frames of which the last one is not empty: the first implementation's decoder stops at the value's end, and a
/// newline or an empty frame that it has not read by then is read as the next message's header.
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
