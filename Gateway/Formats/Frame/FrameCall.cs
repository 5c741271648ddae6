using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Sockets.Buffers;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

/// <summary>How much of a frame call's request and of its reply has been passed on.</summary>
internal enum FrameCallState : byte
{
    /// <summary>No call.</summary>
    Idle,
    /// <summary>The route is known. The request is being read, or waits for a connection; no server has received any of it.</summary>
    Held,
    /// <summary>The request is passed on as it arrives; the reply has not begun.</summary>
    Sending,
    /// <summary>Request and reply are passed on as they arrive.</summary>
    Streaming,
    /// <summary>The reply is complete, and the server still reads the request.</summary>
    SendingAfterReply,
    /// <summary>The request was passed on completely; the reply has not begun.</summary>
    Awaiting,
    /// <summary>The request was passed on completely, and the reply is passed on as it arrives.</summary>
    Replying,
    /// <summary>
    /// The gateway answers, after it has discarded the rest of the request: the first implementation sends its data in any case, and it
    /// would be read as the next request.
    /// </summary>
    Rejected,
    /// <summary>The server answers before it has the whole request. The rest of the request is discarded; the reply has not begun.</summary>
    Stopped,
    /// <summary>The reply is passed on as it arrives, and the rest of the request is discarded.</summary>
    StoppedReplying,
    /// <summary>The reply is complete; the rest of the request is discarded.</summary>
    Replied,
}

/// <summary>
/// One frame call, from its header to the end of both its request and its reply. As a connection request it asks for the
/// exclusive connection that it needs. A caller has one call at a time and uses the same object for all: a call allocates nothing.
/// </summary>
internal sealed class FrameCall : ConnectionRequest
{
    private readonly CallbackTimer _timer;
    private CallEntry _entry;
    private long _lastMovedMs;
    private PaceWindow _callersPace;
    private StreamPace _pace;
    private long _begunMs;
    private bool _isStreamed;
    private FrameError? _rejection;
    /// <summary>Connections that ended before any of this call was sent.</summary>
    private int _moves;
    /// <summary>The request as far as it was written, while it waits for another connection; otherwise empty.</summary>
    private OutputQueue _unsent;
    private bool _isUnsentWhole;

    public FrameCall(FrameCaller caller)
    {
        Caller = caller;
        _timer = new CallbackTimer(caller, OnTimeUp);
    }

    public FrameCaller Caller { get; }

    public FrameCallState State { get; private set; }

    /// <summary>Null before the header is accepted, and in a call that was rejected for its header.</summary>
    public RouteState? Route { get; private set; }

    /// <summary>Null while the call has no connection yet, and after the server's part in it is over.</summary>
    public FrameServerConnection? Connection { get; private set; }

    /// <summary>Nothing more of the request goes to the server.</summary>
    private bool IsRequestPassed => State is FrameCallState.Awaiting or FrameCallState.Replying;

    /// <summary>An error reply would be read as part of the server's reply.</summary>
    public bool IsReplyUnfinished => State is FrameCallState.Streaming or FrameCallState.Replying or FrameCallState.StoppedReplying;

    /// <summary>The rest of the request is discarded, and nothing else is left of the call.</summary>
    public bool AwaitsRest => State is FrameCallState.Rejected or FrameCallState.Replied;

    private bool IsReplyPassed => State is FrameCallState.SendingAfterReply or FrameCallState.Replied;

    public ReplyProgress Reply => Connection?.Reply ?? default;

    public long RequestBytes
    {
        set => _entry.RequestBytes = value;
    }

    /// <summary>Restarts the timeout: some of the call moved.</summary>
    public void NoteMoved() => _lastMovedMs = Caller.Loop.NowMs;

    /// <summary>A header names this route. The call counts from here on, even if it is rejected.</summary>
    public void Count(RouteState route) => _entry.Begin(route.TallyIn(Caller.Ledger), Caller.Loop.NowUs);

    protected internal override uint Key => Caller.KeyFor(Route!.Backend);

    /// <summary>A call may go to another connection as often as there are servers.</summary>
    public bool MayMove => _moves < Route!.Backend.Servers.Count;

    /// <summary>The header was accepted.</summary>
    public void Begin(RouteState route)
    {
        _moves = 0;
        Transition(FrameCallState.Held);
        Route = route;
        _isStreamed = false;
    }

    /// <summary>Asks for a connection; true when one is available at once.</summary>
    /// <param name="isStreamed">The request is passed on as it arrives.</param>
    public bool Acquire(bool isStreamed)
    {
        NoteMoved();
        _begunMs = Caller.Loop.NowMs;
        _isStreamed = isStreamed;
        _callersPace.Restart(_begunMs, CallersBytes);
        ArmTimer();
        Route!.Backend.Acquire(this);
        return Connection is not null;
    }

