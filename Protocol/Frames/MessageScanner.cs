namespace FrameRpc.Protocol.Frames;

/// <summary>What is wrong with the frames of a message.</summary>
public enum FrameFault
{
    /// <summary>No fault.</summary>
    None,

    /// <summary>The peer ended the connection with <see cref="FrameType.Reset"/>.</summary>
    Reset,

    /// <summary>A type that is not allowed here: the stream is out of step.</summary>
    WrongType,

    /// <summary>A frame longer than <see cref="FrameHeader.PayloadBytesMax"/>: the stream is out of step.</summary>
    FrameTooLong,

    /// <summary>A header part of more than <see cref="MessageHeader.BytesMax"/> bytes or <see cref="MessageScanner.HeaderFramesMax"/> frames.</summary>
    HeaderTooLong,
}

/// <summary>
/// Finds the parts of a message at the front of a buffer that grows as bytes arrive. No frame is scanned twice, so a peer that sends single bytes
/// costs no more than one that sends them at once.
/// </summary>
/// <remarks>Every call gets all bytes from the start of the message. <c>default</c> is ready for a new message. Allocates nothing.</remarks>
public struct MessageScanner
{
    /// <summary>Maximum frames of one header part. The first implementation sends one; more than this can only be deliberate.</summary>
    public const int HeaderFramesMax = 64;

    private int _at;
    private int _headerFrames;
    private int _dataFrames;

    /// <summary>Bytes of the header part's frames, 0 until it is complete: the data part begins here.</summary>
    public int HeaderEnd { get; private set; }

    /// <summary>Bytes of the message's frames, 0 until it is complete: the next message begins here.</summary>
    public int End { get; private set; }

    /// <summary>Bytes of payload in the header part, so far.</summary>
    public int HeaderBytes { get; private set; }

    /// <summary>Bytes of payload in the data part, so far.</summary>
    public int DataBytes { get; private set; }

    /// <summary>Bytes of the message needed to continue.</summary>
    public int Wanted { get; private set; }

    /// <summary>Where scanning stopped: the start of the first frame that is incomplete or invalid.</summary>
    public readonly int At => _at;

    /// <summary>Scans the header part; <see cref="HeaderEnd"/> is set when it is complete.</summary>
    public FrameFault ScanHeader(ReadOnlySpan<byte> bytes)
    {
        while (HeaderEnd == 0)
        {
            FrameFault fault = Next(bytes, FrameType.Header, out FrameHeader frame);
            if (fault != FrameFault.None)
                return fault;
            if (frame == default)
                return FrameFault.None;
            if (HeaderBytes + frame.PayloadLength > MessageHeader.BytesMax || _headerFrames == HeaderFramesMax)
                return FrameFault.HeaderTooLong;
            if (!IsWhole(bytes, frame))
                return FrameFault.None;
            _headerFrames++;
            HeaderBytes += (int)frame.PayloadLength;
            if (frame.NoMoreFrames)
                HeaderEnd = _at;
        }
        return FrameFault.None;
    }

    /// <summary>Scans the data part after a complete header part; <see cref="End"/> is set when it is complete.</summary>
    public FrameFault ScanData(ReadOnlySpan<byte> bytes)
    {
        while (End == 0)
        {
            FrameFault fault = Next(bytes, FrameType.Data, out FrameHeader frame);
            if (fault != FrameFault.None || frame == default || !IsWhole(bytes, frame))
                return fault;
            _dataFrames++;
            DataBytes += (int)frame.PayloadLength;
            if (frame.NoMoreFrames)
                End = _at;
        }
        return FrameFault.None;
    }

    /// <summary>The complete header part's payload: in place if it is one frame, else gathered into <paramref name="scratch"/>.</summary>
    public readonly ReadOnlySpan<byte> Header(ReadOnlySpan<byte> bytes, Span<byte> scratch) =>
        Payload(bytes[..HeaderEnd], _headerFrames, HeaderBytes, scratch);

    /// <summary>The complete data part's payload, likewise.</summary>
    public readonly ReadOnlySpan<byte> Data(ReadOnlySpan<byte> bytes, Span<byte> scratch) =>
        Payload(bytes[HeaderEnd..End], _dataFrames, DataBytes, scratch);

    private static ReadOnlySpan<byte> Payload(ReadOnlySpan<byte> part, int frames, int payloadBytes, Span<byte> scratch)
    {
        if (frames == 1)
            return part[FrameHeader.Bytes..];
        int gathered = 0;
        while (!part.IsEmpty)
        {
            int length = (int)FrameHeader.Read(part).PayloadLength;
            part.Slice(FrameHeader.Bytes, length).CopyTo(scratch[gathered..]);
            gathered += length;
            part = part[(FrameHeader.Bytes + length)..];
        }
        return scratch[..payloadBytes];
    }

    /// <summary>The header of the next frame; <c>default</c> while it is incomplete.</summary>
    private FrameFault Next(ReadOnlySpan<byte> bytes, FrameType expected, out FrameHeader frame)
    {
        frame = default;
        Wanted = _at + FrameHeader.Bytes;
        if (bytes.Length < Wanted)
            return FrameFault.None;
        frame = FrameHeader.Read(bytes[_at..]);
        if (frame.Type == FrameType.Reset && frame.IsValid)
            return FrameFault.Reset;
        if (frame.Type != expected)
            return FrameFault.WrongType;
        return frame.IsValid ? FrameFault.None : FrameFault.FrameTooLong;
    }

    private bool IsWhole(ReadOnlySpan<byte> bytes, FrameHeader frame)
    {
        Wanted = _at + FrameHeader.Bytes + (int)frame.PayloadLength;
        if (bytes.Length < Wanted)
            return false;
        _at = Wanted;
        return true;
    }
}
