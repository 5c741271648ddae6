using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Buffers;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

/// <summary>
/// A caller that speaks the frame format: one call at a time, each on an exclusive connection; requests that it pipelines wait
/// in its connection and are answered in order.
/// </summary>
internal sealed partial class FrameCaller : Caller
{
    /// <summary>Header and JSON part up to this size, frames and all, are held whole and leave in one write; what is longer is passed on as it comes.</summary>
    public const int HeldBytesMax = 64 * 1024 + 8 * 1024;

    private readonly CallbackTimer _timer;
    private readonly Block _gather;
    private readonly OwnConnectionRequest _connectionRequest;
    private FrameServerConnection? _connection;
    private RouteState? _route;
    private CallEntry _entry;
    private long _lastMovedMs;
    private bool _replyBegun;
    private bool _replyEnded;
    private bool _requestEnded;

    /// <param name="gather">Shared by all frame callers of the worker: its content lasts until another part is put together.</param>
    public FrameCaller(WorkerContext context, ListenerLedger ledger, Block gather, ISocket socket, Action onClosed)
        : base(context, ledger, socket, onClosed)
    {
        _gather = gather;
        _timer = new CallbackTimer(this, OnTimeUp);
        _connectionRequest = new OwnConnectionRequest(this);
    }

    /// <summary>Where a part that came in several frames is put together. Its content lasts until the next one.</summary>
    public Span<byte> GatherRoom => _gather.Span;

    /// <summary>Not while a call is in progress: a stream may stand still for as long as its route's timeout says.</summary>
    protected override bool MustRead => _route is null;

    public void NoteMoved() => _lastMovedMs = Loop.NowMs;

    /// <summary>The server answers, and its connection takes no more of the request. What still comes of it is read away.</summary>
    /// <returns>What the server still expects of the frame that was on its way.</returns>
    public long StopRequest()
    {
        long payloadBytesLeft = _part.SinkBytesLeft;
        DiscardRest();
        return payloadBytesLeft;
    }

    /// <summary>From now on an error reply would stand in the middle of the server's reply.</summary>
    public void NoteReplyBegun() => _replyBegun = true;

    /// <param name="error">What the reply says.</param>
    /// <param name="bytes">Of its data part.</param>
    /// <param name="requestGoesOn">The server answered early and still reads the request.</param>
    public void OnReplyEnded(ReplyError error, long bytes, bool requestGoesOn)
    {
        Loop.Counters.CallsAnswered++;
        _entry.Status = FrameStatuses.Of(error);
        _entry.ReplyBytes = bytes;
        _replyEnded = true;
        if (!requestGoesOn)
            _connection = null;
        if (!_requestEnded && !requestGoesOn)
            DiscardRest();
        EndCallIfDone();
    }

    /// <summary>The connection closed or broke in the middle of the call.</summary>
    /// <param name="replyBytesPassed">What this caller has got of the reply's data part.</param>
    /// <param name="replyBytesLeft">What it still expects of the frame it is in.</param>
    /// <param name="why">The server is lost, or its reply is none.</param>
    public void OnServerConnectionLost(long replyBytesPassed, long replyBytesLeft, RejectReason why)
    {
        _connection = null;
        if (_replyEnded)
            DiscardRest();
        else if (_replyBegun)
            BreakReply(replyBytesPassed, replyBytesLeft);
        else
            Reject(why);
    }

    public override void LeaveWhenIdle()
    {
        if (IsIdle && !IsConsuming)
            SendResetFrame();
    }

    protected override void OnPeerEnded()
    {
        if (IsIdle)
        {
            SendResetFrame();
            return;
        }
        // Cut short in the middle of a request, which the server must not take for whole, nor the caller a reply that has begun.
        long replyBytesPassed = _connection?.ReplyBytesPassed ?? 0, replyBytesLeft = _connection?.ReplyBytesLeft ?? 0;
        BreakConnection();
        if (_replyBegun && !_replyEnded)
            BreakReply(replyBytesPassed, replyBytesLeft);
        else
            SendResetFrame();
    }

    protected override void OnNothingToRead()
    {
        if (Context.IsDraining)
            LeaveWhenIdle();
    }

    protected override void OnOutputSent()
    {
        if (HasOutputRoom)
            _connection?.OnCallerRoom();
        base.OnOutputSent();
    }

