using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Buffers;

namespace FrameRpc.Gateway.EventLoop;

/// <summary>
/// One connection in an event loop: connects its input, its output and the bodies spliced between connections with the protocol that derives from it,
/// which consumes the bytes.
/// </summary>
/// <remarks>
/// Only the loop reads and sends; a connection that needs more asks the loop for it. So no connection is entered while it or another one is
/// consuming.
/// </remarks>
internal abstract class Connection : IReadyHandler
{
    /// <summary>
    /// Pieces of bodies from this size on are sent directly from where they are; what the socket takes is not copied into the output first.
    /// </summary>
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

    internal ISocket Socket { get; private set; }

    internal ref ConnectionInput Receiving => ref _input;

    internal ref ConnectionOutput Sending => ref _output;

    /// <inheritdoc cref="ISocket.DescribePeer"/>
    protected string DescribePeer() => Socket.DescribePeer();

    /// <summary>The connection to a server was established.</summary>
    protected virtual void OnConnected()
    {
    }

    /// <summary>The connection to a server failed. Closes by default.</summary>
    protected virtual void OnConnectFailed(int error) => Close();

    /// <summary>
    /// Consumes whole messages from the front of <paramref name="bytes"/> and returns their length. The rest comes again, followed by more. The bytes
    /// may be changed in place.
    /// </summary>
    protected abstract int Consume(Span<byte> bytes);

    /// <summary>A receive found nothing.</summary>
    protected virtual void OnNothingToRead()
    {
    }

    /// <summary>The peer closed its side in order; <see cref="HeldBytes"/> are left of an incomplete message.</summary>
    protected abstract void OnPeerEnded();

    /// <summary>The connection broke, or there is no memory for its data (ENOMEM). Overrides must abort it.</summary>
    protected virtual void OnBroken(int error) => Abort();

    /// <summary>The connection broke while its input was paused, so that bytes from before the break are still unread.</summary>
    protected virtual void OnBrokenWhilePaused()
    {
    }

    /// <summary>Something arrived, or the peer ended its side, while the input was paused; see <see cref="ReadBehindHeld"/>.</summary>
    protected virtual void OnArrivedWhilePaused()
    {
    }

    /// <summary>Output was sent, so that what waited for room can continue.</summary>
    protected virtual void OnOutputSent()
    {
    }

    /// <summary>Spliced bytes have reached the sink's socket.</summary>
    protected virtual void OnSpliced(int bytes) => throw DoesNotSplice();

    /// <summary>The splice was cut; these bytes of the input were received but never sent.</summary>
    protected virtual void OnSpliceLost(int bytes) => throw DoesNotSplice();

    /// <summary>The sink does not accept what is in the pipe. Pause until it does; see <see cref="HasOutputRoom"/>.</summary>
    protected virtual void OnSinkFull() => throw DoesNotSplice();

    /// <summary>The connection is about to close, and still has its unsent output and its splices. Called once.</summary>
    protected virtual void OnClosing()
    {
    }

    /// <summary>The connection has closed. Called once.</summary>
    protected abstract void OnClosed();

    /// <summary>Closes in order, at once. Unsent output is lost.</summary>
    public void Close() => Leave(reset: false);

    /// <summary>Closes with a reset, so that the peer cannot take partial output for complete.</summary>
    public void Abort() => Leave(reset: true);

    /// <summary>Sends what is left, then closes in order. Further input is discarded.</summary>
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

    /// <summary>Whether reading is paused; see <see cref="PauseInput"/>.</summary>
    public bool IsInputPaused => _input.IsPaused;

    /// <summary>The peer has ended its stream, or the connection is broken; what came before may not be read yet.</summary>
    public bool PeerHasEnded => _input.PeerHasEnded;

    /// <summary>Whether <see cref="Consume"/> is running; <see cref="HeldBytes"/> is not up to date then.</summary>
    protected bool IsConsuming => _input.IsConsuming;

    /// <summary>There may be more to receive. If not, <see cref="OnNothingToRead"/> is called.</summary>
    protected bool MayHaveUnread => _input.MayHaveUnread;

    /// <summary>Bytes received but not consumed.</summary>
    protected int HeldBytes => _input.HeldBytes;

    /// <summary>What was received and not consumed; not while <see cref="Consume"/> is running.</summary>
    protected ReadOnlySpan<byte> HeldInput => _input.Held;

    /// <summary>
    /// Receives up to this many bytes more, behind what is held, although the input is paused. They are consumed when it is resumed.
    /// </summary>
    protected void ReadBehindHeld(int bytesMax) => _input.ReadBehindHeld(bytesMax);

    /// <summary>Discards what was received and not consumed.</summary>
    protected void DropInput() => _input.Release();

    /// <summary>The length of the partly received message, as far as it is known: room for it is made as it arrives.</summary>
    protected int MessageBytes
    {
        get => _input.MessageBytes;
        set => _input.MessageBytes = value;
    }

