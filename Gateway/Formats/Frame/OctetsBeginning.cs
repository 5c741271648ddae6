using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

/// <summary>Whether an octets part could be read as a header.</summary>
internal enum OctetsVerdict : byte
{
    /// <summary>More of the part is needed.</summary>
    Undecided,
    /// <summary>No server can read it as a header.</summary>
    Harmless,
    /// <summary>A server that leaves the part unread would read its beginning as a header.</summary>
    HeaderLike,
}

/// <summary>
/// Checks whether octets begin with something that could be read as a header: JSON <c>null</c>, or a complete JSON object that is no
/// longer than the longest header.
/// </summary>
/// <remarks>
/// The first implementation leaves the octets of an unknown method unread and decodes a header from them. If that fails, it closes the
/// connection. <c>null</c> ends its process. An object, even an empty one, is a request for some method: it is answered, and decoding
/// continues behind the object, so that the octets may contain frames that are read as such. The first byte decides, except
/// for octets that begin with <c>{</c> or <c>n</c>.
/// Source: zrepl of 2017, <c>rpc/frame_layer.go</c>, <c>rpc/server.go</c>.
/// </remarks>
internal struct OctetsBeginning
{
    /// <summary>The most of a part that is held until this is decided, including frame headers: 4 KiB of payload in frames of 3 bytes or more.</summary>
    public const int HeldBytesMax = 16 * 1024;

    private JsonChecker _value;
    private int _at;
    private int _payloadBytes;
    private uint _frameBytesLeft;
    private bool _lastFrame;

    /// <param name="part">All that was received of the part, from its first frame header on.</param>
    public OctetsVerdict Look(ReadOnlySpan<byte> part)
    {
        while (true)
        {
            if (_frameBytesLeft == 0)
            {
                if (_lastFrame)
                    return OctetsVerdict.Harmless;
                if (part.Length - _at < FrameHeader.Bytes)
                    return UndecidedOf(part.Length);
                FrameHeader frame = FrameHeader.Read(part[_at..]);
                // The relay reads the frame again and reports the error.
                if (frame.Type != FrameType.Data || !frame.IsValid)
                    return OctetsVerdict.Harmless;
                _at += FrameHeader.Bytes;
                _frameBytesLeft = frame.PayloadLength;
                _lastFrame = frame.NoMoreFrames;
                continue;
            }
            if (_at == part.Length)
                return UndecidedOf(part.Length);
            if (LookAt(part[_at]) is var verdict and not OctetsVerdict.Undecided)
                return verdict;
            _at++;
            _frameBytesLeft--;
        }
    }

    /// <remarks>One byte at a time, because the end of the value decides, not what follows it.</remarks>
    private OctetsVerdict LookAt(byte next)
    {
        bool hadBegun = _value.HasBegun;
        if (!_value.Feed([next]) || ++_payloadBytes > MessageHeader.BytesMax)
            return OctetsVerdict.Harmless;
        if (!hadBegun && _value.HasBegun && next is not ((byte)'{' or (byte)'n'))
            return OctetsVerdict.Harmless;
        if (_value.Complete && (_value.IsObject || _value.CouldBeHeader))
            return OctetsVerdict.HeaderLike;
        return OctetsVerdict.Undecided;
    }

    /// <summary>A part that is still undecided at the limit consists of tiny or empty frames, and is treated as an attack.</summary>
    private static OctetsVerdict UndecidedOf(int bytes) => bytes < HeldBytesMax ? OctetsVerdict.Undecided : OctetsVerdict.HeaderLike;
}
