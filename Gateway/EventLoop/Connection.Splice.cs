using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.EventLoop;

internal abstract partial class Connection
{
    /// <summary>The stretch of this connection's input that goes to another one unseen.</summary>
    private Splice? _outgoing;
    /// <summary>The stretch of another one's input that goes to this one, behind all that was written before it.</summary>
    private Splice? _incoming;

    /// <summary>Bytes of another connection's input that stand in a pipe before this one.</summary>
    private int PipedBytes => _incoming?.PipedBytes ?? 0;

    /// <summary>
    /// Passes the next bytes of the input to the sink inside the kernel, if they are worth it and a pipe can be had; else
    /// they come to <see cref="Consume"/> as ever. To be called when all that has come was consumed.
    /// </summary>
    protected void TrySplice(Connection sink, long bytes)
    {
        if (!Loop.Splices.IsWorthIt(bytes, fromTcp: CanReset, toTcp: sink.CanReset) || _outgoing is not null || sink._incoming is not null)
            return;
        if (State != ConnectionState.Open || sink.State != ConnectionState.Open || Loop.Splices.Rent() is not { } splice)
            return;
        splice.Begin(this, sink, bytes);
        _outgoing = splice;
        sink._incoming = splice;
    }

    /// <summary>Spliced bytes have reached the sink's socket.</summary>
    protected virtual void OnSpliced(int bytes) => throw new InvalidOperationException($"{GetType().Name} does not splice");

    /// <summary>The splice was broken off, and these bytes of the input with it: they were received, and reached nobody.</summary>
    protected virtual void OnSpliceLost(int bytes) => throw new InvalidOperationException($"{GetType().Name} does not splice");

    /// <summary>The sink does not take what is in the pipe. To be paused until it has; see <see cref="HasOutputRoom"/>.</summary>
    protected virtual void OnSinkFull() => throw new InvalidOperationException($"{GetType().Name} does not splice");

    /// <summary>Breaks off what comes out of this connection's input; the rest of it comes to <see cref="Consume"/>.</summary>
    protected void CutOutgoing() => Cut(_outgoing);

    /// <summary>Breaks off what goes into this connection's output, so that its last words can be written.</summary>
    public void CutIncoming() => Cut(_incoming);

    /// <summary>
    /// Takes what the sink did not take out of the pipe into its output, from where it follows when it can. The rest of the
    /// input then comes to <see cref="Consume"/>.
    /// </summary>
    protected void TakeOutOfPipe()
    {
        Splice splice = _outgoing!;
        Connection sink = splice.Sink;
        int taken = 0;
        while (splice.PipedBytes > 0)
        {
            int read = splice.Read(Loop.Scratch);
            sink.Append(Loop.Scratch[..read]);
            taken += read;
        }
        Detach(splice);
        sink.QueueSend();
        Loop.Counters.BytesCopied += taken;
        if (taken > 0)
            OnSpliced(taken);
    }

    /// <summary>Fills the pipe and empties it right away. False when nothing more can be done in this turn.</summary>
    private bool ReadSpliced(Splice splice)
    {
        if (splice.UnreceivedBytes > 0)
        {
            Transfer filled = splice.Fill(_socket);
            if (filled.Status == TransferStatus.Failed && IsNotSupported(filled.Error) && splice.PipedBytes == 0)
            {
                Loop.Splices.NoteUnsupported();
                Detach(splice);
                return true;
            }
            // That nothing was moved says that the socket is empty only if the pipe is, too.
            if (filled.Status is not (TransferStatus.Done or TransferStatus.WouldBlock) || splice.PipedBytes == 0)
            {
                if (filled.Status == TransferStatus.WouldBlock)
                    splice.AwaitMore(_socket);
                NoteNothingReceived(filled);
                return false;
            }
        }
        Connection sink = splice.Sink;
        sink.SendSpliced();
        if (_outgoing != splice || splice.PipedBytes == 0)
            return true;
        // At the end of the turn somebody looks whether the sink may be waited for, or why the send failed.
        sink.QueueSend();
        OnSinkFull();
        return _outgoing != splice;
    }

    /// <summary>Sends what was written before the splice, then what is in its pipe: right behind its filling, or later when this connection took nothing then.</summary>
    private void SendSpliced()
    {
        Splice splice = _incoming!;
        bool isUnsupported = false;
        int passed = 0;
        while (!_sendBlocked && _sendError == 0)
        {
            if (!_output.IsEmpty)
            {
                NoteSent(_output.SendTo(_socket, moreFollows: splice.PipedBytes > 0));
                continue;
            }
            if (splice.PipedBytes == 0)
                break;
            Transfer sent = splice.Empty(_socket);
            isUnsupported = sent.Status == TransferStatus.Failed && IsNotSupported(sent.Error);
            if (isUnsupported)
                break;
            NoteSent(sent);
            passed += sent.Bytes;
        }
        if (passed > 0)
            NotePassed(splice, passed);
        if (!isUnsupported || _incoming != splice)
            return;
        Loop.Splices.NoteUnsupported();
        splice.Source.TakeOutOfPipe();
    }

    private void NotePassed(Splice splice, int bytes)
    {
        Connection source = splice.Source;
        Loop.Counters.BytesSpliced += bytes;
        if (splice.BytesLeft == 0)
            Detach(splice);
        source.OnSpliced(bytes);
    }

    private void Cut(Splice? splice)
    {
        if (splice is null)
            return;
        Connection source = splice.Source;
        int lost = splice.PipedBytes;
        Detach(splice);
        if (lost > 0 && source.State != ConnectionState.Closed)
            source.OnSpliceLost(lost);
    }

    internal void ResetReceiveLowWaterMark() => _socket.SetReceiveLowWaterMark(1);

    private void Detach(Splice splice)
    {
        splice.Source.ResetReceiveLowWaterMark();
        splice.Source._outgoing = null;
        splice.Sink._incoming = null;
        Loop.Splices.Return(splice);
    }

    /// <summary>What a kernel, or a sandbox in its place, says of sockets that it cannot splice.</summary>
    private static bool IsNotSupported(int error) => error is Libc.EINVAL or Libc.ENOSYS or Libc.EPERM;

    private void AssertNothingIncoming()
    {
        if (_incoming is not null)
            throw new InvalidOperationException("written into the middle of a body that is being spliced");
    }
}
