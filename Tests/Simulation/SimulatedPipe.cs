namespace FrameRpc.Tests.Simulation;

/// <summary>One direction of a simulated connection: sent bytes, of which the first <see cref="Arrived"/> can be read.</summary>
internal sealed class SimulatedPipe(SimulatedWorld world, int capacity)
{
    private byte[] _ring = new byte[Math.Min(capacity, 1024)];
    private int _head;
    private bool _endSent;
    private bool _resetSent;

    public SimulatedSocket Reader { get; set; } = null!;

    public SimulatedSocket Writer { get; set; } = null!;

    public int Room => capacity - Count;

    /// <summary>A writer that found it full is notified when a third is free, as by the kernel.</summary>
    public bool IsWritable => Room * 3L >= capacity;

    public int Count { get; private set; }

    public int Arrived { get; private set; }

    public bool EndArrived { get; private set; }

    public bool ResetArrived { get; private set; }

    /// <summary>The reader is closed: bytes sent now are not read.</summary>
    public bool ReaderGone { get; set; }

    /// <summary>A send found no room, so the writer waits to be notified.</summary>
    public bool WriterWaits { get; set; }

    public long NextDeliveryMs { get; set; }

    public bool IsInTransit { get; set; }

    public bool HasUndelivered => !ResetArrived && (Count > Arrived || (_endSent && !EndArrived) || _resetSent);

    public void Write(ReadOnlySpan<byte> bytes)
    {
        Grow(Count + bytes.Length);
        int tail = (_head + Count) % _ring.Length;
        int first = Math.Min(bytes.Length, _ring.Length - tail);
        bytes[..first].CopyTo(_ring.AsSpan(tail));
        bytes[first..].CopyTo(_ring);
        Count += bytes.Length;
        world.Depart(this);
    }

    public int Read(Span<byte> room)
    {
        int taken = Math.Min(room.Length, Arrived);
        int first = Math.Min(taken, _ring.Length - _head);
        _ring.AsSpan(_head, first).CopyTo(room);
        _ring.AsSpan(0, taken - first).CopyTo(room[first..]);
        _head = (_head + taken) % _ring.Length;
        Count -= taken;
        Arrived -= taken;
        if (WriterWaits && IsWritable)
        {
            WriterWaits = false;
            Writer.Raise();
        }
        return taken;
    }

    public void SendEnd()
    {
        _endSent = true;
        world.Depart(this);
    }

    public void SendReset()
    {
        _resetSent = true;
        world.Depart(this);
    }

    /// <summary>Delivers the next bytes, at most <paramref name="bytesMax"/>, or the end after the last of them.</summary>
    public void Deliver(int bytesMax)
    {
        if (_resetSent)
        {
            // Undelivered bytes are lost; delivered ones can still be read.
            Arrived = (int)Math.Min(Count, Arrived + (long)bytesMax - 1);
            Count = Arrived;
            ResetArrived = true;
        }
        else
        {
            Arrived += Math.Min(bytesMax, Count - Arrived);
            EndArrived = _endSent && Arrived == Count;
        }
        if (ReaderGone)
            Refuse();
        else if (Reader.HasEnoughToReport)
            Reader.Raise();
    }

    /// <summary>Bytes to a closed reader cause a reset; an end does not.</summary>
    private void Refuse()
    {
        bool unwanted = Count > 0;
        Count = Arrived = 0;
        if (unwanted && !Writer.IsClosed)
            Writer.Break();
    }

    private void Grow(int bytes)
    {
        if (bytes <= _ring.Length)
            return;
        byte[] larger = new byte[Math.Max(bytes, Math.Min(capacity, _ring.Length * 4))];
        int count = Count;
        int first = Math.Min(count, _ring.Length - _head);
        _ring.AsSpan(_head, first).CopyTo(larger);
        _ring.AsSpan(0, count - first).CopyTo(larger.AsSpan(first));
        _ring = larger;
        _head = 0;
    }
}
