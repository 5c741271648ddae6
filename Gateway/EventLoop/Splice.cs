using System.Diagnostics;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Pipes;

namespace FrameRpc.Gateway.EventLoop;

/// <summary>
/// A stretch of one connection's input on its way to another connection's output, through a pipe of the kernel and never
/// through this process. Pooled with its pipe: a body allocates nothing.
/// </summary>
/// <remarks>
/// It stands behind all that was written to the sink before, and nothing may be written to the sink until it has ended. A
/// byte counts as passed on when it has left the pipe, because until then it can still be lost.
/// </remarks>
internal sealed class Splice(IPipe pipe) : TimerEntry
{
    /// <summary>
    /// While a body streams, the loop wakes for nearly a pipe full of it, and not for each segment. One stream of 4 MiB frames
    /// over loopback against HAProxy with 1 MiB pipes, on a kernel with cubic: 1.04 × its throughput at 0.58 × its CPU; waking
    /// for 512 KiB 0.97 × at 0.78 ×, for 256 KiB 1.0 × at 1.02 ×, for every byte 0.97 × at 1.21 ×.
    /// </summary>
    private const int LowWaterMarkBytes = 960 * 1024;

    /// <summary>A sender that takes longer than this for so much is slow: then every byte is passed on as it comes.</summary>
    private const int PatienceMs = 20;

    private bool _isSlow;
    private long _lastFilledMs;
    private Connection? _source;
    private Connection? _sink;

    /// <summary>Whose input it is.</summary>
    public Connection Source => _source!;

    /// <summary>Whose output it becomes.</summary>
    public Connection Sink => _sink!;

    /// <summary>What has not reached the sink's socket yet.</summary>
    public long BytesLeft { get; private set; }

    /// <summary>Of these, what is in the pipe.</summary>
    public int PipedBytes => pipe.Bytes;

    /// <summary>Of these, what is still to be received.</summary>
    public long UnreceivedBytes => BytesLeft - pipe.Bytes;

    public bool IsInUse => _source is not null;

    public void Begin(Connection source, Connection sink, long bytes)
    {
        Debug.Assert(!IsInUse && pipe.Bytes == 0 && bytes > 0);
        _source = source;
        _sink = sink;
        BytesLeft = bytes;
        _isSlow = false;
    }

    /// <summary>Fills the pipe with what the socket has of the stretch, and nothing behind it.</summary>
    public Transfer Fill(ISocket socket)
    {
        // A place of the pipe may hold more than a page, so that it holds more than its capacity.
        int room = (int)Math.Min(UnreceivedBytes, Math.Max(0, pipe.CapacityBytes - pipe.Bytes));
        if (room == 0)
            return Transfer.WouldBlock;
        Transfer filled = socket.Receive(pipe, room);
        if (filled.Status == TransferStatus.Done)
            _lastFilledMs = Source.Loop.NowMs;
        _isSlow &= filled.Bytes < LowWaterMarkBytes;
        return filled;
    }

    /// <summary>The socket is empty: wake for the next large piece, or for the rest if it is less.</summary>
    public void AwaitMore(ISocket socket)
    {
        if (_isSlow)
            return;
        socket.SetReceiveLowWaterMark((int)Math.Min(UnreceivedBytes, LowWaterMarkBytes));
        if (!IsArmed)
            Source.Loop.Timers.Arm(this, Source.Loop.NowMs + PatienceMs);
    }

    /// <summary>Empties the pipe into the socket, as far as it takes it.</summary>
    public Transfer Empty(ISocket socket)
    {
        Transfer sent = socket.Send(pipe, moreFollows: false);
        BytesLeft -= sent.Bytes;
        return sent;
    }

    /// <summary>Takes what is in the pipe into memory, from where it still reaches the sink.</summary>
    public int Read(Span<byte> buffer)
    {
        int read = pipe.Read(buffer);
        BytesLeft -= read;
        return read;
    }

    protected internal override IReadyHandler? Owner => _source;

    /// <summary>What has come meanwhile is too little to be told of, and has waited long enough.</summary>
    protected internal override void OnDue()
    {
        long dueMs = _lastFilledMs + PatienceMs;
        if (dueMs > Source.Loop.NowMs)
        {
            Source.Loop.Timers.Arm(this, dueMs);
            return;
        }
        _isSlow = true;
        Source.ResetReceiveLowWaterMark();
    }

    /// <summary>Over, whether it was passed on whole or not.</summary>
    public void End()
    {
        if (_source is not null)
            _source.Loop.Timers.Disarm(this);
        _source = null;
        _sink = null;
        BytesLeft = 0;
    }

    public void Close() => pipe.Close();
}
