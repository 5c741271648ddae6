using System.Globalization;
using FrameRpc.Gateway.Demo;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

internal sealed partial class FrameLoadConnection
{
    private readonly DataType _replyType;

    private MessageScanner _scan;
    /// <summary>The last header part that was read and found right. All of them are the same, so most are only compared.</summary>
    private byte[] _rightHeader = [];
    private bool _inData;
    private int _frameBytesLeft;
    private bool _lastFrame;
    private long _bodyAt;
    private string? _replyFailure;

    private long BodyBytes => _streamBytes ?? _uploadReply?.Length ?? Payload.Length;

    protected override int ConsumeReply(ReadOnlySpan<byte> bytes)
    {
        if (Outstanding == 0)
            return Lose(bytes, "reply without a call");
        return _frameBytesLeft > 0 ? ConsumePayload(bytes) : _inData ? ConsumeFrameHeader(bytes) : ConsumeHeader(bytes);
    }

    private int ConsumeHeader(ReadOnlySpan<byte> bytes)
    {
        FrameFault fault = _scan.ScanHeader(bytes);
        if (fault != FrameFault.None)
            return Lose(bytes, fault == FrameFault.Reset ? "reset frame" : "wrong frame");
        MessageBytes = _scan.Wanted;
        int end = _scan.HeaderEnd;
        if (end == 0)
            return 0;
        bool hasData = true;
        _replyFailure = bytes[..end].SequenceEqual(_rightHeader) ? null : CheckHeader(bytes, out hasData);
        _scan = default;
        MessageBytes = FrameHeader.Bytes;
        _bodyAt = 0;
        _inData = hasData;
        if (!hasData)
            EndReply();
        return end;
    }

    /// <summary>What is wrong with the header, or null. An error reply is a header alone.</summary>
    private string? CheckHeader(ReadOnlySpan<byte> bytes, out bool hasData)
    {
        Span<byte> gathered = stackalloc byte[MessageHeader.BytesMax];
        Span<byte> text = stackalloc byte[MessageHeader.BytesMax];
        MessageHeaderFault fault = MessageHeader.TryRead(_scan.Header(bytes, gathered), text, out MessageHeader header);
        hasData = fault != MessageHeaderFault.None || header.Error == ReplyError.Ok;
        if (fault != MessageHeaderFault.None)
            return "wrong header";
        if (header.Error != ReplyError.Ok)
            return string.Create(CultureInfo.InvariantCulture, $"error {(int)header.Error}");
        if (header.DataType != _replyType)
            return "wrong DataType";
        _rightHeader = bytes[.._scan.HeaderEnd].ToArray();
        return null;
    }

    private int ConsumeFrameHeader(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < FrameHeader.Bytes)
            return 0;
        var frame = FrameHeader.Read(bytes);
        if (!frame.IsValid || frame.Type != FrameType.Data)
            return Lose(bytes, frame.Type == FrameType.Reset ? "reset frame" : "wrong frame");
        _frameBytesLeft = (int)frame.PayloadLength;
        _lastFrame = frame.NoMoreFrames;
        if (_lastFrame && _frameBytesLeft == 0)
            EndReply();
        return FrameHeader.Bytes;
    }

    private int ConsumePayload(ReadOnlySpan<byte> bytes)
    {
        int taken = Math.Min(bytes.Length, _frameBytesLeft);
        if (_replyFailure is null && !IsRight(bytes[..taken]))
            _replyFailure = "wrong payload";
        _bodyAt += taken;
        _frameBytesLeft -= taken;
        CountReply(taken);
        if (_lastFrame && _frameBytesLeft == 0)
            EndReply();
        return taken;
    }

    private bool IsRight(ReadOnlySpan<byte> part)
    {
        int inBody = (int)Math.Clamp(BodyBytes - _bodyAt, 0, part.Length);
        ReadOnlySpan<byte> behind = part[inBody..];
        // A server may end JSON with a newline, as the first implementation does.
        if (!behind.IsEmpty && (_replyType != DataType.Json || !behind.SequenceEqual("\n"u8)))
            return false;
        ReadOnlySpan<byte> body = part[..inBody];
        if (_streamBytes is not null)
            return DemoContent.Matches(body, _bodyAt);
        ReadOnlySpan<byte> right = _uploadReply ?? Payload.Stamped(_calls[_oldest].Stamp);
        return right.Slice((int)Math.Min(_bodyAt, right.Length), inBody).SequenceEqual(body);
    }

    private void EndReply()
    {
        if (_inData && _bodyAt < BodyBytes)
            _replyFailure ??= "wrong size";
        _inData = false;
        long intendedAt = _calls[_oldest].IntendedAt;
        _oldest = (_oldest + 1) % _calls.Length;
        EndCall(intendedAt, _replyFailure);
    }

    private int Lose(ReadOnlySpan<byte> bytes, string failure)
    {
        Desynchronise(failure);
        return bytes.Length;
    }
}
