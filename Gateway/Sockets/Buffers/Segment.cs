namespace FrameRpc.Gateway.Sockets.Buffers;

/// <summary>A stretch of native memory in the layout of <c>struct iovec</c>: address, then length.</summary>
internal readonly unsafe struct Segment(byte* start, int bytes)
{
    private readonly byte* _start = start;
    private readonly nuint _bytes = (nuint)bytes;

    public int Bytes => (int)_bytes;

    public Span<byte> Span => new(_start, (int)_bytes);
}
