using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Buffers;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Gateway.Formats.Smf;

/// <summary>
/// A connection to an smf server. Shared, it carries the small calls of all callers at once, each under a session of its
/// own, with replies in any order. Exclusive, it carries one call with a large body.
/// </summary>
internal sealed class SmfServerConnection : ServerConnection
{
    /// <summary>
    /// Requests that may wait for a server to read them: about a tenth of a second of full load. Beyond it callers wait
    /// with their next request, and are served in turn.
    /// </summary>
    private const int OutputBytesMax = 4 * 1024 * 1024;

    /// <summary>
    /// A server that leaves this many calls unanswered (the Java server never answers an id it does not know) would use up
    /// the sessions: the connection is replaced, and closed when its other calls are done.
    /// </summary>
    private const int GivenUpMax = 1024;

    /// <summary>Calls in a row without a reply in time: the path to the server is dead, whatever the kernel believes, and another connection may work.</summary>
    private const int TimeoutsInARowMax = 3;

    private readonly SmfSessionTable _calls;
    private readonly SmfReplyRelay _relay;
    private readonly SmfReplyReader _reader;
    private readonly LinkedList<SmfRoomWait> _waitingForRoom = new();
    private int _timeoutsInARow;

    /// <summary>Of the replies: when the last one arrived, and the latest request that was answered, by its place in the stream.</summary>
    private long _repliedUs, _answeredUpTo;

    /// <summary>The large request that is being written to this exclusive connection.</summary>
    private SmfUpload? _upload;

    public SmfServerConnection(Loop loop, ISocket socket, Server server, bool isExclusive)
        : base(loop, socket, server, isExclusive)
    {
        _calls = new SmfSessionTable(this);
        _relay = new SmfReplyRelay(this);
        _reader = new SmfReplyReader(this, _calls, _relay);
    }

    /// <summary>Whether a request of this length may be appended now; otherwise see <see cref="WaitForRoom"/>.</summary>
    public bool HasRoom(int bytes) =>
        Unanswered.Count < Server.Backend.CallsPerConnectionMax && (OutputBytes == 0 || OutputBytes + bytes <= OutputBytesMax);

    /// <summary>Calls other than this one wait for their replies here.</summary>
    public bool HasOthersThan(SmfCall call) => _calls.Count - _calls.GivenUp > (call.IsGivenUp ? 0 : 1);

    /// <summary>Callers whose next request waits for room here.</summary>
    public int CallersWaiting => _waitingForRoom.Count;

    /// <summary>Resumes the caller when there is room again, unless its place is removed before.</summary>
    public void WaitForRoom(LinkedListNode<SmfRoomWait> place) => _waitingForRoom.AddLast(place);

    /// <summary>
    /// Puts a whole request on the connection, under the connection's session. A small one leaves at the end of the turn, with all others.
    /// False if there is no memory for it: the other calls of the connection must not suffer from that.
    /// </summary>
    public bool TryStart(SmfCall call, Span<byte> message)
    {
        if (!TryReserve(message.Length, out Span<byte> room))
            return false;
        Add(call);
        call.RequestStart = BytesSent + OutputBytes;
        SmfHeader.WriteSession(message, call.ServerSession);
        WriteReserved(message, room);
        return true;
    }

    /// <summary>Puts the header of a large request on this exclusive connection; its body follows with <see cref="Connection.Write"/>.</summary>
    public void StartLarge(SmfCall call, SmfHeader header, SmfUpload upload)
    {
        Add(call);
        call.RequestStart = BytesSent + OutputBytes;
        _upload = upload;
        Span<byte> bytes = stackalloc byte[SmfHeader.Bytes];
        (header with { Session = call.ServerSession }).Write(bytes);
        Write(bytes);
    }

