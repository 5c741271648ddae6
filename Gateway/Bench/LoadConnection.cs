using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.EventLoop;

namespace FrameRpc.Gateway.Bench;

/// <summary>One connection of the load: keeps its calls in flight and checks every byte of every reply.</summary>
internal abstract class LoadConnection : Connection
{
    /// <summary>Bytes of requests that may wait to be sent; further calls begin when the socket has taken them.</summary>
    private const int OutputBytesMax = 1024 * 1024;

    /// <summary>Below this, the next piece of a large body is written.</summary>
    private const int OutputLowBytes = 64 * 1024;

    /// <summary>Requests up to this size are written to the output whole; larger ones piece by piece as the socket takes them.</summary>
    protected const int WholeBytesMax = 64 * 1024;

    /// <summary>Size of the pieces of a large body.</summary>
    public const int PieceBytesMax = 256 * 1024;

    /// <summary>Pieces that one connection sends per turn: otherwise a fast server would keep the loop from the other connections.</summary>
    private const int PiecesPerTurnMax = 4;

    private readonly LoadThread _thread;

    protected LoadConnection(LoadThread thread, ISocket socket)
        : base(thread.Loop, socket, ConnectionState.Connecting) =>
        _thread = thread;

    /// <summary>Calls sent, or being sent, without a reply yet.</summary>
    public int Outstanding { get; private set; }

    /// <summary>When the bytes being read arrived. Taken once for all replies of one receive.</summary>
    protected long ReceivedAt { get; private set; }

    protected LoadPayload Payload => _thread.Payload;

    private bool HasRoom => _thread.IsRunning && Outstanding < _thread.Plan.InFlight && OutputBytes < OutputBytesMax
        && !IsSendingBody && State == ConnectionState.Open;

    /// <summary>Whether a request larger than <see cref="WholeBytesMax"/> is being sent; no other can begin.</summary>
    protected abstract bool IsSendingBody { get; }

    /// <summary>Begins as many calls as are due and have room.</summary>
    public void BeginCalls(long now)
    {
        while (TryBeginCall(now))
        {
        }
    }

    /// <summary>Begins one call, if one is due and has room.</summary>
    public bool TryBeginCall(long now)
    {
        if (!HasRoom || !_thread.Schedule.TryBegin(now, out long intendedAt))
            return false;
        Outstanding++;
        _thread.NoteMoved(now);
        CountRequest(Send(intendedAt, _thread.NextStamp()), now);
        return true;
    }

    /// <summary>Counts the outstanding calls as failed.</summary>
    public void GiveUp()
    {
        _thread.Tally.AddFailure("no reply", Outstanding);
        Outstanding = 0;
    }

    /// <summary>Writes a request, or its beginning; returns how many bytes of the payload were written.</summary>
    protected abstract int Send(long intendedAt, ulong stamp);

    /// <summary>Writes the next piece of a large request; returns how many bytes of the payload that was.</summary>
    protected abstract int SendBody();

    /// <summary>Checks the received bytes of at most one reply; returns how many were used, or 0 if more are needed.</summary>
    protected abstract int ConsumeReply(ReadOnlySpan<byte> bytes);

    protected sealed override int Consume(Span<byte> bytes)
    {
        ReceivedAt = LoadClock.Now;
        int at = 0;
        while (at < bytes.Length && State == ConnectionState.Open)
        {
            int consumed = ConsumeReply(bytes[at..]);
            if (consumed == 0)
                break;
            at += consumed;
        }
        _thread.NoteMoved(ReceivedAt);
        BeginCalls(ReceivedAt);
        return at;
    }

    protected sealed override void OnOutputSent()
    {
        if (IsSendingBody)
            SendPieces(LoadClock.Now);
        if (HasRoom)
            BeginCalls(LoadClock.Now);
    }

    protected void CountReply(int bytes)
    {
        if (ReceivedAt >= _thread.Schedule.MeasuredFrom)
            _thread.Tally.ReplyBytes += bytes;
    }

    /// <param name="intendedAt">When the call was due.</param>
    /// <param name="failure">What was wrong with its reply, or null.</param>
    protected void EndCall(long intendedAt, string? failure)
    {
        Outstanding--;
        _thread.Tally.AddReply(intendedAt, ReceivedAt, _thread.Schedule.MeasuredFrom, failure);
    }

    /// <summary>The received bytes are not a reply, so nothing after them can be read.</summary>
    protected void Desynchronise(string failure)
    {
        _thread.Tally.AddFailure(failure);
        Abort();
    }

    protected override void OnConnected() => _thread.OnConnected();

    protected override void OnConnectFailed(int error)
    {
        _thread.OnConnectFailed(error);
        Close();
    }

    protected override void OnPeerEnded() => Close();

    protected override void OnClosed()
    {
        _thread.Tally.AddFailure("connection lost", Outstanding);
        Outstanding = 0;
        _thread.OnClosed();
    }

    private void SendPieces(long now)
    {
        _thread.NoteMoved(now);
        for (int pieces = 0; IsSendingBody && !IsSendBlocked && OutputBytes <= OutputLowBytes; pieces++)
        {
            if (pieces == PiecesPerTurnMax)
            {
                QueueSend();
                return;
            }
            CountRequest(SendBody(), now);
        }
    }

    private void CountRequest(int bytes, long now)
    {
        if (now >= _thread.Schedule.MeasuredFrom)
            _thread.Tally.RequestBytes += bytes;
    }
}
