namespace FrameRpc.Tests.Simulation;

/// <summary>A queue of bytes.</summary>
internal sealed class ByteQueue
{
    private byte[] _bytes = new byte[256];
    private int _start;
    private int _end;

    public int Count => _end - _start;

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(_start, Count);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_end + bytes.Length > _bytes.Length)
            MakeRoom(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(_end));
        _end += bytes.Length;
    }

    public void Skip(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, Count);
        _start += bytes;
        if (_start == _end)
            Clear();
    }

    public void Clear() => _start = _end = 0;

    private void MakeRoom(int bytes)
    {
        int count = Count;
        if (count + bytes > _bytes.Length / 2)
        {
            byte[] larger = new byte[Math.Max(_bytes.Length * 2, count + bytes)];
            Bytes.CopyTo(larger);
            _bytes = larger;
        }
        else
        {
            Bytes.CopyTo(_bytes);
        }
        _start = 0;
        _end = count;
    }
}
