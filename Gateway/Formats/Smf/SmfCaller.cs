using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Gateway.Formats.Smf;

/// <summary>A caller that speaks smf: many calls in flight, each under a session of the caller's choice, answered in any order.</summary>
internal sealed class SmfCaller : Caller
{
    /// <summary>As many as a connection has sessions: one caller alone cannot fill more than one connection.</summary>
    private const int CallsInFlightMax = SmfSessionTable.Max;

    /// <summary>Long enough that a caller which always reads slowly holds up others once a minute at most.</summary>
    private const int IsolationMs = 60_000;

    private readonly SmfRequestReader _reader;
    private SmfReplyStreams _streams;
    private int _inFlight;
    private bool _peerEnded;
    private long _isolatedUntilMs;
    private bool _isLeaving;

    public SmfCaller(WorkerContext context, ListenerLedger ledger, SmfCallPool calls, ISocket socket, Action onClosed)
        : base(context, ledger, socket, onClosed)
    {
        _reader = new SmfRequestReader(this, context, calls);
    }

    /// <summary>Its calls use exclusive connections: a large reply that it read slowly has held up the calls of others on a shared one.</summary>
    public bool IsIsolated => Loop.NowMs < _isolatedUntilMs;

    public void Isolate() => _isolatedUntilMs = Loop.NowMs + IsolationMs;

    public bool HasTooManyCalls => _inFlight >= CallsInFlightMax;

    public long WriteTimeoutMs => Context.WriteTimeoutMs;

    /// <summary>Always: its replies arrive on connections that carry other callers' calls, too.</summary>
    protected override bool MustRead => true;

    protected override bool IsIdle => _inFlight == 0 && _reader.Upload is null && !_reader.IsDiscarding && HeldBytes == 0;

    protected override int UnreadBytes => OutputBytes + _streams.BytesBehind;

    public void Hold(InputHold why) => HoldInput(why);

    public void Release(InputHold why) => ReleaseInput(why);

    public void StopSplicing() => CutOutgoing();

    public void OnCallBegun() => _inFlight++;

    public void OnCallEnded()
    {
        _inFlight--;
        LeaveIfDone();
    }

    public override void LeaveWhenIdle() => LeaveIfDone();

    /// <summary>Passes a small reply on, under the caller's own session.</summary>
    public void Reply(SmfCall call, SmfHeader header, Span<byte> reply)
    {
        Loop.Counters.CallsAnswered++;
        call.NoteAnswered(SmfStatuses.Of(header.Meta), header.Size);
        SmfHeader.WriteSession(reply, call.CallerSession);
        if (reply.Length >= DirectSendBytesMin && UnreadBytes == 0 && !_streams.IsBusy && State == ConnectionState.Open)
        {
            Write(reply);
            HoldInputIfUnread();
        }
        else if (TryReserveReply(reply.Length, out Span<byte> room))
        {
            reply.CopyTo(room);
            AdvanceReply(reply.Length);
        }
    }

    /// <summary>Answers a call that could not be served. Ending the call is up to its owner.</summary>
    public void RejectCall(SmfCall call, RejectReason why)
    {
        if (!IsClosed)
        {
            call.NoteAnswered(SmfStatuses.Of(StatusOf(why)));
            Reject(call.CallerSession, why);
        }
        if (_reader.Upload is { } upload && upload.IsOf(call))
            upload.Stop();
    }

    /// <summary>Answers a request that never became a call.</summary>
    public void RejectAtOnce(SmfHeader header, RejectReason why, CallTally tally)
    {
        var entry = default(CallEntry);
        entry.Begin(tally, Loop.NowUs);
        entry.Status = SmfStatuses.Of(StatusOf(why));
        if (why == RejectReason.NoRoute)
            entry.UnknownId = header.Meta;
        entry.End(Loop, Name);
        Reject(header.Session, why);
    }

    /// <inheritdoc cref="SmfReplyStreams.TryBegin"/>
    public bool TryBeginStream(SmfReplyRelay relay) => _streams.TryBegin(relay);

    /// <summary>The large reply is written whole: what waited behind it follows.</summary>
    public void EndStream(SmfReplyRelay relay)
    {
        if (IsClosed || !_streams.End(relay, ref Output))
            return;
        QueueSend();
        _streams.BeginNext()?.OnTurn();
    }

    /// <inheritdoc cref="SmfReplyStreams.Cancel"/>
    public void CancelStream(SmfReplyRelay relay) => _streams.Cancel(relay);

    /// <summary>
    /// How much of a large reply may wait here. One on a shared connection holds up the calls behind it, so it may take half of
    /// what a caller may leave unread; the other half is for small replies.
    /// </summary>
    public int StreamBytesMax(bool isShared) => isShared ? Math.Max(StreamBufferBytesMax, Context.Limits.ReplyBufferMax / 2) : StreamBufferBytesMax;

    public long BytesPerSecondMin => Context.Limits.BytesPerSecondMin;

    /// <summary>The side of this call that has to move next. How it reads is watched for all of its calls together.</summary>
    public StreamSide AwaitedOf(SmfCall call)
    {
        if (_reader.Upload is { Connection: { } connection } upload && upload.IsOf(call))
            return connection.OutputBytes > 0 ? StreamSide.Server : StreamSide.Caller;
        return call.ReplyBegun && OutputBytes == 0 ? StreamSide.Server : StreamSide.Neither;
    }

    /// <summary>Closes this caller if it sent too little of a large request for the write timeout, and blocks others by that.</summary>
    public bool CloseIfBlocking(SmfCall call)
    {
        if (_reader.Upload is not { } upload || !upload.IsOf(call) || !upload.SentTooLittle(Context.WriteTimeoutMs, Context.Limits.BytesPerSecondMin))
            return false;
        CloseSlow(CallerFault.HoldsUpOthers);
        return true;
    }

