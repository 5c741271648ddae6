using FrameRpc.Gateway.EventLoop;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

/// <summary>The replies of the embedded server. Their headers never differ, so each is made once.</summary>
internal static class FrameDemoReplies
{
    /// <summary>By DataType.</summary>
    private static readonly byte[][] OkHeaders = [[], MakeOkHeader(DataType.None), MakeOkHeader(DataType.Json), MakeOkHeader(DataType.Octets)];

    public static FrameError UnknownEndpoint { get; } = new(ReplyError.Request, "no such endpoint; there are Echo, EchoOctets, Stream and Upload"u8);

    public static FrameError StreamTakesJson { get; } =
        new(ReplyError.Request, "Stream takes a JSON part such as {\"Bytes\":1048576}, with 0 or more bytes"u8);

    public static FrameError UploadTakesOctets { get; } = new(ReplyError.Request, "Upload takes octets, DataType 3"u8);

    public static FrameError NoneIsEmpty { get; } = new(ReplyError.Request, "with DataType 1 the data part must be empty"u8);

    public static void WriteNone(Connection client)
    {
        WriteHeader(client, DataType.None);
        FrameOutput.WriteFrameHeader(client, FrameType.Data, noMoreFrames: true, 0);
    }

    /// <summary>Header and body follow each other in the output, so that one write sends both.</summary>
    public static void WriteJson(Connection client, ReadOnlySpan<byte> json)
    {
        WriteHeader(client, DataType.Json);
        FrameOutput.WriteJson(client, json);
    }

    /// <summary>The header part of a reply that succeeds; its data part follows.</summary>
    public static void WriteHeader(Connection client, DataType dataType) => FrameOutput.WriteHeader(client, OkHeaders[(int)dataType]);

    private static byte[] MakeOkHeader(DataType dataType)
    {
        Span<byte> json = stackalloc byte[MessageHeader.BytesMax];
        return json[..new MessageHeader([], dataType, DataType.Absent, ReplyError.Ok, []).Write(json)].ToArray();
    }
}
