using System.Buffers;

namespace FrameRpc.Protocol.Client;

/// <summary>The reply of a successful call.</summary>
/// <remarks>Disposing it returns its memory to a pool; otherwise the garbage collector has to free it.</remarks>
public sealed class SmfReply : IDisposable
{
    private readonly ReadOnlyMemory<byte> _payload;
    private byte[]? _rented;
    private bool _disposed;

    /// <param name="status">As received.</param>
    /// <param name="payload">Uncompressed.</param>
    /// <param name="rented">The memory to return, if it is from the pool.</param>
    internal SmfReply(uint status, ReadOnlyMemory<byte> payload, byte[]? rented)
    {
        Status = status;
        _payload = payload;
        _rented = rented;
    }

    /// <summary>200; a server of the Java implementation puts the request id here instead.</summary>
    public uint Status { get; }

    /// <summary>A FlatBuffers table, uncompressed. Must not be used after the reply was disposed.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    public ReadOnlyMemory<byte> Payload
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _payload;
        }
    }

    /// <summary>Returns the memory. Safe to call repeatedly and concurrently.</summary>
    public void Dispose()
    {
        _disposed = true;
        if (Interlocked.Exchange(ref _rented, null) is { } rented)
            ArrayPool<byte>.Shared.Return(rented);
    }
}
