using System.Buffers.Binary;

namespace FrameRpc.Protocol.Frames;

/// <summary>The 6 bytes before every payload of the frame format.</summary>
/// <remarks>
/// Layout, little endian; offsets and sizes in bytes:
/// <code>
///  0  1  type            see FrameType
///  1  1  noMoreFrames    any nonzero value: the last frame of this part of the message; written as 1
///  2  4  payloadLength   at most PayloadBytesMax
/// </code>
/// A peer may send the six bytes in pieces. Source: zrepl of 2017, <c>rpc/frame_layer.go</c>.
/// </remarks>
/// <param name="Type">The part of a message that the frame belongs to; any byte is possible.</param>
/// <param name="NoMoreFrames">Whether the part ends with this frame.</param>
/// <param name="PayloadLength">Bytes of payload that follow.</param>
public readonly record struct FrameHeader(FrameType Type, bool NoMoreFrames, uint PayloadLength)
{
    /// <summary>The length of a frame header, in bytes.</summary>
    public const int Bytes = 6;

    /// <summary>The longest payload of one frame, in bytes: 4 MiB. A longer one is a protocol error.</summary>
    public const int PayloadBytesMax = 4 * 1024 * 1024;

    /// <summary>The whole frame that ends a connection; it has no payload.</summary>
    public static ReadOnlySpan<byte> Reset => [(byte)FrameType.Reset, 1, 0, 0, 0, 0];

    /// <summary>
    /// Whether a peer may send this: a known type other than <see cref="FrameType.Trailer"/>, a length within <see cref="PayloadBytesMax"/>, and 0
    /// for <see cref="FrameType.Reset"/>.
    /// </summary>
    public bool IsValid => Type switch
    {
        FrameType.Header or FrameType.Data => PayloadLength <= PayloadBytesMax,
        FrameType.Reset => PayloadLength == 0,
        _ => false,
    };

    /// <summary>
    /// Decodes the first <see cref="Bytes"/> bytes of <paramref name="source"/>. Every value is accepted; see <see cref="IsValid"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="source"/> is shorter: a bug of the calling code, not of the peer.</exception>
    public static FrameHeader Read(ReadOnlySpan<byte> source)
    {
        source = source[..Bytes];
        return new FrameHeader((FrameType)source[0], source[1] != 0, BinaryPrimitives.ReadUInt32LittleEndian(source[2..]));
    }

    /// <summary>Encodes into the first <see cref="Bytes"/> bytes of <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="destination"/> is shorter.</exception>
    public void Write(Span<byte> destination)
    {
        destination = destination[..Bytes];
        destination[0] = (byte)Type;
        destination[1] = NoMoreFrames ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32LittleEndian(destination[2..], PayloadLength);
    }
}

/// <summary>The part of a message that a frame belongs to: byte 0 of its header.</summary>
public enum FrameType : byte
{
    /// <summary>The header part of a message, see <see cref="MessageHeader"/>.</summary>
    Header = 1,

    /// <summary>The data part of a message.</summary>
    Data = 2,

    /// <summary>Reserved; no peer sends it.</summary>
    Trailer = 3,

    /// <summary>The end of the connection, see <see cref="FrameHeader.Reset"/>.</summary>
    Reset = 0xff,
}
