using FrameRpc.Protocol.Frames;

namespace FrameRpc.Tests.Simulation.Frames;

/// <summary>The result of reading a part as the first implementation does.</summary>
internal enum LenientRead
{
    Bytes,
    /// <summary>No data.</summary>
    Nothing,
    End,
    /// <summary>A reset frame, or a frame that is too long: the connection cannot be used any more.</summary>
    Broken,
}

/// <summary>
/// The payload of frames of any type, as the first implementation reads a part: it ignores types, and unread bytes stay in the connection, where they
/// begin the next part.
/// </summary>
internal struct LenientPart(int bytesMax = int.MaxValue)
{
    private uint _frameBytesLeft;
    private bool _lastFrame;
    private int _bytesLeft = bytesMax;

    /// <summary>Reads what has arrived, at most this many bytes.</summary>
    public LenientRead Read(ByteQueue connection, int bytesMax, List<byte> into)
    {
        if (_bytesLeft == 0)
            return LenientRead.End;
        while (_frameBytesLeft == 0)
        {
            if (_lastFrame)
                return LenientRead.End;
            if (connection.Count < FrameHeader.Bytes)
                return LenientRead.Nothing;
            FrameHeader frame = FrameHeader.Read(connection.Bytes);
            connection.Skip(FrameHeader.Bytes);
            if (frame.Type == FrameType.Reset || frame.PayloadLength > FrameHeader.PayloadBytesMax)
                return LenientRead.Broken;
            _frameBytesLeft = frame.PayloadLength;
            _lastFrame = frame.NoMoreFrames;
        }
        int taken = (int)Math.Min(Math.Min(bytesMax, connection.Count), Math.Min(_frameBytesLeft, _bytesLeft));
        if (taken == 0)
            return LenientRead.Nothing;
        into.AddRange(connection.Bytes[..taken]);
        connection.Skip(taken);
        _frameBytesLeft -= (uint)taken;
        _bytesLeft -= taken;
        return LenientRead.Bytes;
    }
}