    /// <summary>The call waited for a connection until its time was up.</summary>
    public void OnConnectionTimedOut(RejectReason why) => _reader.Upload!.OnTimedOut(why);

    /// <summary>The rest of a refused request is discarded from now on.</summary>
    public void AwaitRest() => Await(Awaited.Rest, _reader.RefusedCount);

    /// <summary>More of the rest of a refused request has come than is read away.</summary>
    public void OnRestTooLong() => EndRest();

    protected override int Consume(Span<byte> bytes)
    {
        int at = 0;
        while (!IsInputPaused && State == ConnectionState.Open && at < bytes.Length && _reader.Consume(bytes[at..]) is > 0 and var consumed)
            at += consumed;
        if (_isLeaving)
            return bytes.Length;
        MessageBytes = _reader.WantedBytes;
        WatchRequest(bytes.Length - at);
        if (at == bytes.Length && _reader.Upload is { Connection: { } connection } upload)
            TrySplice(connection, upload.BytesToPass);
        if (!IsInputPaused && Context.IsDraining)
            LeaveIfDone();
        return at;
    }

    /// <summary>Its other calls get their replies first.</summary>
    protected override void OnRequestOverdue()
    {
        _reader.RejectOverdue(HeldInput);
        LeaveWhenAnswered();
    }

    /// <summary>The answer is sent already, before the rest of the request was read.</summary>
    protected override void OnRestOverdue() => LeaveWhenAnswered();

    protected override void OnSpliced(int bytes) => _reader.Upload!.OnSpliced(bytes);

    protected override void OnSinkFull() => HoldInput(InputHold.Upload);

    protected override void OnSpliceLost(int bytes) => _reader.Upload!.OnSpliceLost(bytes);

    protected override void OnOutputSent()
    {
        if (HasOutputRoom)
            _streams.NoteRoom();
        base.OnOutputSent();
        // Unread replies may be all that kept it.
        if (HeldBytes == 0)
            LeaveIfDone();
    }

    protected override void OnPeerEnded()
    {
        _peerEnded = true;
        if (_reader.Upload is not null)
        {
            // The request was cut short: the server must not take it for whole, and its caller expects no reply.
            Abort();
            return;
        }
        LeaveIfDone();
    }

    protected override void OnClosed()
    {
        _reader.OnCallerClosed();
        _streams.Lose();
        base.OnClosed();
    }

    private void LeaveIfDone()
    {
        if (IsClosed || _inFlight > 0 || _reader.Upload is not null)
            return;
        if (_isLeaving || (!IsHeld && (_peerEnded || Context.IsDraining)))
            EndAfterOutput();
    }

    /// <summary>Nothing more is read.</summary>
    private void LeaveWhenAnswered()
    {
        if (IsClosed)
            return;
        _isLeaving = true;
        AwaitNothing();
        HoldInput(InputHold.Leaving);
        DropInput();
        LeaveIfDone();
    }

    private void WatchRequest(int bytesLeft)
    {
        if (_reader.IsDiscarding)
            AwaitRest();
        else if (bytesLeft > 0 && !IsInputPaused && _reader.Upload is null)
            Await(Awaited.Request, key: BytesReceived - bytesLeft);
        else
            AwaitNothing();
    }

    private void Reject(ushort session, RejectReason why)
    {
        Context.NoteRejected(why);
        if (TryReserveReply(SmfEmptyReply.Bytes, out Span<byte> room))
        {
            SmfEmptyReply.Write(room, session, StatusOf(why));
            AdvanceReply(SmfEmptyReply.Bytes);
        }
    }

    /// <summary>Room for a small reply; none if the caller is gone, or is closed now because it left too much unread or there is no memory.</summary>
    private bool TryReserveReply(int bytes, out Span<byte> room)
    {
        room = default;
        if (State != ConnectionState.Open)
            return false;
        if (UnreadBytes > 0 && UnreadBytes + bytes > Context.Limits.ReplyBufferMax)
        {
            // The connection that brought this reply carries other callers' calls, and cannot wait for this one.
            CloseSlow(CallerFault.TooMuchUnread);
            return false;
        }
        if (_streams.IsBusy ? TryReserveBehindStream(bytes, out room) : TryReserve(bytes, out room))
            return true;
        Abort();
        return false;
    }

    private bool TryReserveBehindStream(int bytes, out Span<byte> room)
    {
        if (_streams.TryReserve(Loop.Blocks, bytes, out room))
            return true;
        Loop.NoteBufferRefused();
        return false;
    }

    private void AdvanceReply(int bytes)
    {
        if (_streams.IsBusy)
            _streams.Advance(bytes);
        else
            Wrote(bytes);
        HoldInputIfUnread();
    }

    private void HoldInputIfUnread()
    {
        if (UnreadBytes > RepliesHoldBytes)
            HoldInput(InputHold.Replies);
    }

    private static uint StatusOf(RejectReason why) => why switch
    {
        RejectReason.NoRoute => SmfStatus.NotFound,
        RejectReason.Malformed => SmfStatus.BadRequest,
        RejectReason.TooLarge => SmfStatus.TooLarge,
        RejectReason.RequestTimedOut => SmfStatus.RequestTimedOut,
        RejectReason.TooMany => SmfStatus.TooManyRequests,
        RejectReason.ServerLost or RejectReason.BadReply => SmfStatus.BadGateway,
        RejectReason.TimedOut or RejectReason.Deadline or RejectReason.ServerTooSlow => SmfStatus.TimedOut,
        _ => SmfStatus.Unavailable,
    };
}
