using System.Globalization;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

/// <summary>Reads the replies on one connection of the load, one after the other, and checks every byte of them.</summary>
internal sealed class FrameLoadReader(FrameLoadConnection connection, FrameExpectedReply expected)
{
    private Phase _phase;
    private MessageScanner _scan;
    /// <summary>The last header part that was read and found correct. All are the same, so most are only compared.</summary>
    private byte[] _correctHeader = [];
    private int _frameBytesLeft;
    private bool _lastFrame;
    private long _bodyAt;
    private string? _failure;

    private enum Phase : byte
    {
        /// <summary>Waiting for the header part.</summary>
        Header,
        /// <summary>Waiting for the next frame header of the data part.</summary>
        FrameHeader,
        /// <summary>In the payload of a frame.</summary>
        Payload,
    }

    /// <summary>How many bytes have to be there before something can be done, as far as that is known.</summary>
    public int WantedBytes { get; private set; } = FrameHeader.Bytes;

    /// <returns>How many bytes were used; 0 where more are needed.</returns>
    public int Consume(ReadOnlySpan<byte> bytes) => _phase switch
    {
        Phase.Header => ConsumeHeader(bytes),
        Phase.FrameHeader => ConsumeFrameHeader(bytes),
        _ => ConsumePayload(bytes),
    };

    private int ConsumeHeader(ReadOnlySpan<byte> bytes)
    {
        FrameFault fault = _scan.ScanHeader(bytes);
        if (fault != FrameFault.None)
            return connection.Lose(bytes, fault == FrameFault.Reset ? "reset frame" : "wrong frame");
        WantedBytes = _scan.Wanted;
        int end = _scan.HeaderEnd;
        if (end == 0)
            return 0;
        bool hasData = true;
        _failure = bytes[..end].SequenceEqual(_correctHeader) ? null : CheckHeader(bytes, out hasData);
        _scan = default;
        WantedBytes = FrameHeader.Bytes;
        _bodyAt = 0;
        if (hasData)
            _phase = Phase.FrameHeader;
        else
            End();
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
        if (header.DataType != expected.DataType)
            return "wrong DataType";
        _correctHeader = bytes[.._scan.HeaderEnd].ToArray();
        return null;
    }

    private int ConsumeFrameHeader(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < FrameHeader.Bytes)
            return 0;
        var frame = FrameHeader.Read(bytes);
        if (!frame.IsValid || frame.Type != FrameType.Data)
            return connection.Lose(bytes, frame.Type == FrameType.Reset ? "reset frame" : "wrong frame");
        _frameBytesLeft = (int)frame.PayloadLength;
        _lastFrame = frame.NoMoreFrames;
        if (_frameBytesLeft > 0)
            _phase = Phase.Payload;
        else if (_lastFrame)
            EndBody();
        return FrameHeader.Bytes;
    }

    private int ConsumePayload(ReadOnlySpan<byte> bytes)
    {
        int taken = Math.Min(bytes.Length, _frameBytesLeft);
        if (_failure is null && !expected.Matches(bytes[..taken], _bodyAt, connection.OldestStamp))
            _failure = "wrong payload";
        _bodyAt += taken;
        _frameBytesLeft -= taken;
        connection.OnReplyPayload(taken);
        if (_frameBytesLeft > 0)
            return taken;
        _phase = Phase.FrameHeader;
        if (_lastFrame)
            EndBody();
        return taken;
    }

    private void EndBody()
    {
        if (_bodyAt < expected.Bytes)
            _failure ??= "wrong size";
        End();
    }

    private void End()
    {
        _phase = Phase.Header;
        connection.OnReplyEnded(_failure);
    }
}
