using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.EventLoop;

/// <summary>
/// One connection in an event loop: what has come in and is not consumed, what has to go out and is not sent. Protocols
/// derive from it and say how bytes are consumed.
/// </summary>
/// <remarks>
/// Only the loop reads and sends; whoever wants a connection to go on asks the loop for it. So no connection is ever
/// entered while another, or itself, is in the middle of consuming.
/// </remarks>
internal abstract partial class Connection : IReadyHandler
{
    /// <summary>How long the peer may take to close after our last word, and to take a byte of it before.</summary>
    private const int LingerMs = 1_000;

    private readonly ISocket _socket;
    private TimerEntry? _lingerTimer;

    protected Connection(Loop loop, ISocket socket, ConnectionState state)
    {
        Loop = loop;
        _socket = socket;
        State = state;
        _socket.Owner = this;
    }

    public Loop Loop { get; }

    public ConnectionState State { get; private set; }

    public bool IsClosed => State == ConnectionState.Closed;

    /// <summary>Whether <see cref="Abort"/> reaches the peer as a reset; see <see cref="ISocket.CanReset"/>.</summary>
    public bool CanReset => _socket.CanReset;

    /// <inheritdoc cref="ISocket.DescribePeer"/>
    protected string DescribePeer() => _socket.DescribePeer();

    public void OnReady(Readiness readiness)
    {
        if (State == ConnectionState.Closed)
            return;
        if (State == ConnectionState.Connecting && !FinishConnecting())
            return;
        if ((readiness & Readiness.Writable) != 0)
            NoteWritable();
        if ((readiness & (Readiness.Readable | Readiness.PeerEnded | Readiness.Failed)) != 0)
            NoteReadable(readiness);
    }

    public void OnException(Exception exception)
    {
        _consuming = false;
        Abort();
    }

    /// <summary>Closes in order, at once. What is not sent is lost.</summary>
    public void Close() => Leave(reset: false);

    /// <summary>Closes with a reset, so that the peer cannot take what it got for the whole.</summary>
    public void Abort() => Leave(reset: true);

    /// <summary>Sends what is left, then closes in order. Nothing that comes in is looked at any more.</summary>
    public void EndAfterOutput()
    {
        if (State is not ConnectionState.Open)
            return;
        Transition(ConnectionState.Ending);
        CutIncoming();
        CutOutgoing();
        _lingerTimer = new CallbackTimer(this, OnLingerDue);
        Loop.Timers.Arm(_lingerTimer, Loop.NowMs + LingerMs);
        ResumeInput();
        QueueSend();
    }

    /// <summary>The connection to a server was made.</summary>
    protected virtual void OnConnected()
    {
    }

    /// <summary>The connection to a server could not be made. Closes, unless overridden.</summary>
    protected virtual void OnConnectFailed(int error) => Close();

    /// <summary>Consumes whole messages from the front of <paramref name="bytes"/> and returns how many bytes they were. What is left comes again, with more behind it. They may be changed in place on their way on.</summary>
    protected abstract int Consume(Span<byte> bytes);

    /// <summary>The peer ended its stream in order; <see cref="HeldBytes"/> are left of a message that never became whole.</summary>
    protected abstract void OnPeerEnded();

    /// <summary>The connection broke, or there is no memory for what it holds (ENOMEM). Aborts, in whatever way it is overridden.</summary>
    protected virtual void OnBroken(int error) => Abort();

    /// <summary>What has come in cannot be held.</summary>
    private void BreakForMemory()
    {
        Loop.NoteBufferRefused();
        OnBroken(Libc.ENOMEM);
    }

    /// <summary>Output was sent; the place to let go on what waited for it.</summary>
    protected virtual void OnOutputSent()
    {
    }

    /// <summary>The connection is closed, in whatever way. Called once.</summary>
    protected abstract void OnClosed();

    private void OnLingerDue()
    {
        if (OutputBytes > 0 && LastSentMs + LingerMs > Loop.NowMs)
            Loop.Timers.Arm(_lingerTimer!, LastSentMs + LingerMs);
        else
            Leave(reset: OutputBytes > 0);
    }

    private bool FinishConnecting()
    {
        int error = _socket.ConnectError();
        if (error != 0)
        {
            OnConnectFailed(error);
            return false;
        }
        Transition(ConnectionState.Open);
        QueueSend();
        OnConnected();
        return State == ConnectionState.Open;
    }

    /// <summary>All is said. If the peer is done, too, so is the connection.</summary>
    private void EndSending()
    {
        if (_sawEnd)
            Close();
        else
            _socket.EndSending();
    }

    private void Leave(bool reset)
    {
        if (State == ConnectionState.Closed)
            return;
        Transition(ConnectionState.Closed);
        if (_lingerTimer is not null)
            Loop.Timers.Disarm(_lingerTimer);
        CutIncoming();
        CutOutgoing();
        _output.Clear();
        ReleaseInput();
        if (reset)
            _socket.Abort();
        else
            _socket.Close();
        OnClosed();
    }

    /// <remarks>
    /// Connecting → Open (made), Closed (failed, given up). Open → Ending (last words), Closed. Ending → Closed.
    /// </remarks>
    private void Transition(ConnectionState next)
    {
        bool possible = next switch
        {
            ConnectionState.Open => State == ConnectionState.Connecting,
            ConnectionState.Ending => State == ConnectionState.Open,
            ConnectionState.Closed => State != ConnectionState.Closed,
            _ => false,
        };
        if (!possible)
            throw new InvalidOperationException($"a connection cannot go from {State} to {next}");
        State = next;
    }
}