    /// <summary>The data part of the request is passed on as it arrives.</summary>
    public void BeginSending() => Transition(FrameCallState.Sending);

    /// <summary>The request is over: passed on completely, or its rest discarded.</summary>
    public void EndRequest()
    {
        bool wasSending = State is FrameCallState.Held or FrameCallState.Sending or FrameCallState.Streaming or FrameCallState.SendingAfterReply;
        if (State == FrameCallState.Rejected)
            SendRejection();
        Transition(State switch
        {
            FrameCallState.Held or FrameCallState.Sending or FrameCallState.Stopped => FrameCallState.Awaiting,
            FrameCallState.Streaming or FrameCallState.StoppedReplying => FrameCallState.Replying,
            _ => FrameCallState.Idle,
        });
        if (wasSending)
            Connection?.EndRequest();
        EndIfDone();
    }

    /// <summary>The caller aborted a JSON part with a reset frame. None of the request has been passed on, and no more of it arrives.</summary>
    public void RejectReset()
    {
        Transition(FrameCallState.Awaiting);
        Reject(FrameErrors.RequestReset);
    }

    /// <summary>The server answers early, and gets no more of the request. The rest of it is discarded.</summary>
    /// <returns>What the server still expects of the current frame.</returns>
    public long StopRequest()
    {
        long payloadBytesLeft = Caller.Reader.SinkBytesLeft;
        DiscardRest();
        return payloadBytesLeft;
    }

    /// <summary>The data part of the reply is passed on as it arrives.</summary>
    public void BeginReply()
    {
        Transition(State switch
        {
            FrameCallState.Sending => FrameCallState.Streaming,
            FrameCallState.Awaiting => FrameCallState.Replying,
            FrameCallState.Stopped => FrameCallState.StoppedReplying,
            _ => throw Impossible("begin its reply"),
        });
        _isStreamed = true;
    }

    /// <param name="bytes">Of the reply's data part.</param>
    /// <param name="requestGoesOn">The server answered early and still reads the request.</param>
    public void EndReply(ReplyError error, long bytes, bool requestGoesOn)
    {
        Caller.Loop.Counters.CallsAnswered++;
        _entry.Status = FrameStatuses.Of(error);
        _entry.ReplyBytes = bytes;
        if (!requestGoesOn)
            Connection = null;
        bool isRequestOver = IsRequestPassed;
        Transition(isRequestOver ? FrameCallState.Idle : requestGoesOn ? FrameCallState.SendingAfterReply : FrameCallState.Replied);
        if (!isRequestOver && !requestGoesOn)
        {
            Caller.Reader.Discard();
            Caller.WatchRequest();
        }
        EndIfDone();
    }

    /// <summary>The connection ended before any of the request was sent: it waits for another one, with what was written of it.</summary>
    public void Move(ref OutputQueue unsent, bool isWhole)
    {
        _moves++;
        Connection = null;
        _unsent.TakeAll(ref unsent);
        _isUnsentWhole = isWhole;
        Caller.StopSplicing();
        Caller.Hold(InputHold.ServerConnection);
        Route!.Backend.Acquire(this);
    }

    /// <summary>The connection closed in the middle of the call.</summary>
    public void OnConnectionLost(ReplyProgress reply, RejectReason why)
    {
        Connection = null;
        Fail(reply, FrameErrors.Of(why));
    }

    /// <summary>The gateway answers the call with an error, as soon as the rest of the request is discarded.</summary>
    public void Reject(FrameError error)
    {
        Account(error);
        Caller.Loop.Timers.Disarm(_timer);
        Connection = null;
        DropUnsent();
        _rejection = error;
        if (State == FrameCallState.Awaiting)
        {
            SendRejection();
            Transition(FrameCallState.Idle);
        }
        else if (State != FrameCallState.Rejected)
        {
            Transition(FrameCallState.Rejected);
            Caller.Reader.Discard();
            Caller.WatchRequest();
        }
        EndIfDone();
    }

    /// <summary>
    /// The rest of a request must not be passed on. An error reply is possible only before the reply has begun; after the end of the
    /// reply it would be read as the reply to the next call.
    /// </summary>
    public void FailRequest(FrameError error)
    {
        ReplyProgress reply = Reply;
        BreakConnection();
        Fail(reply, error);
    }

    /// <summary>The caller is desynchronised: it gets the pending error, or this one, and its connection ends.</summary>
    public void RejectAtOnce(FrameError error)
    {
        if (IsReplyPassed)
            return;
        if (_rejection is null)
            Account(error);
        (_rejection ?? error).WriteTo(Caller);
    }

