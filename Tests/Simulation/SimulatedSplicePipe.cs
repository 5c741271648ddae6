using FrameRpc.Gateway.Sockets.Pipes;

namespace FrameRpc.Tests.Simulation;

/// <summary>A pipe for splicing, behaving as in the kernel: each piece takes a slot, so it may be full long before its capacity is reached.</summary>
internal sealed class SimulatedSplicePipe(SimulatedWorld world, int capacity) : IPipe
{
    private readonly ByteQueue _bytes = new();

    public int CapacityBytes => capacity;

    public int Bytes => _bytes.Count;

    /// <summary>How much one receive can add; 0 if it is full.</summary>
    public int Room => _bytes.Count == 0 ? world.Shorten(capacity) : world.Shorten(capacity - _bytes.Count + 1) - 1;

    public ReadOnlySpan<byte> Content => _bytes.Bytes;

    public void Put(ReadOnlySpan<byte> bytes) => _bytes.Append(bytes);

    public void Take(int bytes) => _bytes.Skip(bytes);

    public int Read(Span<byte> buffer)
    {
        int read = Math.Min(buffer.Length, _bytes.Count);
        if (read == 0)
            throw new InvalidOperationException("an empty pipe was read");
        _bytes.Bytes[..read].CopyTo(buffer);
        _bytes.Skip(read);
        return read;
    }

    public void Close()
    {
        if (!world.Pipes.Remove(this))
            throw new InvalidOperationException("a pipe was closed twice");
    }
}
