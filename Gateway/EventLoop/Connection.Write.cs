using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Buffers;

namespace FrameRpc.Gateway.EventLoop;

internal abstract partial class Connection
{
    /// <summary>Pieces of bodies from this size on are sent at once, from where they are: what the socket takes is not copied into the output first.</summary>
    protected const int DirectSendBytesMin = 16 * 1024;

    /// <summary>See <see cref="HasOutputRoom"/>.</summary>
    private const int OutputLowBytes = 64 * 1024;

    private OutputQueue _output;
    private bool _sendQueued;
    private bool _sendBlocked;
    private int _sendError;

    /// <summary>When the peer last took a byte.</summary>
    public long LastSentMs { get; private set; }

    /// <summary>Bytes that wait to be sent, here or in a pipe.</summary>
    public int OutputBytes => _output.Bytes + PipedBytes;

    /// <summary>
    /// When this little is left to send, more is fetched: enough to keep the socket busy meanwhile. What is in a pipe has to
    /// be gone, because its source can do nothing before.
    /// </summary>
    public bool HasOutputRoom => _output.Bytes <= OutputLowBytes && PipedBytes == 0;

    /// <summary>The peer takes nothing just now.</summary>
    protected bool IsSendBlocked => _sendBlocked;

    /// <summary>The output itself, for whoever has to take back what could not be sent.</summary>
    protected ref OutputQueue Output => ref _output;

    /// <summary>
    /// Says this after all that was said before: large pieces now, small ones at the end of the turn. Where there is no
    /// memory for it, this connection breaks at the end of the turn, as when sending fails; what it is part of is not whole.
    /// </summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        AssertNothingIncoming();
        if (bytes.Length >= DirectSendBytesMin && _output.IsEmpty)
            bytes = bytes[SendNow(bytes)..];
        if (!bytes.IsEmpty && State is not ConnectionState.Closed)
            Append(bytes);
    }

    /// <summary>Sends nothing of what was written and has not left yet.</summary>
    protected void DropOutput() => _output.Clear();

    /// <summary>Room for a small message that is written in place and leaves at the end of the turn; <see cref="Wrote"/> counts it in.</summary>
    /// <exception cref="IOException">There is no memory for it. Only for those whose own bytes they are: it closes who is being heard.</exception>
    protected Span<byte> Reserve(int bytes) => TryReserve(bytes, out Span<byte> room) ? room : throw new IOException("the system gives no memory for buffers");

    /// <summary>The same, where there is memory for it. Where there is none, nothing has happened to this connection.</summary>
    protected bool TryReserve(int bytes, out Span<byte> room)
    {
        AssertNothingIncoming();
        if (_output.TryReserve(Loop.Blocks, bytes, out room))
            return true;
        Loop.NoteBufferRefused();
        return false;
    }

    /// <summary>Says this whole message: a large one at once, as far as the socket takes it, a small one at the end of the turn.</summary>
    /// <param name="message">What to say.</param>
    /// <param name="room">What <see cref="TryReserve"/> gave for it, so that no lack of memory can cut it.</param>
    protected void WriteReserved(ReadOnlySpan<byte> message, Span<byte> room)
    {
        if (message.Length >= DirectSendBytesMin && _output.IsEmpty)
            message = message[SendNow(message)..];
        if (message.IsEmpty)
        {
            _output.Clear();
            return;
        }
        message.CopyTo(room);
        Wrote(message.Length);
    }

    protected void Wrote(int bytes)
    {
        _output.Advance(bytes);
        QueueSend();
    }

    protected void QueueSend()
    {
        if (_sendQueued)
            return;
        _sendQueued = true;
        Loop.SendAtEndOfTurn(this);
    }

    /// <summary>After a gap nothing may be sent.</summary>
    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (_sendError == 0 && !_output.TryAppend(Loop.Blocks, bytes))
        {
            Loop.NoteBufferRefused();
            _sendError = Libc.ENOMEM;
        }
        QueueSend();
    }

    internal void SendOutput()
    {
        _sendQueued = false;
        if (State is ConnectionState.Closed or ConnectionState.Connecting)
            return;
        if (_incoming is not null)
            SendSpliced();
        while (!_output.IsEmpty && !_sendBlocked && _sendError == 0)
            NoteSent(_output.SendTo(_socket));
        if (_sendError != 0)
        {
            OnBroken(_sendError);
            return;
        }
        if (_output.IsEmpty && State == ConnectionState.Ending)
            EndSending();
        else
            OnOutputSent();
    }

    /// <summary>Sends what the socket takes, and returns how much that was. A broken connection is reported at the end of the turn, not in the middle of somebody's reading.</summary>
    private int SendNow(ReadOnlySpan<byte> bytes)
    {
        int sent = 0;
        while (sent < bytes.Length && State == ConnectionState.Open && !_sendBlocked && _sendError == 0)
        {
            Transfer transfer = _socket.Send(bytes[sent..]);
            NoteSent(transfer);
            sent += transfer.Bytes;
        }
        if (_sendError != 0)
            QueueSend();
        return sent;
    }

    private void NoteSent(Transfer sent)
    {
        if (sent.Status == TransferStatus.WouldBlock)
            _sendBlocked = true;
        else if (sent.Status == TransferStatus.Failed)
            _sendError = sent.Error;
        else
            LastSentMs = Loop.NowMs;
    }

    private void NoteWritable()
    {
        if (!_sendBlocked)
            return;
        _sendBlocked = false;
        QueueSend();
    }
}
