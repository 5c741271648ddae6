using System.Buffers;

namespace FrameRpc.Protocol.Smf;

/// <summary>A payload in memory of the shared pool, returned by <see cref="Dispose"/>. One owner: dispose it once.</summary>
internal sealed class RentedBytes : IBufferWriter<byte>, IDisposable
{
    private byte[] _array = [];
    private int _length;

    public ReadOnlyMemory<byte> Memory => _array.AsMemory(0, _length);

    public static RentedBytes CopyOf(ReadOnlySpan<byte> payload)
    {
        var copy = new RentedBytes();
        payload.CopyTo(copy.GetSpan(payload.Length));
        copy.Advance(payload.Length);
        return copy;
    }

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_array.Length - _length < Math.Max(sizeHint, 1))
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(_length + Math.Max(sizeHint, 1));
            Memory.CopyTo(larger);
            Dispose();
            _array = larger;
        }
        return _array.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Dispose()
    {
        if (_array.Length > 0)
            ArrayPool<byte>.Shared.Return(_array);
        _array = [];
    }
}
