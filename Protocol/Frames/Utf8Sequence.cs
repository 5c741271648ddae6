namespace FrameRpc.Protocol.Frames;

/// <summary>One multi-byte character of UTF-8, byte by byte (RFC 3629, section 4).</summary>
internal struct Utf8Sequence
{
    private byte _left;
    private byte _nextMin;
    private byte _nextMax;

    public readonly bool Ended => _left == 0;

    /// <summary>Takes the first byte. False if no character begins with it.</summary>
    public bool Begin(byte first)
    {
        (_left, _nextMin, _nextMax) = first switch
        {
            >= 0xC2 and <= 0xDF => ((byte)1, (byte)0x80, (byte)0xBF),
            0xE0 => ((byte)2, (byte)0xA0, (byte)0xBF),
            0xED => ((byte)2, (byte)0x80, (byte)0x9F),
            >= 0xE1 and <= 0xEF => ((byte)2, (byte)0x80, (byte)0xBF),
            0xF0 => ((byte)3, (byte)0x90, (byte)0xBF),
            >= 0xF1 and <= 0xF3 => ((byte)3, (byte)0x80, (byte)0xBF),
            0xF4 => ((byte)3, (byte)0x80, (byte)0x8F),
            _ => default,
        };
        return _left > 0;
    }

    /// <summary>Takes a further byte. False if the character cannot continue with it.</summary>
    public bool Continue(byte next)
    {
        bool right = next >= _nextMin && next <= _nextMax;
        (_left, _nextMin, _nextMax) = ((byte)(_left - 1), 0x80, 0xBF);
        return right;
    }
}