    /// <summary>Continues a large request, of which another connection had sent nothing.</summary>
    /// <param name="unsent">Its header, and what had arrived of its body.</param>
    /// <param name="upload">Null if the whole request is there.</param>
    public void ContinueLarge(SmfCall call, ref OutputQueue unsent, SmfUpload? upload)
    {
        Add(call);
        call.RequestStart = BytesSent;
        SmfHeader.WriteSession(unsent.FirstPiece, call.ServerSession);
        _upload = upload;
        Output.TakeAll(ref unsent);
        QueueSend();
    }

    /// <summary>The body of the large request is written.</summary>
    public void EndUpload()
    {
        _upload = null;
        GiveBackWhenDone();
    }

    /// <param name="why">What its caller is told, unless it has a part of the reply.</param>
    public void OnCallTimedOut(SmfCall call, RejectReason why)
    {
        JudgeTimeout(call);
        if (call.ReplyBegun)
        {
            // The server stopped in the middle of its reply: neither this connection nor the caller's stream can go on.
            call.Caller?.Abort();
            Abort();
            return;
        }
        bool replyWaits = _relay.IsOf(call);
        if (replyWaits)
            _relay.LeaveQueue();
        if (IsExclusive)
        {
            AnswerAndAbort(call, why);
            return;
        }
        bool serverReads = !IsSendBlocked || Loop.NowMs - LastSentMs < call.Route.Policy.TimeoutMs;
        call.Caller?.RejectCall(call, why);
        if (replyWaits)
            _relay.OnCallerLost();
        else
            GiveUp(call, serverReads);
    }

    /// <summary>The rest of the large request must not reach the server: its caller gets an error, and the connection ends before the body is complete.</summary>
    public void RejectUpload(SmfCall call)
    {
        if (call.ReplyBegun)
        {
            // The caller has a part of a reply: no other can take its place.
            call.Caller!.Abort();
            return;
        }
        if (_relay.IsOf(call))
            _relay.LeaveQueue();
        AnswerAndAbort(call, RejectReason.Malformed);
    }

    /// <summary>The caller of a large request is gone in the middle of its body: no other call can use the connection.</summary>
    public void OnUploaderGone() => Abort();

    /// <summary>A request that is still on its way does not come to its end.</summary>
    public void AbortUnfinishedUpload()
    {
        if (_upload is not null)
            Abort();
    }

    /// <summary>The reply to a request has arrived, or its beginning, good or bad.</summary>
    public void NoteReplied(SmfCall call)
    {
        HasReplied = true;
        _timeoutsInARow = 0;
        if (IsExclusive)
            return;
        Server.Turns.NoteReply(inOrder: call.RequestStart >= _answeredUpTo, call.SentUs, _repliedUs, Loop.NowUs);
        _answeredUpTo = Math.Max(_answeredUpTo, call.RequestStart);
        _repliedUs = Loop.NowUs;
    }

    /// <summary>The call counts as load of the server.</summary>
    public void CountBegun(SmfCall call)
    {
        call.SentUs = Loop.NowUs;
        OnCallBegun();
    }

    public void CountEnded(SmfCall call) => OnCallEnded(call.SentUs / 1000);

    /// <summary>The call has its reply.</summary>
    public void EndCall(SmfCall call)
    {
        // The answer may have been too much for a caller that reads nothing, and the connection may have ended with its request.
        if (IsClosed)
            return;
        Remove(call);
        call.End(Loop);
        if (!IsExclusive)
        {
            CloseWhenRetired();
            return;
        }
        if (_upload is { } upload)
        {
            // Answered before the request was read to its end: the rest is discarded, and the connection cannot be used again.
            _upload = null;
            upload.Stop();
            Abort();
            return;
        }
        GiveBackWhenDone();
    }

    /// <summary>The large reply of this call has been passed on whole.</summary>
    public void EndPassed(SmfCall call, uint status)
    {
        Loop.Counters.CallsAnswered++;
        call.NoteAnswered(SmfStatuses.Of(status));
        EndCall(call);
    }

    /// <summary>
    /// The call is over, although the rest of its reply still has to be discarded. No call's timeout bounds that any more: on an
    /// exclusive connection the time of an idle one does.
    /// </summary>
    public void EndUnwaited(SmfCall call)
    {
        Remove(call);
        call.End(Loop);
        if (IsExclusive)
            BeginIdle();
    }

