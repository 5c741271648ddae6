namespace FrameRpc.Gateway.Sockets.Buffers;

/// <summary>
/// Bytes waiting to be sent on one connection, in blocks of the worker's pool. Everything appended in a turn leaves in one gathering write; an empty
/// queue holds no block.
/// </summary>
internal struct OutputQueue
{
    /// <summary>Pieces per gathering write. Blocks grow up to <see cref="BlockBytesMax"/>, so sixteen hold more than a socket buffer takes.</summary>
    private const int SegmentsMax = 16;
    private const int BlockBytesMin = 2 * 1024;
    private const int BlockBytesMax = 128 * 1024;

    private Piece[]? _pieces;
    private int _first;
    private int _count;

    public int Bytes { get; private set; }

    public readonly bool IsEmpty => Bytes == 0;

    /// <summary>False if there is no memory for all of it: it then ends with a part of it, and nothing may follow.</summary>
    public bool TryAppend(BufferPool pool, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            Span<byte> room = TailRoom();
            if (room.Length == 0 && !TryAddPiece(pool, Math.Min(bytes.Length, BlockBytesMax), out room))
                return false;
            int taken = Math.Min(room.Length, bytes.Length);
            bytes[..taken].CopyTo(room);
            Advance(taken);
            bytes = bytes[taken..];
        }
        return true;
    }

    /// <summary>
    /// Contiguous room for one small message, to be written in place; <see cref="Advance"/> then adds it. False if there is no memory for it.
    /// </summary>
    public bool TryReserve(BufferPool pool, int bytes, out Span<byte> room)
    {
        room = TailRoom();
        if (room.Length < bytes && !TryAddPiece(pool, bytes, out room))
            return false;
        room = room[..bytes];
        return true;
    }

    public void Advance(int bytes)
    {
        ref Piece tail = ref _pieces![Index(_count - 1)];
        if ((uint)bytes > (uint)(tail.Block.Capacity - tail.End))
            throw new ArgumentOutOfRangeException(nameof(bytes));
        tail.End += bytes;
        Bytes += bytes;
    }

    /// <summary>Moves everything waiting in <paramref name="other"/> to the end of this queue, without copying.</summary>
    public void TakeAll(ref OutputQueue other)
    {
        for (int i = 0; i < other._count; i++)
        {
            _pieces ??= new Piece[4];
            if (_count == _pieces.Length)
                Grow();
            _pieces[Index(_count++)] = other._pieces![other.Index(i)];
        }
        Bytes += other.Bytes;
        other = default;
    }

    /// <summary>
    /// Sends what the socket takes. <see cref="TransferStatus.Done"/> with bytes left over means that the socket took less than was offered.
    /// </summary>
    /// <param name="socket">The socket.</param>
    /// <param name="moreFollows">Whether more is sent directly afterwards.</param>
    public Transfer SendTo(ISocket socket, bool moreFollows = false)
    {
        Transfer sent = _count == 1 ? socket.Send(_pieces![_first].Unsent.Span, moreFollows) : SendGathered(socket, moreFollows);
        if (sent.Status == TransferStatus.Done)
            Consume(sent.Bytes);
        return sent;
    }

    /// <summary>The bytes waiting in the first piece. Messages appended with <see cref="TryReserve"/> are never split over pieces.</summary>
    public readonly Span<byte> FirstPiece => _count == 0 ? default : _pieces![_first].Unsent.Span;

    public void Consume(int bytes)
    {
        Bytes -= bytes;
        while (bytes > 0)
        {
            ref Piece piece = ref _pieces![_first];
            int taken = Math.Min(bytes, piece.End - piece.Start);
            piece.Start += taken;
            bytes -= taken;
            if (piece.Start == piece.End)
                DropFirst();
        }
        // Advance may have left an empty reserved piece; an empty queue holds nothing.
        if (Bytes == 0)
            Clear();
    }

    public void Clear()
    {
        while (_count > 0)
            DropFirst();
        Bytes = 0;
    }

    private readonly Transfer SendGathered(ISocket socket, bool moreFollows)
    {
        Span<Segment> segments = stackalloc Segment[SegmentsMax];
        int used = 0;
        for (int i = 0; i < _count && used < SegmentsMax; i++)
        {
            Segment unsent = _pieces![Index(i)].Unsent;
            if (unsent.Bytes > 0)
                segments[used++] = unsent;
        }
        return socket.Send(segments[..used], moreFollows);
    }

    private readonly Span<byte> TailRoom()
    {
        if (_count == 0)
            return default;
        ref Piece tail = ref _pieces![Index(_count - 1)];
        return tail.Block.Span[tail.End..];
    }

    /// <summary>
    /// A new block is as large as everything already waiting, so that a long queue has few pieces and a short one uses little memory.
    /// </summary>
    private bool TryAddPiece(BufferPool pool, int wanted, out Span<byte> room)
    {
        room = default;
        int bytes = Math.Max(wanted, Math.Clamp(Bytes, BlockBytesMin, BlockBytesMax));
        if (!pool.TryRent(bytes, out Block block))
            return false;
        _pieces ??= new Piece[4];
        if (_count == _pieces.Length)
            Grow();
        _pieces[Index(_count++)] = new Piece { Block = block };
        room = block.Span;
        return true;
    }

    private void Grow()
    {
        var larger = new Piece[_pieces!.Length * 2];
        for (int i = 0; i < _count; i++)
            larger[i] = _pieces[Index(i)];
        _pieces = larger;
        _first = 0;
    }

    private void DropFirst()
    {
        BufferPool.Return(ref _pieces![_first].Block);
        _pieces[_first] = default;
        _first = (_first + 1) & (_pieces.Length - 1);
        _count--;
    }

    private readonly int Index(int position) => (_first + position) & (_pieces!.Length - 1);

    private struct Piece
    {
        public Block Block;
        public int Start;
        public int End;

        public readonly Segment Unsent => Block.Slice(Start, End - Start);
    }
}
