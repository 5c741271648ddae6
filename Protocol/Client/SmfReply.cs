using System.Buffers;

namespace FrameRpc.Protocol.Client;

/// <summary>The reply of a call that was served.</summary>
/// <remarks>Disposing it gives its memory back to a pool; forgetting that does no harm but work for the garbage collector.</remarks>
public sealed class SmfReply : IDisposable
{
    private readonly ReadOnlyMemory<byte> _payload;
    private byte[]? _rented;
    private bool _disposed;

    /// <param name="status">As it came.</param>
    /// <param name="payload">Plain.</param>
    /// <param name="rented">The memory to give back, where it came from the pool.</param>
    internal SmfReply(uint status, ReadOnlyMemory<byte> payload, byte[]? rented)
    {
        Status = status;
        _payload = payload;
        _rented = rented;
    }

    /// <summary>200; a server of the Java implementation puts the request id here instead.</summary>
    public uint Status { get; }

    /// <summary>A FlatBuffers table, uncompressed. Not to be touched any more once the reply is disposed.</summary>
    /// <exception cref="ObjectDisposedException">It is disposed already.</exception>
    public ReadOnlyMemory<byte> Payload
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _payload;
        }
    }

    /// <summary>Gives the memory back; once, however often and from however many threads it is called.</summary>
    public void Dispose()
    {
        _disposed = true;
        if (Interlocked.Exchange(ref _rented, null) is { } rented)
            ArrayPool<byte>.Shared.Return(rented);
    }
}
