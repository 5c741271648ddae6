using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation.Frames;

namespace FrameRpc.Tests.Protocol;

/// <summary>How the first implementation reads a JSON part: its decoder asks for more in growing reads, stops at the end of the value, and leaves what it has not read.</summary>
/// <remarks>
/// Go's <c>json.Decoder</c> reads into a buffer that begins with 512 bytes and doubles, and the reader beneath it gives at most what is left of one frame. What
/// stays unread in a frame is what the peer takes for the beginning of the next message. Source: encoding/json/stream.go, and zrepl's rpc/frame_layer.go.
/// </remarks>
internal static class FirstImplementation
{
    private const int ReadBytesMin = 512;

    /// <summary>How many bytes and frames the decoder leaves of a part, which then are read as the next message. Both have to be 0.</summary>
    public static (int Bytes, int Frames) Leftover(IReadOnlyList<Frame> part)
    {
        var value = new JsonChecker();
        int capacity = 0;
        int buffered = 0;
        for (int frame = 0; frame < part.Count; frame++)
        {
            for (int at = 0; at < part[frame].Payload.Length;)
            {
                // Decoder.refill: the buffer grows when less than the minimum is free in it.
                if (capacity - buffered < ReadBytesMin)
                    capacity = 2 * capacity + ReadBytesMin;
                int read = Math.Min(capacity - buffered, part[frame].Payload.Length - at);
                _ = value.Feed(part[frame].Payload.AsSpan(at, read));
                at += read;
                buffered += read;
                if (value.Complete)
                    return (part[frame].Payload.Length - at, part.Count - 1 - frame);
            }
        }
        throw new InvalidDataException("the value does not end");
    }
}
