using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

/// <summary>What the beginning of an octets part shows.</summary>
internal enum OctetsVerdict : byte
{
    /// <summary>More of it has to come.</summary>
    Undecided,
    /// <summary>No server can take it for a header.</summary>
    Harmless,
    /// <summary>A server that leaves the part unread would take its beginning for a header.</summary>
    HeaderLike,
}

/// <summary>
/// Looks whether octets begin with what could pass for a header: JSON <c>null</c>, or a whole JSON object within the longest header.
/// </summary>
/// <remarks>
/// A first implementation that lacks the method leaves the octets unread and decodes a header from them. Where that fails it closes the
/// connection. <c>null</c> ends its process. An object, even an empty one, is a request for some method; it is answered, and the decoder
/// stands somewhere behind the object, so that the octets behind it may hold frames that are read as such. All but octets that begin
/// with <c>{</c> or <c>null</c> are decided by their first byte.
/// Source: zrepl of 2017, <c>rpc/frame_layer.go</c>, <c>rpc/server.go</c>.
/// </remarks>
internal struct OctetsBeginning
{
    /// <summary>What may be held of a part until this is decided, frames and all: 4 KiB of payload fit, in frames of 3 bytes and more.</summary>
    public const int HeldBytesMax = 16 * 1024;

    private JsonChecker _value;
    private int _at;
    private int _payloadBytes;
    private uint _frameBytesLeft;
    private bool _lastFrame;

    /// <param name="part">All that has come of the part, from its first frame header on.</param>
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
                // Whatever is wrong with it is told by the relay, which reads it again.
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

    /// <remarks>One byte at a time, because what matters is where the value ends, not what follows it.</remarks>
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

    /// <summary>A part that is still undecided in so many bytes is one of empty frames, made to be held.</summary>
    private static OctetsVerdict UndecidedOf(int bytes) => bytes < HeldBytesMax ? OctetsVerdict.Undecided : OctetsVerdict.HeaderLike;
}
