using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

/// <summary>An error reply that the gateway makes: a header part without a data part.</summary>
internal sealed class FrameError
{
    private readonly byte[] _json;

    public FrameError(ReplyError code, ReadOnlySpan<byte> message)
    {
        Code = code;
        Span<byte> json = stackalloc byte[MessageHeader.BytesMax];
        int length = new MessageHeader([], DataType.Absent, DataType.Absent, code, message).Write(json);
        _json = json[..length].ToArray();
    }

    /// <summary>For the counters.</summary>
    public RejectReason Why { get; init; } = RejectReason.Malformed;

    public ReplyError Code { get; }

    public void WriteTo(Connection caller) => FrameOutput.WriteHeader(caller, _json);
}
