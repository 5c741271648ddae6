using System.Buffers;

namespace FrameRpc.Protocol.Services;

/// <summary>A type that methods of an <see cref="SmfServiceAttribute">smf service</see> take or return: usually a FlatBuffers table.</summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
public interface ISmfPayload<TSelf>
    where TSelf : ISmfPayload<TSelf>
{
    /// <summary>Creates the value from a received, decompressed payload.</summary>
    /// <remarks>The value may keep the memory: a reply indefinitely, a request until its method has completed.</remarks>
    /// <param name="payload">Untrusted bytes from another process; at least one.</param>
    /// <exception cref="FormatException">They are not of this type: the call fails, and the sender is to blame.</exception>
    static abstract TSelf Read(ReadOnlyMemory<byte> payload);

    /// <summary>Writes the payload. If nothing is written, the empty table is sent, because the format has no payload of 0 bytes.</summary>
    void Write(IBufferWriter<byte> destination);
}
