using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Buffers;

namespace FrameRpc.Gateway.EventLoop;

/// <summary>
/// One connection in an event loop: joins its input, its output and the bodies that are spliced between connections with the
/// protocol that derives from it, which decides how bytes are consumed.
/// </summary>
/// <remarks>
/// Only the loop reads and sends; a connection that has to go on asks the loop for it. So no connection is ever entered while
/// another, or itself, is in the middle of consuming.
/// </remarks>
internal abstract class Connection : IReadyHandler
{
    /// <summary>Pieces of bodies from this size on are sent at once, from where they are: what the socket takes is not copied into the output first.</summary>
    protected internal const int DirectSendBytesMin = 16 * 1024;

    private ConnectionInput _input;
    private ConnectionOutput _output;
    private LingerTimer? _lingerTimer;

    protected Connection(Loop loop, ISocket socket, ConnectionState state)
    {
        Loop = loop;
        Socket = socket;
        State = state;
        _input = new ConnectionInput(this);
        _output = new ConnectionOutput(this);
        socket.Owner = this;
    }

    public Loop Loop { get; }

    public ConnectionState State { get; private set; }

    public bool IsClosed => State == ConnectionState.Closed;

    /// <summary>Whether <see cref="Abort"/> reaches the peer as a reset; see <see cref="ISocket.CanReset"/>.</summary>
    public bool CanReset => Socket.CanReset;

    internal ISocket Socket { get; }

    internal ref ConnectionInput Receiving => ref _input;

    internal ref ConnectionOutput Sending => ref _output;

    /// <inheritdoc cref="ISocket.DescribePeer"/>
    protected string DescribePeer() => Socket.DescribePeer();

    /// <summary>The connection to a server was made.</summary>
    protected virtual void OnConnected()
    {
    }

    /// <summary>The connection to a server could not be made. Closes, unless overridden.</summary>
    protected virtual void OnConnectFailed(int error) => Close();

    /// <summary>Consumes whole messages from the front of <paramref name="bytes"/> and returns how many bytes they were. What is left comes again, with more behind it. They may be changed in place on their way on.</summary>
    protected abstract int Consume(Span<byte> bytes);

    /// <summary>A receive found nothing.</summary>
    protected virtual void OnNothingToRead()
    {
    }

    /// <summary>The peer ended its stream in order; <see cref="HeldBytes"/> are left of a message that never became whole.</summary>
    protected abstract void OnPeerEnded();

    /// <summary>The connection broke, or there is no memory for what it holds (ENOMEM). Aborts, in whatever way it is overridden.</summary>
    protected virtual void OnBroken(int error) => Abort();

    /// <summary>The connection broke while its input is paused, so that what came before the break is still unread.</summary>
    protected virtual void OnBrokenWhilePaused()
    {
    }

    /// <summary>Output was sent; the place to let go on what waited for it.</summary>
    protected virtual void OnOutputSent()
    {
    }

    /// <summary>Spliced bytes have reached the sink's socket.</summary>
    protected virtual void OnSpliced(int bytes) => throw DoesNotSplice();

    /// <summary>The splice was broken off, and these bytes of the input with it: they were received, and never sent.</summary>
    protected virtual void OnSpliceLost(int bytes) => throw DoesNotSplice();

    /// <summary>The sink does not take what is in the pipe. To be paused until it has; see <see cref="HasOutputRoom"/>.</summary>
    protected virtual void OnSinkFull() => throw DoesNotSplice();

    /// <summary>The connection is closed, in whatever way. Called once.</summary>
    protected abstract void OnClosed();

    /// <summary>Closes in order, at once. What is not sent is lost.</summary>
    public void Close() => Leave(reset: false);

    /// <summary>Closes with a reset, so that the peer cannot take what it got for the whole.</summary>
    public void Abort() => Leave(reset: true);

    /// <summary>Sends what is left, then closes in order. What still comes in is discarded.</summary>
    public void EndAfterOutput()
    {
        if (State is not ConnectionState.Open)
            return;
        State = State.To(ConnectionState.Ending);
        CutIncoming();
        CutOutgoing();
        _lingerTimer = new LingerTimer(this);
        _lingerTimer.Arm();
        ResumeInput();
        QueueSend();
    }

