using System.Buffers;

namespace FrameRpc.Protocol.Frames.Bodies;

/// <summary>Octets that are in memory: frames as long as they may be.</summary>
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
