using System.Buffers;

namespace FrameRpc.Protocol.Services;

/// <summary>A type that methods of an <see cref="SmfServiceAttribute">smf service</see> take or return: usually a FlatBuffers table.</summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
public interface ISmfPayload<TSelf>
    where TSelf : ISmfPayload<TSelf>
{
    /// <summary>Makes the value of a payload as it came, decompressed. The value may keep the memory: a reply for good, a request until its method has completed.</summary>
    /// <param name="payload">Bytes of another process: not to be trusted, and at least one.</param>
    /// <exception cref="FormatException">They are not of this type; the text reaches the other side of the call.</exception>
    static abstract TSelf Read(ReadOnlyMemory<byte> payload);

    /// <summary>Writes the payload, at least one byte.</summary>
    void Write(IBufferWriter<byte> destination);
}