    public void OnReady(Readiness readiness)
    {
        if (State == ConnectionState.Closed)
            return;
        if (State == ConnectionState.Connecting && !FinishConnecting())
            return;
        if ((readiness & Readiness.Writable) != 0)
            _output.HandleWritable();
        if ((readiness & (Readiness.Readable | Readiness.PeerEnded | Readiness.Failed)) != 0)
            _input.HandleReadable(readiness);
    }

    public void OnException(Exception exception)
    {
        _input.GiveUp();
        Abort();
    }

    /// <summary>Whether this connection reads nothing just now; see <see cref="PauseInput"/>.</summary>
    public bool IsInputPaused => _input.IsPaused;

    /// <summary>Within <see cref="Consume"/>, where <see cref="HeldBytes"/> is not yet what is left.</summary>
    protected bool IsConsuming => _input.IsConsuming;

    /// <summary>There may be more to receive. When there is not, <see cref="OnNothingToRead"/> is called.</summary>
    protected bool MayHaveUnread => _input.MayHaveUnread;

    /// <summary>Bytes that have come in and are not consumed.</summary>
    protected int HeldBytes => _input.HeldBytes;

    /// <summary>The length of the message whose start is held, as far as it is known: room for it is made as it arrives.</summary>
    protected int MessageBytes
    {
        get => _input.MessageBytes;
        set => _input.MessageBytes = value;
    }

    /// <summary>Receives no more than <see cref="MessageBytes"/> the next time: what follows should not come through memory if it can be spliced.</summary>
    protected void ReadHeaderOnly() => _input.ReadHeaderOnly();

    /// <summary>Reads and consumes nothing until <see cref="ResumeInput"/>. The peer has to wait when the buffers between are full.</summary>
    public void PauseInput() => _input.Pause();

    /// <summary>Goes on in the next turn, first with what is held.</summary>
    public void ResumeInput()
    {
        if (State != ConnectionState.Closed)
            _input.Resume();
    }

    /// <summary>When the peer last took a byte.</summary>
    public long LastSentMs => _output.LastSentMs;

    /// <summary>Bytes that wait to be sent, here or in a pipe.</summary>
    public int OutputBytes => _output.Bytes;

    /// <summary>
    /// When this little is left to send, more is fetched: enough to keep the socket busy meanwhile. What is in a pipe has to
    /// be gone, because its source can do nothing before.
    /// </summary>
    public bool HasOutputRoom => _output.HasRoom;

    /// <summary>The peer takes nothing just now.</summary>
    protected bool IsSendBlocked => _output.IsBlocked;

    /// <summary>The output itself, for protocols that take back what could not be sent.</summary>
    protected ref OutputQueue Output => ref _output.Queue;

    /// <summary>
    /// Writes behind all that was written before: large pieces now, small ones at the end of the turn. Where there is no
    /// memory for it, this connection breaks at the end of the turn, as when sending fails; what it is part of is not whole.
    /// </summary>
    public void Write(ReadOnlySpan<byte> bytes) => _output.Write(bytes);

    /// <summary>Discards what was written and has not left yet.</summary>
    protected void DropOutput() => _output.Queue.Clear();

    /// <summary>Room for a small message that is written in place and leaves at the end of the turn; <see cref="Wrote"/> counts it in.</summary>
    /// <exception cref="IOException">There is no memory for it. Only for a connection's own messages: it closes the connection that is being read.</exception>
    protected Span<byte> Reserve(int bytes) => TryReserve(bytes, out Span<byte> room) ? room : throw new IOException("the system gives no memory for buffers");

    /// <summary>The same, where there is memory for it. Where there is none, nothing has happened to this connection.</summary>
    protected bool TryReserve(int bytes, out Span<byte> room) => _output.TryReserve(bytes, out room);