    /// <summary>A reply that no caller waited for has been read to its end.</summary>
    public void OnDiscarded()
    {
        if (IsExclusive)
            GiveBackWhenDone();
        else
            CloseWhenRetired();
    }

    /// <summary>What follows may be gigabytes: no new call should wait behind it. Those that do already may still get their replies.</summary>
    public void RetireBehindTooLarge()
    {
        if (IsExclusive)
            Abort();
        else
            Retire();
    }

    protected override int Consume(Span<byte> bytes)
    {
        int at = 0;
        while (!IsInputPaused && !IsClosed && at < bytes.Length && _reader.Consume(bytes[at..]) is > 0 and var consumed)
            at += consumed;
        MessageBytes = _reader.WantedBytes;
        if (at == bytes.Length && _relay.Sink is { } caller && MaySplice(caller))
            TrySplice(caller, _relay.BytesLeft);
        return at;
    }

    protected override void OnSpliced(int bytes) => _relay.OnSpliced(bytes);

    protected override void OnSpliceLost(int bytes) => _relay.OnSpliceLost(bytes);

    protected override void OnSinkFull()
    {
        if (IsExclusive)
            _relay.Stall();
        else
            TakeOutOfPipe();
    }

    protected override void OnRetired()
    {
        if (!IsExclusive)
            CloseWhenRetired();
        else if (_calls.Count == 0)
            Close();
    }

    protected internal override void Leave() => Close();

    protected override void OnSharedNotConnected(RejectReason why) => MoveUnsent(why);

    /// <summary>Calls none of whose bytes were sent go elsewhere, as if they came now.</summary>
    protected override void OnClosing()
    {
        if (IsExclusive)
        {
            // Without memory for all of it, the output has a gap.
            if (!EndedForShortage)
                MoveUpload();
        }
        else
        {
            Server.ForgetShared(this);
            MoveUnsent(RejectReason.NoServer);
        }
    }

    protected override void OnOutputSent()
    {
        if (_upload is { } upload && HasOutputRoom)
            upload.OnRoom();
        if (OutputBytes <= OutputBytesMax / 2)
            ResumeWaiting();
    }

    /// <summary>Calls in flight get a status reply: C++ and Go servers close the connection of all on a single call that they reject.</summary>
    protected override void OnClosed()
    {
        _relay.Stop();
        EndAllLost();
        ResumeWaiting();
        _upload = null;
        base.OnClosed();
    }

    /// <summary>On a shared connection the replies of other callers wait behind this one: what its caller does not take at once is held in memory, not in a pipe.</summary>
    private bool MaySplice(SmfCaller caller) => IsExclusive || caller.OutputBytes == 0;

    /// <summary>They go on in the next turn, first come, first served.</summary>
    private void ResumeWaiting()
    {
        while (_waitingForRoom.First is { } first)
        {
            _waitingForRoom.RemoveFirst();
            first.Value.OnRoom();
        }
    }

    private void AnswerAndAbort(SmfCall call, RejectReason why)
    {
        call.Caller?.RejectCall(call, why);
        // The answer may have been too much for a caller that reads nothing, and the connection may have ended with its request.
        if (IsClosed)
            return;
        _calls.GiveUp(call);
        Abort();
    }

    private void JudgeTimeout(SmfCall call)
    {
        bool callerOwesRequest = _upload is { } upload && upload.IsOf(call) && OutputBytes == 0;
        bool callerOwesReading = call.ReplyBegun && call.Caller is { OutputBytes: > 0 };
        if (FaultRules.OfTimeout(callerOwesRequest, callerOwesReading) != FaultOrigin.Server)
            return;
        _timeoutsInARow++;
        Server.NoteFault(ServerFault.NoReply);
    }

