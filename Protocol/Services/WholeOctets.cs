using System.Buffers;
using System.IO.Pipelines;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Protocol.Services;

/// <summary>Octets that a method wants to have whole, in memory.</summary>
internal static class WholeOctets
{
    /// <summary>What one frame carries. Who wants more than that is better off with a stream.</summary>
    public const int BytesMax = FrameHeader.PayloadBytesMax;

    /// <summary>Gathers the octets of a message; none, where they are more than allowed, and the rest is given up.</summary>
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
