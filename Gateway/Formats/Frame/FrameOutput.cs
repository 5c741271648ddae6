using FrameRpc.Gateway.EventLoop;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

/// <summary>
/// Writes parts of messages to a server or to a caller. A part that is held completely leaves in one write and without its trailing
/// newline: the JSON decoder of the first implementation stops at the last bracket, and a newline that arrives later is read as the
/// start of the next frame.
/// </summary>
internal static class FrameOutput
{
    private static ReadOnlySpan<byte> JsonWhiteSpace => " \t\r\n"u8;

    /// <summary>Writes the header part as one frame.</summary>
    public static void WriteHeader(Connection sink, ReadOnlySpan<byte> json) => WritePart(sink, FrameType.Header, json.TrimEnd(JsonWhiteSpace));

    /// <summary>Writes the JSON part as one frame.</summary>
    public static void WriteJson(Connection sink, ReadOnlySpan<byte> json) => WritePart(sink, FrameType.Data, json.TrimEnd(JsonWhiteSpace));

    public static void WriteFrameHeader(Connection sink, FrameType type, bool noMoreFrames, int payloadBytes)
    {
        Span<byte> header = stackalloc byte[FrameHeader.Bytes];
        new FrameHeader(type, noMoreFrames, (uint)payloadBytes).Write(header);
        sink.Write(header);
    }

    /// <summary>
    /// Ends the connection so that the sink cannot take an incomplete message for a complete one: with a reset frame between frames, else
    /// with an abortive close, because the first implementation reads an orderly close inside a payload as its normal end.
    /// </summary>
    /// <param name="sink">The receiver of the message.</param>
    /// <param name="payloadBytesLeft">What the sink still expects of the current frame.</param>
    public static void Break(Connection sink, long payloadBytesLeft)
    {
        if (payloadBytesLeft > 0 && sink.CanReset)
        {
            sink.Abort();
            return;
        }
        sink.CutIncoming();
        // A Unix socket cannot be reset. The frame is filled up instead, so that the sink reads the reset frame behind it.
        ReadOnlySpan<byte> filling = stackalloc byte[1024];
        for (; payloadBytesLeft > 0; payloadBytesLeft -= Math.Min(filling.Length, payloadBytesLeft))
            sink.Write(filling[..(int)Math.Min(filling.Length, payloadBytesLeft)]);
        sink.Write(FrameHeader.Reset);
        sink.EndAfterOutput();
    }

    private static void WritePart(Connection sink, FrameType type, ReadOnlySpan<byte> payload)
    {
        WriteFrameHeader(sink, type, noMoreFrames: true, payload.Length);
        sink.Write(payload);
    }
}
