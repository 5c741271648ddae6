using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

/// <summary>How far a frame call is: what of its request has passed, and what of its reply.</summary>
internal enum FrameCallState : byte
{
    /// <summary>No call.</summary>
    Idle,
    /// <summary>The route is known. No server has seen anything of the request, which is read, or waits for a connection.</summary>
    Held,
    /// <summary>The request is passed on as it comes; the reply has not begun.</summary>
    Sending,
    /// <summary>Request and reply are passed on as they come.</summary>
    Streaming,
    /// <summary>The reply was passed on whole, and the server still reads the request.</summary>
    SendingAfterReply,
    /// <summary>The request was passed on whole; the reply has not begun.</summary>
    Awaiting,
    /// <summary>The request was passed on whole, and the reply is passed on as it comes.</summary>
    Replying,
    /// <summary>The gateway answers. The rest of the request is read away first: a first implementation would otherwise go on sending data into a connection that takes it for the next request.</summary>
    Rejected,
    /// <summary>The server answers before it has the whole request, whose rest is read away; the reply has not begun.</summary>
    Stopped,
    /// <summary>The reply is passed on as it comes, and the rest of the request is read away.</summary>
    StoppedReplying,
    /// <summary>The reply was passed on whole; the rest of the request is read away.</summary>
    Replied,
}

/// <summary>
/// One frame call, from its header to the end of both its request and its reply. As a connection request it asks for the
/// exclusive connection that it travels on. A caller has one at a time and uses the same object for all: a call allocates nothing.
/// </summary>
internal sealed class FrameCall : ConnectionRequest
{
    private readonly CallbackTimer _timer;
    private CallEntry _entry;
    private long _lastMovedMs;
    private FrameError? _rejection;

    public FrameCall(FrameCaller caller)
    {
        Caller = caller;
        _timer = new CallbackTimer(caller, OnTimeUp);
    }

    public FrameCaller Caller { get; }

    public FrameCallState State { get; private set; }

    /// <summary>Null before the header has been accepted, and in a call that was rejected for its header.</summary>
    public RouteState? Route { get; private set; }

    /// <summary>Null while none is needed, or one is waited for, and when the server has no part in the call any more.</summary>
    public FrameServerConnection? Connection { get; private set; }

    /// <summary>The server has, or was to have, the whole request.</summary>
    private bool IsRequestPassed => State is FrameCallState.Awaiting or FrameCallState.Replying;

    /// <summary>An error reply would stand in the middle of the server's reply.</summary>
    public bool IsReplyUnfinished => State is FrameCallState.Streaming or FrameCallState.Replying or FrameCallState.StoppedReplying;

    private bool IsReplyPassed => State is FrameCallState.SendingAfterReply or FrameCallState.Replied;

    /// <summary>What the caller has got of the reply's data part, and what it still expects of the frame it is in.</summary>
    public (long Passed, long FrameBytesLeft) Reply => Connection is { } connection ? (connection.ReplyBytesPassed, connection.ReplyBytesLeft) : (0, 0);

    public long RequestBytes
    {
        set => _entry.RequestBytes = value;
    }

    /// <summary>A byte of it moved. The timeout counts from here.</summary>
    public void NoteMoved() => _lastMovedMs = Caller.Loop.NowMs;

    /// <summary>A header names this route. Counted from here on, whatever becomes of it.</summary>
    public void Count(RouteState route) => _entry.Begin(route.TallyIn(Caller.Ledger), Caller.Loop.NowUs);

    /// <summary>The header was accepted.</summary>
    public void Begin(RouteState route)
    {
        Transition(FrameCallState.Held);
        Route = route;
    }

    /// <summary>Nothing comes for a while, without a connection being held: bounded by the route's timeout.</summary>
    public void Wait()
    {
        NoteMoved();
        ArmTimer();
    }

    /// <summary>Asks for a connection; true when there is one at once.</summary>
    public bool Acquire()
    {
        Wait();
        Route!.Backend.Acquire(this);
        return Connection is not null;
    }

    /// <summary>What follows of the request is passed on as it comes.</summary>
    public void BeginSending() => Transition(FrameCallState.Sending);

    /// <summary>The request is over: passed on whole, or its rest read away.</summary>
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

    /// <summary>The source of a JSON part failed. Nothing of the request has been passed on, and nothing more of it comes.</summary>
    public void RejectReset()
    {
        Transition(FrameCallState.Awaiting);
        Reject(FrameErrors.RequestReset);
    }

    /// <summary>The server answers, and its connection takes no more of the request. What still comes of it is read away.</summary>
    /// <returns>What the server still expects of the frame that was on its way.</returns>
    public long StopRequest()
    {
        long payloadBytesLeft = Caller.Reader.SinkBytesLeft;
        DiscardRest();
        return payloadBytesLeft;
    }

    /// <summary>The reply is passed on as it comes.</summary>
    public void BeginReply() => Transition(State switch
    {
        FrameCallState.Sending => FrameCallState.Streaming,
        FrameCallState.Awaiting => FrameCallState.Replying,
        FrameCallState.Stopped => FrameCallState.StoppedReplying,
        _ => throw Impossible("begin its reply"),
    });

