using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Buffers;

namespace FrameRpc.Gateway.EventLoop;

/// <summary>The receiving half of a connection: bytes received but not consumed, and whether more are received.</summary>
/// <remarks>
/// Hot path: one receive for all messages that have arrived, and no allocation. The protocol is called from here only and may do anything to its
/// connection, even close it, so the state is checked again after each call. A struct, so that an idle connection stays one object.
/// </remarks>
internal struct ConnectionInput(Connection connection)
{
    /// <summary>Receives per connection and turn: 512 KiB. A connection with more to read continues in the next turn, after all others.</summary>
    private const int ReceivesPerTurnMax = 4;

    private InputBuffer _buffer;
    /// <summary>The peer sends nothing more, but there may be unread bytes.</summary>
    private bool _peerEnded;
    private bool _readsHeaderOnly;
    /// <summary>Consume what is held before receiving more.</summary>
    private bool _reconsumes;
    private bool _continueQueued;

    /// <inheritdoc cref="Connection.MessageBytes"/>
    public int MessageBytes { get; set; }

    /// <summary>The part of this input that is spliced to another connection.</summary>
    public Splice? Splice { get; set; }

    public bool IsPaused { get; private set; }

    /// <summary>The protocol is looking at the bytes, so they must not move.</summary>
    public bool IsConsuming { get; private set; }

    /// <summary>There may be more to receive.</summary>
    public bool MayHaveUnread { get; private set; }

    /// <summary>Everything that the peer sent was read.</summary>
    public bool SawEnd { get; private set; }

    /// <summary>The peer sends nothing more. There may be unread bytes.</summary>
    public readonly bool PeerHasEnded => _peerEnded;

    public readonly int HeldBytes => _buffer.HeldBytes;

    public readonly ReadOnlySpan<byte> Held => _buffer.Held;

    /// <inheritdoc cref="Connection.BytesReceived"/>
    public long BytesReceived { get; private set; }

    public void ReadHeaderOnly() => _readsHeaderOnly = true;

    /// <summary>A splice received these bytes.</summary>
    public void NoteSpliced(int bytes) => BytesReceived += bytes;

    public void Pause() => IsPaused = true;

    /// <summary>Continues in the next turn, beginning with what is held.</summary>
    public void Resume()
    {
        IsPaused = false;
        _reconsumes = HeldBytes > 0 || IsConsuming;
        if (_reconsumes || MayHaveUnread)
            QueueContinue();
    }

    /// <summary>Called in the turn after <see cref="Resume"/>.</summary>
    public void Continue()
    {
        _continueQueued = false;
        if (connection.State is ConnectionState.Closed or ConnectionState.Connecting)
            return;
        if (_reconsumes && !IsPaused)
        {
            _reconsumes = false;
            if (HeldBytes > 0)
                Feed(_buffer.Held);
        }
        Read();
    }

    public void HandleReadable(Readiness readiness)
    {
        MayHaveUnread = true;
        bool isBroken = (readiness & Readiness.Failed) != 0;
        _peerEnded |= isBroken || (readiness & Readiness.PeerEnded) != 0;
        if (isBroken && IsPaused)
            connection.HandleBrokenWhilePaused();
        else if (IsPaused && connection.State == ConnectionState.Open)
            connection.HandleArrivedWhilePaused();
        Read();
    }

    /// <summary>A receive, into memory or into a pipe, moved nothing.</summary>
    public void HandleNothingReceived(Transfer received)
    {
        MayHaveUnread = false;
        SawEnd |= received.Status != TransferStatus.WouldBlock;
        connection.HandleNothingReceived(received);
    }

    /// <summary>Frees what is held; if the protocol is looking at it, further up the stack, <see cref="Feed"/> frees it.</summary>
    public void Release()
    {
        if (!IsConsuming)
            _buffer.Clear();
    }

    /// <summary>An exception ended the consuming.</summary>
    public void GiveUp() => IsConsuming = false;

    private readonly bool CanRead => MayHaveUnread && !IsPaused && connection.State is ConnectionState.Open or ConnectionState.Ending;

    private void Read()
    {
        for (int receives = 0; CanRead; receives++)
        {
            if (receives == ReceivesPerTurnMax)
            {
                QueueContinue();
                return;
            }
            if (Splice is { } splice)
            {
                // A full pipe, up to 1 MiB, is enough for a turn: small calls of others go between the moves of a stream.
                if (splice.Move())
                    QueueContinue();
                return;
            }
            if (!TryPrepareRoom(out Span<byte> room))
            {
                connection.BreakForMemory();
                return;
            }
            Transfer received = connection.Socket.Receive(room);
            if (received.Status != TransferStatus.Done)
            {
                HandleNothingReceived(received);
                return;
            }
            BytesReceived += received.Bytes;
            // Fewer bytes than there was room for mean that nothing is left, which saves a receive that would find nothing. Except at the end of the
            // stream, which causes no further edge.
            if (received.Bytes < room.Length && !_peerEnded)
                MayHaveUnread = false;
            Feed(_buffer.Received(connection.Loop.Scratch, received.Bytes));
        }
    }

    /// <inheritdoc cref="Connection.ReadBehindHeld"/>
    public void ReadBehindHeld(int bytesMax)
    {
        if (Splice is not null || IsConsuming || bytesMax <= 0)
            return;
        Span<byte> scratch = connection.Loop.Scratch;
        if (!_buffer.TryPrepare(connection.Loop.Blocks, scratch, _buffer.HeldBytes + bytesMax, out Span<byte> room))
            return;
        // Whatever else there is, the end of the stream too, is found again when the input is resumed.
        Transfer received = connection.Socket.Receive(room[..Math.Min(room.Length, bytesMax)]);
        BytesReceived += received.Bytes;
        if (!_buffer.TryKeep(connection.Loop.Blocks, _buffer.Received(scratch, received.Bytes), consumed: 0))
            connection.BreakForMemory();
    }

    private bool TryPrepareRoom(out Span<byte> room)
    {
        if (!_buffer.TryPrepare(connection.Loop.Blocks, connection.Loop.Scratch, MessageBytes, out room))
            return false;
        if (_readsHeaderOnly)
            room = room[..Math.Min(room.Length, MessageBytes)];
        _readsHeaderOnly = false;
        return true;
    }

    private void Feed(Span<byte> unread)
    {
        IsConsuming = true;
        int consumed = connection.State == ConnectionState.Open ? connection.ConsumeInput(unread) : unread.Length;
        IsConsuming = false;
        if (Splice is not null && consumed < unread.Length)
            throw new InvalidOperationException("a splice was begun before all that had come was consumed");
        if (connection.State == ConnectionState.Closed)
            _buffer.Clear();
        else if (!_buffer.TryKeep(connection.Loop.Blocks, unread, connection.State == ConnectionState.Ending ? unread.Length : consumed))
            connection.BreakForMemory();
    }

    private void QueueContinue()
    {
        if (_continueQueued)
            return;
        _continueQueued = true;
        connection.Loop.ContinueNextTurn(connection);
    }
}
