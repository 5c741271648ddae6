using FrameRpc.Protocol.Errors;

namespace FrameRpc.Protocol.Smf;

/// <summary>The smallest reply that every client accepts: a status, and the empty FlatBuffers table with its checksum.</summary>
/// <remarks>
/// A payload of 0 bytes would be shorter, but the C++ client fails every call in flight on size or checksum 0, and the Go client panics on a payload
/// that is not FlatBuffers.
/// </remarks>
public static class SmfEmptyReply
{
    /// <summary>Header and payload together, in bytes.</summary>
    public const int Bytes = SmfHeader.Bytes + PayloadBytes;

    private const int PayloadBytes = 12;

    // SmfChecksum.Of(Payload) as a constant, so that a reply needs no hashing; a test compares them.
    private const uint PayloadChecksum = 0xEF02580D;

    /// <summary>
    /// The empty table: offset 8 to the table; a vtable of 4 bytes for a table of 4 bytes; the table, which only points 4 bytes back to its vtable.
    /// </summary>
    public static ReadOnlySpan<byte> Payload => [8, 0, 0, 0, 4, 0, 4, 0, 4, 0, 0, 0];

    /// <summary>Encodes the whole reply into the first <see cref="Bytes"/> bytes of <paramref name="destination"/>.</summary>
    /// <param name="destination">At least <see cref="Bytes"/> long.</param>
    /// <param name="session">The session of the request, as its caller sent it.</param>
    /// <param name="status">One of <see cref="SmfStatus"/>; not 0.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="destination"/> is shorter.</exception>
    public static void Write(Span<byte> destination, ushort session, uint status)
    {
        destination = destination[..Bytes];
        new SmfHeader(SmfCompression.None, 0, session, PayloadBytes, PayloadChecksum, status).Write(destination);
        Payload.CopyTo(destination[SmfHeader.Bytes..]);
    }
}
