using System.Diagnostics;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Pipes;

namespace FrameRpc.Gateway.EventLoop;

/// <summary>
/// Forwards part of one connection's input to another connection's output through a kernel pipe, without copying it through this process. Pooled with
/// its pipe, so that a body allocates nothing.
/// </summary>
/// <remarks>
/// It follows everything written to the sink before, and nothing may be written to the sink until it has ended. A byte counts as forwarded when it
/// has left the pipe, because it can be lost until then. The source's protocol may end the splice in any callback, so the code after each one checks
/// whether it is still attached.
/// </remarks>
internal sealed class Splice(IPipe pipe)
{
    private readonly SpliceWakeup _wakeup = new();
    private Connection? _source;
    private Connection? _sink;
    /// <summary>Bytes that have not reached the sink's socket yet.</summary>
    private long _bytesLeft;

    /// <summary>Bytes received but not accepted by the sink's socket.</summary>
    public int PipedBytes => pipe.Bytes;

    public bool IsAttached => _source is not null;

    private long UnreceivedBytes => _bytesLeft - pipe.Bytes;

    public void Begin(Connection source, Connection sink, long bytes)
    {
        Debug.Assert(!IsAttached && pipe.Bytes == 0 && bytes > 0);
        _source = source;
        _sink = sink;
        _bytesLeft = bytes;
        _wakeup.Begin(source);
        source.Receiving.Splice = this;
        sink.Sending.Splice = this;
    }

    /// <summary>Fills the pipe and empties it at once. False if nothing more can be done in this turn.</summary>
    public bool Move()
    {
        (Connection source, Connection sink) = (_source!, _sink!);
        if (UnreceivedBytes > 0)
        {
            Transfer filled = Fill(source.Socket);
            if (IsRefused(filled) && pipe.Bytes == 0)
            {
                source.Loop.Splices.NoteSourceRefused(source.Socket.Kind);
                Detach();
                return true;
            }
            // A pipe that is not empty may be full: a fill that moves nothing means an empty socket only if the pipe is empty.
            if (filled.Status is not (TransferStatus.Done or TransferStatus.WouldBlock) || pipe.Bytes == 0)
            {
                if (filled.Status == TransferStatus.WouldBlock)
                    _wakeup.AwaitMore(UnreceivedBytes);
                source.Receiving.HandleNothingReceived(filled);
                return false;
            }
        }
        SendToSink();
        if (source.Receiving.Splice != this || pipe.Bytes == 0)
            return true;
        // The end of the turn finds out whether to wait for the sink, or why the send failed.
        sink.Sending.QueueSend();
        source.HandleSinkFull();
        return source.Receiving.Splice != this;
    }

    /// <summary>
    /// Sends what was written to the sink before, then what is in the pipe: directly after filling it, or later if the sink accepted nothing then.
    /// </summary>
    public void SendToSink()
    {
        Connection sink = _sink!;
        ref ConnectionOutput output = ref sink.Sending;
        Transfer sent = default;
        int passed = 0;
        while (output.CanSend)
        {
            if (!output.Queue.IsEmpty)
            {
                output.SendQueue(moreFollows: pipe.Bytes > 0);
                continue;
            }
            if (pipe.Bytes == 0)
                break;
            sent = sink.Socket.Send(pipe, moreFollows: false);
            if (IsRefused(sent))
                break;
            output.Note(sent);
            passed += sent.Bytes;
        }
        if (passed > 0)
            NotePassed(passed);
        if (!IsRefused(sent) || output.Splice != this)
            return;
        sink.Loop.Splices.NoteSinkRefused(sink.Socket.Kind);
        TakeOut();
    }

    /// <summary>Moves what the sink did not accept from the pipe into the sink's output, and ends.</summary>
    public void TakeOut()
    {
        (Connection source, Connection sink) = (_source!, _sink!);
        Span<byte> scratch = source.Loop.Scratch;
        int taken = 0;
        while (pipe.Bytes > 0)
        {
            int read = pipe.Read(scratch);
            sink.Sending.Append(scratch[..read]);
            taken += read;
        }
        Detach();
        sink.Sending.QueueSend();
        source.Loop.Counters.BytesCopied += taken;
        if (taken > 0)
            source.HandleSpliced(taken);
    }

    /// <summary>Ends the splice. What is in the pipe is lost.</summary>
    public void Cut()
    {
        Connection source = _source!;
        int lost = pipe.Bytes;
        Detach();
        if (lost > 0 && !source.IsClosed)
            source.HandleSpliceLost(lost);
    }

    public void Close() => pipe.Close();

    /// <summary>Fills the pipe from the socket, up to the end of the spliced part.</summary>
    private Transfer Fill(ISocket socket)
    {
        // A slot of the pipe may hold more than a page, so the pipe can hold more than its capacity.
        int room = (int)Math.Min(UnreceivedBytes, Math.Max(0, pipe.CapacityBytes - pipe.Bytes));
        if (room == 0)
            return Transfer.WouldBlock;
        Transfer filled = socket.Receive(pipe, room);
        if (filled.Status == TransferStatus.Done)
        {
            _source!.Receiving.NoteSpliced(filled.Bytes);
            _wakeup.NoteFilled(filled.Bytes);
        }
        return filled;
    }

    private void NotePassed(int bytes)
    {
        Connection source = _source!;
        source.Loop.Counters.BytesSpliced += bytes;
        _bytesLeft -= bytes;
        if (_bytesLeft == 0)
            Detach();
        source.HandleSpliced(bytes);
    }

    /// <summary>Detaches from both ends and returns to the pool.</summary>
    private void Detach()
    {
        Loop loop = _source!.Loop;
        _wakeup.End();
        _source.Receiving.Splice = null;
        _sink!.Sending.Splice = null;
        _source = null;
        _sink = null;
        loop.Splices.Return(this);
    }

    /// <summary>Errors of a kernel, or of a sandbox in its place, for sockets that it cannot splice.</summary>
    private static bool IsRefused(Transfer transfer) => transfer.Error is Libc.EINVAL or Libc.ENOSYS or Libc.EPERM;
}