    protected override void OnClosed()
    {
        _entry.ReplyBytes = Math.Max(_entry.ReplyBytes, _connection?.ReplyBytesPassed ?? 0);
        BreakConnection();
        _entry.End(Loop, Name);
        Loop.Timers.Disarm(_timer);
        base.OnClosed();
    }

    /// <summary>A reply that has begun cannot be completed: it is broken off visibly, and the connection with it.</summary>
    private void BreakReply(long bytesPassed, long bytesLeft)
    {
        _entry.ReplyBytes = bytesPassed;
        _entry.End(Loop, Name);
        FrameOutput.Break(this, bytesLeft);
    }

    /// <summary>A server answers a reset frame, or an end of the stream, with its own.</summary>
    private void SendResetFrame()
    {
        if (State != ConnectionState.Open)
            return;
        _entry.End(Loop, Name);
        Write(FrameHeader.Reset);
        EndAfterOutput();
    }

    private bool IsIdle => _phase == Phase.Request && _route is null && HeldBytes == 0;

    private void BreakConnection()
    {
        NoteRequestPassed();
        if (_route is { } route)
            route.Backend.Cancel(_connectionRequest);
        FrameServerConnection? connection = _connection;
        _connection = null;
        if (connection is null)
            return;
        if (_requestEnded)
            connection.GiveUp();
        else
            connection.BreakRequest(_part.SinkBytesLeft);
    }

    /// <summary>Request and reply are over: on to the next, which may have come already.</summary>
    private void EndCallIfDone()
    {
        if (!_replyEnded || !_requestEnded || State != ConnectionState.Open)
            return;
        _entry.End(Loop, Name);
        Loop.Timers.Disarm(_timer);
        _route = null;
        _connection = null;
        _replyBegun = false;
        _replyEnded = false;
        _requestEnded = false;
        _rejection = null;
        _scan = default;
        _beginning = default;
        _phase = Phase.Request;
        MessageBytes = FrameHeader.Bytes;
        if (OutputBytes > RepliesHoldBytes)
            HoldInput(InputHold.Replies);
        ReleaseInput(InputHold.Turn);
        // A request that came meanwhile is not read yet; it is answered before the leave.
        if (!MayHaveUnread)
            OnNothingToRead();
    }

    /// <summary>Looks at the call when its time is up, and before that whether it is in the way of others.</summary>
    private void ArmTimer() => Loop.Timers.Arm(_timer, Math.Min(Loop.NowMs + Context.WriteTimeoutMs, _lastMovedMs + _route!.Policy.TimeoutMs));

    private void OnTimeUp()
    {
        if (State != ConnectionState.Open)
            return;
        // What waits in the gateway moves, too, when the slower side takes some of it.
        _lastMovedMs = Math.Max(_lastMovedMs, Math.Max(LastSentMs, _connection?.LastSentMs ?? 0));
        long stillMs = Loop.NowMs - _lastMovedMs;
        if (stillMs >= _route!.Policy.TimeoutMs)
        {
            TimeOut();
        }
        else if (stillMs >= Context.WriteTimeoutMs && IsInTheWay)
        {
            CloseSlow(SlowCaller.StandsInTheWay);
        }
        else
        {
            ArmTimer();
        }
    }

    /// <summary>It is this caller that neither sends nor reads, while others wait for the connection that it holds.</summary>
    private bool IsInTheWay =>
        _connection is { OutputBytes: 0 } && (IsSendBlocked || !_requestEnded) && _route!.Backend.HasWaiting;

    private void TimeOut()
    {
        long replyBytesPassed = _connection?.ReplyBytesPassed ?? 0, replyBytesLeft = _connection?.ReplyBytesLeft ?? 0;
        BreakConnection();
        if (_replyEnded)
            DiscardRest();
        else if (_replyBegun)
            BreakReply(replyBytesPassed, replyBytesLeft);
        else
            Reject(RejectReason.TimedOut);
    }

    private sealed class OwnConnectionRequest(FrameCaller caller) : ConnectionRequest
    {
        protected internal override void OnConnection(ServerConnection connection)
        {
            caller._connection = (FrameServerConnection)connection;
            caller._entry.Server = connection.Server.Statistics;
            caller._connection.Begin(caller, caller._route!.Policy);
            caller.ReleaseInput(InputHold.ServerConnection);
        }

        protected internal override void OnNoConnection(RejectReason why) => caller.Reject(why);
    }
}
