using FrameRpc.Gateway.Bench;
using FrameRpc.Gateway.Demo;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

/// <summary>The reply that a call of the load has to get: the body that it sent, a stream, or the size of an upload.</summary>
internal sealed class FrameExpectedReply(LoadPlan plan, LoadPayload payload)
{
    private readonly byte[]? _uploadReply = plan.UploadBytes is { } uploadBytes ? DemoBytes.Json(uploadBytes) : null;

    public DataType DataType { get; } =
        plan.StreamBytes is not null ? DataType.Octets : plan.UploadBytes is not null ? DataType.Json : plan.DataType;

    public long Bytes => plan.StreamBytes ?? _uploadReply?.Length ?? payload.Length;

    /// <param name="part">A piece of the body that was received.</param>
    /// <param name="at">Its offset in the body.</param>
    /// <param name="stamp">Of the call; see <see cref="LoadPayload"/>.</param>
    public bool Matches(ReadOnlySpan<byte> part, long at, ulong stamp)
    {
        int inBody = (int)Math.Clamp(Bytes - at, 0, part.Length);
        ReadOnlySpan<byte> behind = part[inBody..];
        // A server may end JSON with a newline, as the first implementation does.
        if (!behind.IsEmpty && (DataType != DataType.Json || !behind.SequenceEqual("\n"u8)))
            return false;
        ReadOnlySpan<byte> body = part[..inBody];
        if (plan.StreamBytes is not null)
            return DemoContent.Matches(body, at);
        ReadOnlySpan<byte> expected = _uploadReply ?? payload.Stamped(stamp);
        return expected.Slice((int)Math.Min(at, expected.Length), inBody).SequenceEqual(body);
    }
}
