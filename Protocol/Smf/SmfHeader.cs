using System.Buffers.Binary;

namespace FrameRpc.Protocol.Smf;

/// <summary>The 16 bytes before every smf payload, request and reply alike.</summary>
/// <remarks>
/// Layout, little endian; offsets and sizes in bytes:
/// <code>
///  0  1  compression   see SmfCompression
///  1  1  bitflags      bit 0: payload headers, reserved
///  2  2  session       chosen by the caller, returned in the reply
///  4  4  size          bytes of payload, at least 1
///  8  4  checksum      low 32 bits of xxHash64 of the payload as sent
/// 12  4  meta          request: the request id; reply: a status
/// </code>
/// The checksum does not cover the header, so the session may be rewritten on the way. <see cref="Size"/> is up to 4 GiB - 1 on the wire: compare it with
/// a limit before allocating.
/// Source: <c>smf::rpc::header</c> of smf's <c>rpc.fbs</c>, a FlatBuffers struct.
/// </remarks>
/// <param name="Compression">The compression of the payload; any byte is possible.</param>
/// <param name="Flags">Bit 0 announces payload headers; servers reject it.</param>
/// <param name="Session">The caller's number for the call on its connection.</param>
/// <param name="Size">Bytes of payload that follow.</param>
/// <param name="Checksum">See <see cref="SmfChecksum"/>; 0 counts as missing.</param>
/// <param name="Meta">The request id of a request, the status of a reply.</param>
public readonly record struct SmfHeader(SmfCompression Compression, byte Flags, ushort Session, uint Size, uint Checksum, uint Meta)
{
    /// <summary>The length of a header, in bytes.</summary>
    public const int Bytes = 16;

    private const int SessionOffset = 2;

    /// <summary>Decodes the first <see cref="Bytes"/> bytes of <paramref name="source"/>. Every value is accepted.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="source"/> is shorter: a bug of the calling code, not of the peer.</exception>
    public static SmfHeader Read(ReadOnlySpan<byte> source)
    {
        source = source[..Bytes];
        return new SmfHeader(
            (SmfCompression)source[0],
            source[1],
            BinaryPrimitives.ReadUInt16LittleEndian(source[SessionOffset..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[12..]));
    }

    /// <summary>Encodes into the first <see cref="Bytes"/> bytes of <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="destination"/> is shorter.</exception>
    public void Write(Span<byte> destination)
    {
        destination = destination[..Bytes];
        destination[0] = (byte)Compression;
        destination[1] = Flags;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[SessionOffset..], Session);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], Size);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], Checksum);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], Meta);
    }

    /// <summary>Replaces the session of an encoded header; the payload's checksum stays valid.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="header"/> is shorter than <see cref="Bytes"/>.</exception>
    public static void WriteSession(Span<byte> header, ushort session) =>
        BinaryPrimitives.WriteUInt16LittleEndian(header[..Bytes][SessionOffset..], session);

    /// <summary>The first reason not to forward this request to a server, in the order of <see cref="SmfFault"/>.</summary>
    /// <remarks>
    /// Not checked here, because it takes more than a header: the payload's checksum, the size limit, and whether <see cref="Meta"/> has a route.
    /// </remarks>
    public SmfFault CheckRequest() =>
        Size == 0 ? SmfFault.Empty
        : Checksum == 0 ? SmfFault.NoChecksum
        : Flags != 0 ? SmfFault.PayloadHeaders
        : Compression > SmfCompression.Lz4 ? SmfFault.UnknownCompression
        : SmfFault.None;

    /// <summary>
    /// The first reason not to forward this reply to a caller: <see cref="SmfFault.Empty"/>, <see cref="SmfFault.NoChecksum"/> or <see
    /// cref="SmfFault.NoStatus"/>.
    /// </summary>
    /// <remarks>Any other status is valid: the Java server writes the request id there instead of 200.</remarks>
    public SmfFault CheckReply() =>
        Size == 0 ? SmfFault.Empty
        : Checksum == 0 ? SmfFault.NoChecksum
        : Meta == 0 ? SmfFault.NoStatus
        : SmfFault.None;
}