    /// <summary>
    /// Limits the next receive to <see cref="MessageBytes"/>, so that what follows can be spliced instead of being copied through memory.
    /// </summary>
    protected void ReadHeaderOnly() => _input.ReadHeaderOnly();

    /// <summary>Stops reading and consuming until <see cref="ResumeInput"/>. The peer is held up when the buffers in between are full.</summary>
    public void PauseInput() => _input.Pause();

    /// <summary>Continues in the next turn, beginning with what is held.</summary>
    public void ResumeInput()
    {
        if (State != ConnectionState.Closed)
            _input.Resume();
    }

    /// <summary>A part of another connection's input is being spliced into this output.</summary>
    protected bool IsSplicedInto => _output.Splice is not null;

    /// <summary>When the peer last accepted a byte.</summary>
    public long LastSentMs => _output.LastSentMs;

    /// <summary>Bytes that the peer has accepted since the connection was made, spliced ones too.</summary>
    public long BytesSent => _output.BytesSent;

    /// <summary>Bytes that the peer has sent since the connection was made, spliced ones too.</summary>
    public long BytesReceived => _input.BytesReceived;

    /// <summary>Bytes waiting to be sent, here or in a pipe.</summary>
    public int OutputBytes => _output.Bytes;

    /// <summary>
    /// Whether so little is left to send that more should be fetched: enough to keep the socket busy meanwhile. The pipe must be empty, because its
    /// source cannot continue before.
    /// </summary>
    public bool HasOutputRoom => _output.HasRoom;

    /// <summary>Whether the peer currently accepts nothing.</summary>
    protected bool IsSendBlocked => _output.IsBlocked;

    /// <summary>The output itself, for protocols that take back what could not be sent.</summary>
    protected ref OutputQueue Output => ref _output.Queue;

    /// <summary>
    /// Appends to the output: large pieces are sent now, small ones at the end of the turn. Without memory for it, this connection breaks at the end
    /// of the turn, as when sending fails, because its output has a gap.
    /// </summary>
    public void Write(ReadOnlySpan<byte> bytes) => _output.Write(bytes);

    /// <summary>Discards unsent output.</summary>
    protected void DropOutput() => _output.Queue.Clear();

    /// <summary>Room for a small message that is written in place and sent at the end of the turn; <see cref="Wrote"/> adds it.</summary>
    /// <exception cref="IOException">
    /// There is no memory for it. Only for a connection's own messages, because it closes the connection that is being read.
    /// </exception>
    protected Span<byte> Reserve(int bytes) =>
        TryReserve(bytes, out Span<byte> room) ? room : throw new IOException("out of memory for buffers");

    /// <summary>The same, but returns false without memory for it, and leaves the connection unchanged.</summary>
    protected bool TryReserve(int bytes, out Span<byte> room) => _output.TryReserve(bytes, out room);

    /// <summary>Writes this whole message: a large one at once, as far as the socket takes it, a small one at the end of the turn.</summary>
    /// <param name="message">What to write.</param>
    /// <param name="room">The room from <see cref="TryReserve"/>, so that a lack of memory cannot cut the message.</param>
    protected void WriteReserved(ReadOnlySpan<byte> message, Span<byte> room) => _output.WriteReserved(message, room);

    protected void Wrote(int bytes) => _output.Advance(bytes);

    protected void QueueSend() => _output.QueueSend();

    /// <summary>
    /// Forwards the next bytes of the input to the sink inside the kernel, if there are enough of them and a pipe is available; otherwise they come
    /// to <see cref="Consume"/>. Call it when everything received was consumed.
    /// </summary>
    protected void TrySplice(Connection sink, long bytes)
    {
        if (!Loop.Splices.ShouldSplice(bytes, Socket, sink.Socket) || _input.Splice is not null || sink._output.Splice is not null)
            return;
        if (State != ConnectionState.Open || sink.State != ConnectionState.Open || Loop.Splices.Rent() is not { } splice)
            return;
        splice.Begin(this, sink, bytes);
    }

    /// <summary>Cuts the splice from this connection's input; the rest of the input comes to <see cref="Consume"/>.</summary>
    protected void CutOutgoing() => _input.Splice?.Cut();

    /// <summary>Cuts the splice into this connection's output, so that its last bytes can be written.</summary>
    public void CutIncoming() => _output.Splice?.Cut();

    /// <summary>
    /// Moves what the sink did not accept from the pipe into its output, to be sent when possible. The rest of the input then comes to <see
    /// cref="Consume"/>.
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

    internal void HandleArrivedWhilePaused() => OnArrivedWhilePaused();

    /// <summary>Received bytes cannot be held.</summary>
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

    /// <summary>Connects with another socket, because the attempt with this one failed. What was written waits for the new one.</summary>
    protected void ReplaceSocket(ISocket socket)
    {
        if (State != ConnectionState.Connecting)
            throw new InvalidOperationException($"a connection that is {State} cannot have another socket");
        Socket.Close();
        Socket = socket;
        socket.Owner = this;
    }

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

    /// <summary>The last output was sent. If the peer has also ended, the connection closes.</summary>
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
        OnClosing();
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