    private void GiveUp(SmfCall call, bool serverReads)
    {
        _calls.GiveUp(call);
        // Requests that wait for a server that reads nothing any more would wait in vain.
        if (!serverReads)
            Abort();
        else if (_calls.GivenUp > GivenUpMax || _timeoutsInARow >= TimeoutsInARowMax)
            Retire();
        CloseWhenRetired();
    }

    /// <summary>Every request stands whole in one piece of the output, as <see cref="TryStart"/> wrote it; the first one may be sent in part.</summary>
    /// <param name="why">The reason for calls that find no other server.</param>
    private void MoveUnsent(RejectReason why)
    {
        if (_calls.FirstFrom(BytesSent) is not { } first)
            return;
        long place = first.RequestStart;
        Output.Consume((int)(place - BytesSent));
        while (!Output.IsEmpty)
        {
            Span<byte> piece = Output.FirstPiece;
            SmfHeader header = SmfHeader.Read(piece);
            int bytes = SmfHeader.Bytes + (int)header.Size;
            // A server may have answered what it did not have yet: then the session is free, or another call's.
            if (_calls.Find(header.Session) is { } call && call.RequestStart == place)
                Move(call, piece[..bytes], why);
            Output.Consume(bytes);
            place += bytes;
        }
    }

    private void Move(SmfCall call, Span<byte> message, RejectReason why)
    {
        Remove(call);
        // This server never had the call: it is not named with it if no other server takes it.
        call.ServerConnection = null;
        if (call.IsDeliverable && ++call.Moves <= Server.Backend.Servers.Count
            && (SmfServerConnection?)Server.Backend.SharedConnection(call.Caller!.KeyFor(Server.Backend), out why) is { } connection)
        {
            if (connection.HasRoom(message.Length) && connection.TryStart(call, message))
            {
                Loop.Counters.CallsMoved++;
                return;
            }
            why = RejectReason.Exhausted;
        }
        call.Caller?.RejectCall(call, why);
        call.End(Loop);
    }

    /// <summary>None of the large request was sent: it waits for another connection, with what has arrived of it.</summary>
    private void MoveUpload()
    {
        if (IsSplicedInto || _calls.FirstFrom(BytesSent) is not { IsDeliverable: true } call || ++call.Moves > Server.Backend.Servers.Count)
            return;
        SmfUpload? upload = _upload;
        _upload = null;
        Remove(call);
        call.ServerConnection = null;
        Loop.Counters.CallsMoved++;
        new SmfMovedRequest(call, ref Output, upload).Begin();
    }

    private void Add(SmfCall call)
    {
        call.ServerConnection = this;
        _calls.Add(call);
        IsFull = _calls.IsFull;
    }

    private void Remove(SmfCall call)
    {
        bool wasFull = Unanswered.Count >= Server.Backend.CallsPerConnectionMax;
        _calls.Remove(call);
        IsFull = false;
        if (wasFull && !IsClosed)
            ResumeWaiting();
    }

    private void EndAllLost()
    {
        int from = 1, waitedFor = 0;
        while (_calls.TakeAny(ref from) is { } call)
        {
            if (call.IsDeliverable)
                waitedFor++;
            EndLost(call);
        }
        if (waitedFor > 0 && !EndedForShortage)
            Server.LogLost(waitedFor);
        JudgeEnd(waitedFor);
    }

    private void EndLost(SmfCall call)
    {
        if (call.Caller is { IsClosed: false } caller)
        {
            if (call.ReplyBegun)
                caller.Abort();
            else
                caller.RejectCall(call, EndedForShortage ? RejectReason.Exhausted : RejectReason.ServerLost);
        }
        call.End(Loop);
    }

    private void CloseWhenRetired()
    {
        if ((IsRetired || Server.IsRetired) && !IsExclusive && _calls.Count == _calls.GivenUp && !_relay.HasCall)
            Close();
    }

    private void GiveBackWhenDone()
    {
        if (!IsExclusive || IsClosed || _upload is not null || _calls.Count > 0 || _relay.IsActive)
            return;
        NoteReplyComplete();
        if (IsRetired || OutputBytes > 0)
            Close();
        else
            Server.GiveBack(this);
    }
}