    /// <summary>The reply cannot be completed: the caller's connection ends so that the reply is visibly incomplete.</summary>
    public void BreakReply(ReplyProgress reply)
    {
        _entry.ReplyBytes = reply.BytesPassed;
        EndEntry();
        FrameOutput.Break(Caller, reply.FrameBytesLeft);
    }

    /// <summary>Ends the server connection of the call, so that the server cannot take an incomplete request for a complete one.</summary>
    public void BreakConnection()
    {
        Caller.Reader.CountPassed();
        Route?.Backend.Cancel(this);
        DropUnsent();
        FrameServerConnection? connection = Connection;
        Connection = null;
        connection?.Abandon(Caller.Reader.SinkBytesLeft);
    }

    /// <summary>Counts the call as over, answered or not.</summary>
    public void EndEntry() => _entry.End(Caller.Loop, Caller.Name);

    public void OnCallerClosed()
    {
        _entry.ReplyBytes = Math.Max(_entry.ReplyBytes, Reply.BytesPassed);
        BreakConnection();
        EndEntry();
        Caller.Loop.Timers.Disarm(_timer);
    }

    protected internal override void OnConnection(ServerConnection connection)
    {
        Connection = (FrameServerConnection)connection;
        _entry.Server = connection.Server.Statistics;
        if (_unsent.IsEmpty)
            Connection.Begin(this);
        else
            Connection.Continue(this, ref _unsent, _isUnsentWhole);
        Caller.Release(InputHold.ServerConnection);
    }

    protected internal override void OnNoConnection(RejectReason why) => Reject(FrameErrors.Of(why));

    private void DropUnsent()
    {
        if (_unsent.IsEmpty)
            return;
        _unsent.Clear();
        Caller.Release(InputHold.ServerConnection);
    }

    /// <summary>Discards the rest of the request; the reply is not affected.</summary>
    private void DiscardRest()
    {
        FrameCallState next = State switch
        {
            FrameCallState.Sending => FrameCallState.Stopped,
            FrameCallState.Streaming => FrameCallState.StoppedReplying,
            FrameCallState.SendingAfterReply => FrameCallState.Replied,
            _ => State,
        };
        if (next == State)
            return;
        Transition(next);
        Caller.Reader.Discard();
        Caller.WatchRequest();
    }

    /// <summary>The server connection of the call has ended before the reply.</summary>
    private void Fail(ReplyProgress reply, FrameError error)
    {
        if (IsReplyPassed)
            DiscardRest();
        else if (IsReplyUnfinished)
            BreakReply(reply);
        else
            Reject(error);
    }

    /// <summary>Counts the error. A request that was rejected before its route was known is not counted as a call until here.</summary>
    private void Account(FrameError error)
    {
        Caller.NoteRejected(error.Why);
        if (!_entry.IsOpen)
            _entry.Begin(Caller.Ledger.Unrouted, Caller.Loop.NowUs);
        _entry.Status = FrameStatuses.Of(error.Code);
    }

    private void SendRejection()
    {
        _rejection!.WriteTo(Caller);
        _rejection = null;
    }

    /// <summary>Request and reply are over: the caller continues with the next request, which may have arrived already.</summary>
    private void EndIfDone()
    {
        if (State != FrameCallState.Idle || Caller.State != ConnectionState.Open)
            return;
        EndEntry();
        Caller.Loop.Timers.Disarm(_timer);
        Route = null;
        Connection = null;
        _rejection = null;
        Caller.OnCallEnded();
    }

    /// <summary>When the whole call has to be over.</summary>
    private long DueMs => Route!.Policy.DueMs(_begunMs, _isStreamed);

    /// <summary>Due at the end of the call's time, and before that, to see whether the call moves and whether it blocks others.</summary>
    private void ArmTimer()
    {
        long lookMs = Caller.Loop.NowMs + Math.Min(Caller.WriteTimeoutMs, StreamPace.LookMs);
        Caller.Loop.Timers.Arm(_timer, Math.Min(Math.Min(lookMs, DueMs), _lastMovedMs + Route!.Policy.TimeoutMs));
    }

    private void OnTimeUp()
    {
        if (Caller.State != ConnectionState.Open)
            return;
        // Output that the slower side takes counts as movement, too.
        _lastMovedMs = Math.Max(_lastMovedMs, Math.Max(Caller.LastSentMs, Connection?.LastSentMs ?? 0));
        long nowMs = Caller.Loop.NowMs;
        StreamSide awaited = Awaited;
        if (nowMs >= DueMs)
            TimeOut(Route!.Policy.DeadlineMs > 0 ? RejectReason.Deadline : RejectReason.TimedOut);
        else if (nowMs - _lastMovedMs >= Route!.Policy.TimeoutMs)
            TimeOut(RejectReason.TimedOut);
        else if (_pace.IsTooSlow(awaited, nowMs, CallersBytes + ServersBytes, Caller.BytesPerSecondMin))
            EndTooSlow(awaited);
        else if (CallerMovedTooLittle() && BlocksOthers)
            Caller.CloseSlow(CallerFault.HoldsUpOthers);
        else
            ArmTimer();
    }

