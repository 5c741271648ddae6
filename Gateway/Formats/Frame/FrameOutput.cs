using FrameRpc.Gateway.EventLoop;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

/// <summary>
/// How parts of messages leave the gateway, to a server or to a caller. What is held whole leaves in one write and without
/// its trailing newline: a first implementation's JSON decoder stops at the last bracket, and a newline that arrives later
/// stays in its connection and is taken for the start of the next frame.
/// </summary>
internal static class FrameOutput
{
    private static ReadOnlySpan<byte> JsonWhiteSpace => " \t\r\n"u8;

    /// <summary>One frame that is the whole header part.</summary>
    public static void WriteHeader(Connection sink, ReadOnlySpan<byte> json) => WritePart(sink, FrameType.Header, json.TrimEnd(JsonWhiteSpace));

    /// <summary>One frame that is the whole JSON part, however many it came in.</summary>
    public static void WriteJson(Connection sink, ReadOnlySpan<byte> json) => WritePart(sink, FrameType.Data, json.TrimEnd(JsonWhiteSpace));

    public static void WriteFrameHeader(Connection sink, FrameType type, bool noMoreFrames, int payloadBytes)
    {
        Span<byte> header = stackalloc byte[FrameHeader.Bytes];
        new FrameHeader(type, noMoreFrames, (uint)payloadBytes).Write(header);
        sink.Write(header);
    }

    /// <summary>
    /// Breaks a message off so that nobody can take it for whole: with a reset frame where the sink stands between frames,
    /// else with an abortive close, for a first implementation reads an orderly close inside a payload as its normal end.
    /// </summary>
    /// <param name="sink">Where the message was going.</param>
    /// <param name="payloadBytesLeft">What the sink still expects of the frame it is in.</param>
    public static void Break(Connection sink, long payloadBytesLeft)
    {
        if (payloadBytesLeft > 0 && sink.CanReset)
        {
            sink.Abort();
            return;
        }
        sink.CutIncoming();
        // A Unix socket cannot be reset. The frame is filled up instead, so that the reset frame behind it is seen.
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