    /// <summary>Writes this whole message: a large one at once, as far as the socket takes it, a small one at the end of the turn.</summary>
    /// <param name="message">What to write.</param>
    /// <param name="room">What <see cref="TryReserve"/> gave for it, so that no lack of memory can cut it.</param>
    protected void WriteReserved(ReadOnlySpan<byte> message, Span<byte> room) => _output.WriteReserved(message, room);

    protected void Wrote(int bytes) => _output.Advance(bytes);

    protected void QueueSend() => _output.QueueSend();

    /// <summary>
    /// Passes the next bytes of the input to the sink inside the kernel, if they are worth it and a pipe can be had; else
    /// they come to <see cref="Consume"/> as ever. To be called when all that has come was consumed.
    /// </summary>
    protected void TrySplice(Connection sink, long bytes)
    {
        if (!Loop.Splices.IsWorthIt(bytes, Socket, sink.Socket) || _input.Splice is not null || sink._output.Splice is not null)
            return;
        if (State != ConnectionState.Open || sink.State != ConnectionState.Open || Loop.Splices.Rent() is not { } splice)
            return;
        splice.Begin(this, sink, bytes);
    }

    /// <summary>Breaks off what comes out of this connection's input; the rest of it comes to <see cref="Consume"/>.</summary>
    protected void CutOutgoing() => _input.Splice?.Cut();

    /// <summary>Breaks off what goes into this connection's output, so that its last bytes can be written.</summary>
    public void CutIncoming() => _output.Splice?.Cut();

    /// <summary>
    /// Takes what the sink did not take out of the pipe into its output, from where it follows when it can. The rest of the
    /// input then comes to <see cref="Consume"/>.
    /// </summary>
    protected void TakeOutOfPipe() => _input.Splice!.TakeOut();

    internal int ConsumeInput(Span<byte> bytes) => Consume(bytes);

    internal void HandleNothingReceived(Transfer received)
    {
        if (received.Status == TransferStatus.WouldBlock)
            OnNothingToRead();
        else if (State == ConnectionState.Ending)
            CloseIfSent();
        else if (received.Status == TransferStatus.EndOfStream)
            OnPeerEnded();
        else
            OnBroken(received.Error);
    }

    internal void HandleBrokenWhilePaused() => OnBrokenWhilePaused();

    /// <summary>What has come in cannot be held.</summary>
    internal void BreakForMemory()
    {
        Loop.NoteBufferRefused();
        OnBroken(Libc.ENOMEM);
    }

    internal void HandleSent()
    {
        if (_output.Error != 0)
            OnBroken(_output.Error);
        else if (_output.Queue.IsEmpty && State == ConnectionState.Ending)
            EndSending();
        else
            OnOutputSent();
    }

    internal void HandleSpliced(int bytes) => OnSpliced(bytes);

    internal void HandleSpliceLost(int bytes) => OnSpliceLost(bytes);

    internal void HandleSinkFull() => OnSinkFull();

    private bool FinishConnecting()
    {
        int error = Socket.ConnectError();
        if (error != 0)
        {
            OnConnectFailed(error);
            return false;
        }
        State = State.To(ConnectionState.Open);
        QueueSend();
        OnConnected();
        return State == ConnectionState.Open;
    }

    /// <summary>The last output is sent. If the peer has ended, too, so has the connection.</summary>
    private void EndSending()
    {
        if (_input.SawEnd)
            Close();
        else
            Socket.EndSending();
    }

    /// <summary>The peer has ended while the last output may still be on its way.</summary>
    private void CloseIfSent()
    {
        if (_output.Queue.IsEmpty)
            Close();
    }

    private void Leave(bool reset)
    {
        if (State == ConnectionState.Closed)
            return;
        State = State.To(ConnectionState.Closed);
        if (_lingerTimer is not null)
            Loop.Timers.Disarm(_lingerTimer);
        CutIncoming();
        CutOutgoing();
        _output.Queue.Clear();
        _input.Release();
        if (reset)
            Socket.Abort();
        else
            Socket.Close();
        OnClosed();
    }

    private InvalidOperationException DoesNotSplice() => new($"{GetType().Name} does not splice");
}
