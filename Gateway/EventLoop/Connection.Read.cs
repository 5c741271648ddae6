using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Buffers;

namespace FrameRpc.Gateway.EventLoop;

internal abstract partial class Connection
{
    /// <summary>
    /// Receives of one connection in one turn: 512 KiB. One that has more to say goes on in the next turn, behind all others.
    /// </summary>
    private const int ReceivesPerTurnMax = 4;

    private InputBuffer _input;
    private bool _readable;
    /// <summary>The peer sends nothing more, but what it sent may not be read yet.</summary>
    private bool _peerEnded;
    /// <summary>All that the peer sent is read.</summary>
    private bool _sawEnd;
    private bool _consuming;
    private bool _reconsume;
    private bool _continueQueued;
    private bool _readsHeaderOnly;

    /// <summary>Whether this connection is read at all just now; see <see cref="PauseInput"/>.</summary>
    public bool IsInputPaused { get; private set; }

    /// <summary>Within <see cref="Consume"/>, where <see cref="HeldBytes"/> does not say what is left.</summary>
    protected bool IsConsuming => _consuming;

    /// <summary>There may be more to receive. When there is not, <see cref="OnNothingToRead"/> says so.</summary>
    protected bool MayHaveUnread => _readable;

    /// <summary>Bytes that have come in and are not consumed.</summary>
    protected int HeldBytes => _input.HeldBytes;

    /// <summary>The length of the message whose start is held, as far as it is known: room for it is made as it arrives.</summary>
    protected int MessageBytes { get; set; }

    /// <summary>Receives no more than <see cref="MessageBytes"/> the next time: what follows should not come through memory if it can be spliced.</summary>
    protected void ReadHeaderOnly() => _readsHeaderOnly = true;

    /// <summary>Reads and consumes nothing until <see cref="ResumeInput"/>. The peer feels it when the buffers between are full.</summary>
    public void PauseInput() => IsInputPaused = true;

    /// <summary>Goes on in the next turn, first with what is held.</summary>
    public void ResumeInput()
    {
        if (State == ConnectionState.Closed)
            return;
        IsInputPaused = false;
        _reconsume = _input.HeldBytes > 0 || _consuming;
        if (_reconsume || _readable)
            QueueContinue();
    }

    internal void Continue()
    {
        _continueQueued = false;
        if (State is ConnectionState.Closed or ConnectionState.Connecting)
            return;
        if (_reconsume && !IsInputPaused)
        {
            _reconsume = false;
            if (_input.HeldBytes > 0)
                Feed(_input.Held);
        }
        Read();
    }

    private void NoteReadable(Readiness readiness)
    {
        _readable = true;
        if ((readiness & (Readiness.PeerEnded | Readiness.Failed)) != 0)
            _peerEnded = true;
        if ((readiness & Readiness.Failed) != 0 && IsInputPaused)
            OnBrokenWhilePaused();
        Read();
    }

    /// <summary>The connection broke while it is not read, so that what came before the break is still unread.</summary>
    protected virtual void OnBrokenWhilePaused()
    {
    }

    /// <summary>A receive found nothing.</summary>
    protected virtual void OnNothingToRead()
    {
    }

    private bool CanRead => _readable && !IsInputPaused && (State is ConnectionState.Open or ConnectionState.Ending);

    private void Read()
    {
        for (int receives = 0; CanRead; receives++)
        {
            if (receives == ReceivesPerTurnMax)
            {
                QueueContinue();
                return;
            }
            if (_outgoing is not null)
            {
                // A pipe full, up to 1 MiB, is a turn's share: small calls of others go between the moves of a stream.
                if (ReadSpliced(_outgoing))
                    QueueContinue();
                return;
            }
            if (!TryPrepareRoom(out Span<byte> room))
            {
                BreakForMemory();
                return;
            }
            Transfer received = _socket.Receive(room);
            if (received.Status != TransferStatus.Done)
            {
                NoteNothingReceived(received);
                return;
            }
            // Less than there was room for means that nothing is left, so the receive that would say so is saved. Not
            // at the end of the stream: the end itself has no further edge.
            if (received.Bytes < room.Length && !_peerEnded)
                _readable = false;
            Feed(_input.Received(Loop.Scratch, received.Bytes));
        }
    }

    private bool TryPrepareRoom(out Span<byte> room)
    {
        if (!_input.TryPrepare(Loop.Blocks, Loop.Scratch, MessageBytes, out room))
            return false;
        if (_readsHeaderOnly)
            room = room[..Math.Min(room.Length, MessageBytes)];
        _readsHeaderOnly = false;
        return true;
    }

    private void NoteNothingReceived(Transfer received)
    {
        _readable = false;
        if (received.Status == TransferStatus.WouldBlock)
        {
            OnNothingToRead();
            return;
        }
        _sawEnd = true;
        if (State == ConnectionState.Ending)
            CloseWhenSaid();
        else if (received.Status == TransferStatus.EndOfStream)
            OnPeerEnded();
        else
            OnBroken(received.Error);
    }

    /// <summary>The peer is done while our last words are still on their way.</summary>
    private void CloseWhenSaid()
    {
        if (_output.IsEmpty)
            Close();
    }

    private void Feed(Span<byte> unread)
    {
        _consuming = true;
        int consumed = State == ConnectionState.Open ? Consume(unread) : unread.Length;
        _consuming = false;
        if (_outgoing is not null && consumed < unread.Length)
            throw new InvalidOperationException("a splice was begun before all that had come was consumed");
        if (State == ConnectionState.Closed)
            _input.Clear();
        else if (!_input.TryKeep(Loop.Blocks, unread, State == ConnectionState.Ending ? unread.Length : consumed))
            BreakForMemory();
    }

    /// <summary>While consuming, the bytes are still being looked at further up the stack: then <see cref="Feed"/> lets go of them.</summary>
    private void ReleaseInput()
    {
        if (!_consuming)
            _input.Clear();
    }

    private void QueueContinue()
    {
        if (_continueQueued)
            return;
        _continueQueued = true;
        Loop.ContinueNextTurn(this);
    }
}