    /// <summary>It is up to the caller to send or to read, while other calls wait for the connection that it holds.</summary>
    private bool BlocksOthers => Connection is { OutputBytes: 0 } && (Caller.IsBlocked || !IsRequestPassed) && Route!.Backend.HasWaiting;

    /// <summary>What the caller has sent and taken.</summary>
    private long CallersBytes => Caller.BytesReceived + Caller.BytesSent;

    /// <summary>Looks at each write timeout by itself: a byte now and then does not extend it.</summary>
    private bool CallerMovedTooLittle()
    {
        long nowMs = Caller.Loop.NowMs;
        if (_callersPace.ElapsedMs(nowMs) < Caller.WriteTimeoutMs)
            return false;
        bool isBelow = _callersPace.IsBelow(nowMs, CallersBytes, Caller.BytesPerSecondMin);
        _callersPace.Restart(nowMs, CallersBytes);
        return isBelow;
    }

    private long ServersBytes => Connection is { } connection ? connection.BytesReceived + connection.BytesSent : 0;

    /// <summary>The side of a streamed body that has to move next: the one that does not take what waits for it, else the one that has to send.</summary>
    private StreamSide Awaited =>
        !_isStreamed || Connection is not { } connection ? StreamSide.Neither
        : connection.OutputBytes > 0 ? StreamSide.Server
        : Caller.OutputBytes > 0 || State is FrameCallState.Sending or FrameCallState.Streaming or FrameCallState.SendingAfterReply ? StreamSide.Caller
        : IsReplyUnfinished ? StreamSide.Server
        : StreamSide.Neither;

    private void EndTooSlow(StreamSide side)
    {
        if (side == StreamSide.Caller)
            Caller.CloseSlow(CallerFault.TooSlow);
        else
            TimeOut(RejectReason.ServerTooSlow);
    }

    private void TimeOut(RejectReason why)
    {
        ReplyProgress reply = Reply;
        if (Connection is null)
            why = Route!.Backend.WaitReason(why);
        Connection?.NoteTimeout(callerOwesReading: IsReplyUnfinished && Caller.OutputBytes > 0);
        BreakConnection();
        Fail(reply, FrameErrors.Of(why));
    }

    /// <summary>The one place where the state changes. An impossible transition is a bug.</summary>
    /// <remarks>
    /// Idle → Held, Rejected (the header). Held → Sending, Awaiting (whole). Sending → Streaming (reply begins), Awaiting (request ends),
    /// SendingAfterReply, Replied (reply ends), Stopped (early reply). Streaming → Replying, SendingAfterReply, Replied, StoppedReplying.
    /// SendingAfterReply → Idle, Replied. Awaiting → Replying, Idle. Replying → Idle. Stopped → StoppedReplying, Replied, Awaiting.
    /// StoppedReplying → Replying, Replied. Replied, Rejected → Idle. Held, Sending, Stopped → Rejected (no server, time-out, fault).
    /// </remarks>
    private void Transition(FrameCallState next)
    {
        bool isPossible = (State, next) switch
        {
            (FrameCallState.Idle, FrameCallState.Held or FrameCallState.Rejected) => true,
            (FrameCallState.Held, FrameCallState.Sending or FrameCallState.Awaiting or FrameCallState.Rejected) => true,
            (FrameCallState.Sending, FrameCallState.Streaming or FrameCallState.Awaiting or FrameCallState.SendingAfterReply
                or FrameCallState.Replied or FrameCallState.Stopped or FrameCallState.Rejected) => true,
            (FrameCallState.Streaming, FrameCallState.Replying or FrameCallState.SendingAfterReply or FrameCallState.Replied
                or FrameCallState.StoppedReplying) => true,
            (FrameCallState.SendingAfterReply, FrameCallState.Idle or FrameCallState.Replied) => true,
            (FrameCallState.Awaiting, FrameCallState.Replying or FrameCallState.Idle) => true,
            (FrameCallState.Replying, FrameCallState.Idle) => true,
            (FrameCallState.Stopped, FrameCallState.StoppedReplying or FrameCallState.Replied or FrameCallState.Awaiting or FrameCallState.Rejected) => true,
            (FrameCallState.StoppedReplying, FrameCallState.Replying or FrameCallState.Replied) => true,
            (FrameCallState.Replied or FrameCallState.Rejected, FrameCallState.Idle) => true,
            _ => false,
        };
        if (!isPossible)
            throw Impossible($"go to {next}");
        State = next;
    }

    private InvalidOperationException Impossible(string what) => new($"a frame call that is {State} cannot {what}");
}
