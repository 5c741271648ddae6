using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

internal enum FrameDemoEndpoint : byte
{
    Unknown,
    Echo,
    Stream,
    Upload,
}

/// <summary>What a request asks of the embedded server, by its header.</summary>
internal readonly record struct FrameDemoRequest(FrameDemoEndpoint Endpoint, DataType DataType)
{
    /// <returns>The error reply to a request that the server does not serve; else null.</returns>
    public static FrameError? Read(ReadOnlySpan<byte> headerJson, out FrameDemoRequest request)
    {
        Span<byte> text = stackalloc byte[MessageHeader.BytesMax];
        MessageHeaderFault fault = MessageHeader.TryRead(headerJson, text, out MessageHeader header);
        request = new FrameDemoRequest(EndpointOf(header.Endpoint), header.DataType);
        return fault == MessageHeaderFault.None ? request.Fault() : FrameErrors.Of(fault);
    }

    private static FrameDemoEndpoint EndpointOf(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("Echo"u8) || name.SequenceEqual("EchoOctets"u8) ? FrameDemoEndpoint.Echo
        : name.SequenceEqual("Stream"u8) ? FrameDemoEndpoint.Stream
        : name.SequenceEqual("Upload"u8) ? FrameDemoEndpoint.Upload
        : FrameDemoEndpoint.Unknown;

    private FrameError? Fault() =>
        DataType is not (DataType.None or DataType.Json or DataType.Octets) ? FrameErrors.UnknownDataType : Endpoint switch
        {
            FrameDemoEndpoint.Unknown => FrameDemoReplies.UnknownEndpoint,
            FrameDemoEndpoint.Stream when DataType != DataType.Json => FrameDemoReplies.StreamTakesJson,
            FrameDemoEndpoint.Upload when DataType != DataType.Octets => FrameDemoReplies.UploadTakesOctets,
            _ => null,
        };
}
