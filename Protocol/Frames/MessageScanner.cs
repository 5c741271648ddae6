namespace FrameRpc.Protocol.Frames;

/// <summary>What is wrong with the frames of a message.</summary>
public enum FrameFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The peer ended the connection with <see cref="FrameType.Reset"/>.</summary>
    Reset,

    /// <summary>A type that cannot stand here: the place in the stream is lost.</summary>
    WrongType,

    /// <summary>A frame longer than <see cref="FrameHeader.PayloadBytesMax"/>: the place in the stream is lost.</summary>
    FrameTooLong,

    /// <summary>A header part of more than <see cref="MessageHeader.BytesMax"/> bytes or <see cref="MessageScanner.HeaderFramesMax"/> frames.</summary>
    HeaderTooLong,
}

/// <summary>
/// Finds the parts of a message at the front of a buffer that grows as bytes arrive. No frame is walked twice, so a peer that sends single bytes costs no
/// more than one that sends them at once.
/// </summary>
/// <remarks>Every call gets all bytes from the start of the message. <c>default</c> is ready for a new message. Nothing is allocated.</remarks>
public struct MessageScanner
{
    /// <summary>Frames of one header part. The first implementation sends one; more than this is somebody playing with empty frames.</summary>
    public const int HeaderFramesMax = 64;

    private int _at;
    private int _headerFrames;
    private int _dataFrames;

    /// <summary>Bytes of the header part's frames, 0 until it is whole: here the data part begins.</summary>
    public int HeaderEnd { get; private set; }

    /// <summary>Bytes of the message's frames, 0 until it is whole: here the next message begins.</summary>
    public int End { get; private set; }

    /// <summary>Bytes of payload in the header part, so far.</summary>
    public int HeaderBytes { get; private set; }

    /// <summary>Bytes of payload in the data part, so far.</summary>
    public int DataBytes { get; private set; }

    /// <summary>How many bytes of the message are needed to get on.</summary>
    public int Wanted { get; private set; }

    /// <summary>Where walking stopped: the start of the first frame that is not whole, or not right.</summary>
    public readonly int At => _at;

    /// <summary>Walks the header part; <see cref="HeaderEnd"/> is set when it is whole.</summary>
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

    /// <summary>Walks the data part behind a whole header part; <see cref="End"/> is set when it is whole.</summary>
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

    /// <summary>The whole header part's payload: where it stands when it came in one frame, else gathered into <paramref name="scratch"/>.</summary>
    public readonly ReadOnlySpan<byte> Header(ReadOnlySpan<byte> bytes, Span<byte> scratch) =>
        Payload(bytes[..HeaderEnd], _headerFrames, HeaderBytes, scratch);

    /// <summary>The whole data part's payload, likewise.</summary>
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

    /// <summary>The header of the next frame; <c>default</c> while it is not whole.</summary>
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