    /// <param name="error">What the reply says.</param>
    /// <param name="bytes">Of its data part.</param>
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
            Caller.Reader.Discard();
        EndIfDone();
    }

    /// <summary>The connection closed or broke in the middle of the call.</summary>
    /// <param name="replyBytesPassed">What the caller has got of the reply's data part.</param>
    /// <param name="replyBytesLeft">What it still expects of the frame it is in.</param>
    /// <param name="why">The server is lost, or its reply is none.</param>
    public void OnConnectionLost(long replyBytesPassed, long replyBytesLeft, RejectReason why)
    {
        Connection = null;
        Fail((replyBytesPassed, replyBytesLeft), FrameErrors.Of(why));
    }

    /// <summary>The gateway answers the call, as soon as the request has been read away.</summary>
    public void Reject(FrameError error)
    {
        Account(error);
        Caller.Loop.Timers.Disarm(_timer);
        Connection = null;
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
        }
        EndIfDone();
    }

    /// <summary>
    /// Something in the middle of the request must not be passed on. Where the reply has begun, nothing else can take its place; where it
    /// is over, an error would be taken for the next call's.
    /// </summary>
    public void FailRequest(FrameError error)
    {
        (long, long) reply = Reply;
        BreakConnection();
        Fail(reply, error);
    }

    /// <summary>The caller is desynchronised: it gets the error that waits, or this one, and nothing after it.</summary>
    public void RejectAtOnce(FrameError error)
    {
        if (IsReplyPassed)
            return;
        if (_rejection is null)
            Account(error);
        (_rejection ?? error).WriteTo(Caller);
    }

    /// <summary>A reply that has begun cannot be completed: it is broken off visibly, and the caller's connection with it.</summary>
    public void BreakReply((long Passed, long FrameBytesLeft) reply)
    {
        _entry.ReplyBytes = reply.Passed;
        EndEntry();
        FrameOutput.Break(Caller, reply.FrameBytesLeft);
    }

    /// <summary>The server gets no more of the call, and cannot take what it got for whole.</summary>
    public void BreakConnection()
    {
        Caller.Reader.CountPassed();
        Route?.Backend.Cancel(this);
        FrameServerConnection? connection = Connection;
        Connection = null;
        if (connection is null)
            return;
        if (IsRequestPassed)
            connection.GiveUp();
        else
            connection.BreakRequest(Caller.Reader.SinkBytesLeft);
    }

    /// <summary>Out of the books, whether it was answered or not.</summary>
    public void EndEntry() => _entry.End(Caller.Loop, Caller.Name);

    public void OnCallerClosed()
    {
        _entry.ReplyBytes = Math.Max(_entry.ReplyBytes, Reply.Passed);
        BreakConnection();
        EndEntry();
        Caller.Loop.Timers.Disarm(_timer);
    }

    protected internal override void OnConnection(ServerConnection connection)
    {
        Connection = (FrameServerConnection)connection;
        _entry.Server = connection.Server.Statistics;
        Connection.Begin(this);
        Caller.Release(InputHold.ServerConnection);
    }

    protected internal override void OnNoConnection(RejectReason why) => Reject(FrameErrors.Of(why));

    /// <summary>What is left of the request is read away, and the reply goes on.</summary>
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
    }

    /// <summary>The server has no part in the call any more.</summary>
    private void Fail((long Passed, long FrameBytesLeft) reply, FrameError error)
    {
        if (IsReplyPassed)
            DiscardRest();
        else if (IsReplyUnfinished)
            BreakReply(reply);
        else
            Reject(error);
    }

    /// <summary>What was rejected before its route was known never became a call until now.</summary>
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

    /// <summary>Request and reply are over: on to the next, which may have come already.</summary>
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

    /// <summary>Looks at the call when its time is up, and before that whether it is in the way of others.</summary>
    private void ArmTimer() =>
        Caller.Loop.Timers.Arm(_timer, Math.Min(Caller.Loop.NowMs + Caller.WriteTimeoutMs, _lastMovedMs + Route!.Policy.TimeoutMs));

    private void OnTimeUp()
    {
        if (Caller.State != ConnectionState.Open)
            return;
        // What waits in the gateway moves, too, when the slower side takes some of it.
        _lastMovedMs = Math.Max(_lastMovedMs, Math.Max(Caller.LastSentMs, Connection?.LastSentMs ?? 0));
        long stillMs = Caller.Loop.NowMs - _lastMovedMs;
        if (stillMs >= Route!.Policy.TimeoutMs)
            TimeOut();
        else if (stillMs >= Caller.WriteTimeoutMs && BlocksOthers)
            Caller.CloseSlow(SlowCaller.Stalled);
        else
            ArmTimer();
    }

    /// <summary>It is the caller that neither sends nor reads, while others wait for the connection that it holds.</summary>
    private bool BlocksOthers => Connection is { OutputBytes: 0 } && (Caller.IsBlocked || !IsRequestPassed) && Route!.Backend.HasWaiting;

    private void TimeOut()
    {
        (long, long) reply = Reply;
        BreakConnection();
        Fail(reply, FrameErrors.Of(RejectReason.TimedOut));
    }

    /// <summary>The one place where the state changes. What is impossible here is a bug.</summary>
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
            (FrameCallState.Streaming, FrameCallState.Replying or FrameCallState.SendingAfterReply or FrameCallState.Replied or FrameCallState.StoppedReplying) => true,
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
