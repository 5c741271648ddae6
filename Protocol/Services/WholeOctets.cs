using System.Buffers;
using System.IO.Pipelines;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Protocol.Services;

/// <summary>Octets that a method takes or returns as a whole, in memory.</summary>
internal static class WholeOctets
{
    /// <summary>The content of one frame. Larger octets should be streamed.</summary>
    public const int BytesMax = FrameHeader.PayloadBytesMax;

    /// <summary>Collects the octets of a message; null if there are more than allowed, and the rest is discarded.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(ReceivedMessage message, CancellationToken cancel)
    {
        PipeReader source = message.Octets;
        var octets = new ArrayBufferWriter<byte>();
        while (true)
        {
            ReadResult read = await source.ReadAsync(cancel).ConfigureAwait(false);
            if (read.Buffer.Length > BytesMax - octets.WrittenCount)
            {
                source.AdvanceTo(read.Buffer.Start);
                return null;
            }
            foreach (ReadOnlyMemory<byte> piece in read.Buffer)
                octets.Write(piece.Span);
            source.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                return octets.WrittenMemory;
        }
    }
}
