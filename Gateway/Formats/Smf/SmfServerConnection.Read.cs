using FrameRpc.Gateway.Backends;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Gateway.Formats.Smf;

internal sealed partial class SmfServerConnection : IReplyStream
{
    /// <summary>The large reply that is being passed on; null when its caller is gone and the rest is swallowed.</summary>
    private SmfCall? _relay;
    private SmfHeader _relayHeader;
    private long _relayBytesLeft;

    /// <summary>The caller of the large request that is being written to this exclusive connection.</summary>
    private SmfCaller? _upload;

    private bool IsRelaying => _relayBytesLeft > 0;

    protected override int Consume(Span<byte> bytes)
    {
        int at = 0;
        while (!IsInputPaused && !IsClosed && at < bytes.Length)
        {
            int consumed = IsRelaying ? Relay(bytes[at..]) : ConsumeReply(bytes[at..]);
            if (consumed == 0)
                break;
            at += consumed;
        }
        if (at == bytes.Length && _relay is { ReplyBegun: true } call && MaySplice(call.Caller!))
            TrySplice(call.Caller!, _relayBytesLeft);
        return at;
    }

    private int ConsumeReply(Span<byte> bytes)
    {
        MessageBytes = SmfHeader.Bytes;
        if (bytes.Length < SmfHeader.Bytes)
            return 0;
        SmfHeader header = SmfHeader.Read(bytes);
        if (_sessions.Find(header.Session) is not { } call)
            return SwallowUnknown(header);
        if (header.Size > Server.Backend.SharedBodyMax)
            return ConsumeLargeReply(call, header, bytes);
        MessageBytes = SmfHeader.Bytes + (int)header.Size;
        if (bytes.Length < MessageBytes)
            return 0;
        int replyBytes = MessageBytes;
        Deliver(call, header, bytes[..replyBytes]);
        return replyBytes;
    }

    /// <summary>
    /// A reply to nothing that was asked, or a second one to what was answered already: what this server says here is not to
    /// be trusted with further calls. Those in flight are told apart by their sessions, and still get their own replies,
    /// behind this one, however long it is: their timeouts end the wait.
    /// </summary>
    private int SwallowUnknown(SmfHeader header)
    {
        Server.NoteUnknownSession(_sessions.LastRoute(header.Session));
        _relayBytesLeft = header.Size;
        Retire();
        return SmfHeader.Bytes;
    }

    private void Deliver(SmfCall call, SmfHeader header, Span<byte> reply)
    {
        if (!IsDeliverable(call))
            Loop.Counters.LateReplies++;
        else if (IsBad(call, header) || header.Checksum != SmfChecksum.Of(reply[SmfHeader.Bytes..]) || !IsAsDeclared(reply[SmfHeader.Bytes..], header))
            RejectBadReply(call);
        else
            call.Caller!.Reply(call, header, reply);
        EndCall(call);
    }

    /// <summary>The C++ client fails all its calls on one reply without size, checksum or status, so such a reply never reaches a caller.</summary>
    private void RejectBadReply(SmfCall call)
    {
        Server.NoteBadReply(call.Route.Policy, "its header or its checksum is wrong, or it is no FlatBuffers table");
        call.Caller!.RejectCall(call, RejectReason.BadReply);
    }

    private void EndCall(SmfCall call)
    {
        // The answer may have been too much for a caller that reads nothing, and the connection have ended with its request.
        if (IsClosed)
            return;
        Remove(call);
        call.End(Loop);
        if (!IsExclusive)
        {
            CloseWhenRetired();
            return;
        }
        if (_upload is { } caller)
        {
            // Answered before the request was read to its end: the rest is of no use, and the connection has lost its place.
            _upload = null;
            caller.StopUpload();
            Abort();
            return;
        }
        GiveBackWhenDone();
    }

    private static bool IsBad(SmfCall call, SmfHeader header) => header.CheckReply() != SmfFault.None || header.Size > call.Route.Policy.MessageBytesMax;

    private bool IsAsDeclared(ReadOnlySpan<byte> body, SmfHeader header) =>
        !Server.Backend.MustBeTable(header.Compression) || SmfTableOutline.IsTable(body);

    /// <summary>A body with the outline of a table in its head is passed on; its header waits here until the head has come.</summary>
    private int ConsumeLargeReply(SmfCall call, SmfHeader header, ReadOnlySpan<byte> bytes)
    {
        bool isBad = IsBad(call, header);
        if (!isBad && IsDeliverable(call) && Server.Backend.MustBeTable(header.Compression))
        {
            int headBytes = (int)Math.Min(header.Size, SmfTableOutline.HeadBytesMax);
            MessageBytes = SmfHeader.Bytes + headBytes;
            if (bytes.Length < MessageBytes)
            {
                call.LastMovedMs = Loop.NowMs;
                return 0;
            }
            // A vtable behind the head is not looked at, only its place: by then the caller has the header, and could not be told.
            isBad = !SmfTableOutline.IsTableSoFar(bytes.Slice(SmfHeader.Bytes, headBytes), header.Size, out _);
        }
        BeginRelay(call, header, isBad);
        return SmfHeader.Bytes;
    }

    private void BeginRelay(SmfCall call, SmfHeader header, bool isBad)
    {
        bool isTooLarge = header.Size > call.Route.Policy.MessageBytesMax;
        BeginRelayTo(call, header, isBad);
        // What follows may be gigabytes: no new call should stand behind it. Those that do already may still get their replies.
        if (isTooLarge && IsExclusive)
            Abort();
        else if (isTooLarge)
            Retire();
    }

    private void BeginRelayTo(SmfCall call, SmfHeader header, bool isBad)
    {
        _relayBytesLeft = header.Size;
        _relayHeader = header;
        _relay = call;
        if (!IsDeliverable(call))
        {
            Loop.Counters.LateReplies++;
            EndRelayedCall();
        }
        else if (isBad)
        {
            RejectBadReply(call);
            EndRefusedRelay();
        }
        else if (call.Caller!.TryBeginStream(this))
        {
            OnStreamGranted();
        }
        else
        {
            WaitForCaller(call);
        }
    }

    /// <summary>
    /// Reads on when the caller takes its large reply. On a shared connection others' replies wait behind it, so the caller has
    /// the write timeout for what it left unread: a byte now and then is not enough. And it should not happen to the same
    /// route again soon.
    /// </summary>
    private void WaitForCaller(SmfCall call)
    {
        PauseInput();
        if (IsExclusive)
            return;
        Loop.Timers.Arm(_stallTimer, Loop.NowMs + call.Caller!.WriteTimeoutMs);
        Server.Backend.Isolate(call.Route.Policy);
    }

    private void GoOn()
    {
        Loop.Timers.Disarm(_stallTimer);
        if (IsInputPaused)
            ResumeInput();
    }

    private void OnStallDue()
    {
        SmfCall call = _relay!;
        if (call.ReplyBegun)
        {
            call.Caller!.CloseSlow(SlowCaller.StoppedReading);
            return;
        }
        // Its turn in the caller's stream did not come, which need not be the caller's fault.
        OnCallTimedOut(call);
    }

    public void OnStreamGranted()
    {
        SmfCall call = _relay!;
        call.ReplyBegun = true;
        call.LastMovedMs = Loop.NowMs;
        Span<byte> header = stackalloc byte[SmfHeader.Bytes];
        (_relayHeader with { Session = call.CallerSession }).Write(header);
        call.Caller!.Write(header);
        GoOn();
    }

    public void OnStreamRoom() => GoOn();

    /// <summary>The caller is gone: the rest of its reply is swallowed, so that the connection goes on.</summary>
    public void OnStreamLost()
    {
        if (_relay is null || IsClosed)
            return;
        EndRelayedCall();
        GoOn();
        if (!IsRelaying)
            EndSwallowed();
    }

    private int Relay(ReadOnlySpan<byte> bytes)
    {
        int taken = (int)Math.Min(bytes.Length, _relayBytesLeft);
        _relayBytesLeft -= taken;
        if (_relay is { } call)
            PassOn(call, bytes[..taken]);
        else if (!IsRelaying)
            EndSwallowed();
        return taken;
    }

    private void EndSwallowed()
    {
        if (IsExclusive)
            GiveBackWhenDone();
        else
            CloseWhenRetired();
    }

    private void PassOn(SmfCall call, ReadOnlySpan<byte> bytes)
    {
        SmfCaller caller = call.Caller!;
        call.NoteReplyPassed(bytes.Length, Loop.NowMs);
        Loop.Counters.BytesCopied += bytes.Length;
        caller.Write(bytes);
        if (!IsRelaying)
        {
            EndPassedOn(call);
        }
        else if (caller.OutputBytes > caller.StreamBytesMax(isShared: !IsExclusive))
        {
            WaitForCaller(call);
        }
    }

    private void EndPassedOn(SmfCall call)
    {
        _relay = null;
        GoOn();
        call.Caller!.EndStream(this);
        Loop.Counters.CallsAnswered++;
        call.NoteAnswered(SmfStatuses.Of(_relayHeader.Meta));
        EndCall(call);
    }

    /// <summary>On a shared connection others' replies wait behind this one: what its caller does not take at once is better held in memory than in a pipe.</summary>
    private bool MaySplice(SmfCaller caller) => IsExclusive || caller.OutputBytes == 0;

    protected override void OnSpliced(int bytes)
    {
        SmfCall call = _relay!;
        _relayBytesLeft -= bytes;
        call.NoteReplyPassed(bytes, Loop.NowMs);
        if (!IsRelaying)
            EndPassedOn(call);
    }

    protected override void OnSpliceLost(int bytes) => _relayBytesLeft -= bytes;

    protected override void OnSinkFull()
    {
        if (IsExclusive)
            PauseInput();
        else
            TakeOutOfPipe();
    }

    private static bool IsDeliverable(SmfCall call) => call.Caller is { IsClosed: false };

    /// <summary>The call is over, although the rest of its reply still has to be read away: on an exclusive connection within the time of an idle one, for no call's timeout ends that.</summary>
    private void EndRelayedCall()
    {
        SmfCall call = _relay!;
        _relay = null;
        Remove(call);
        call.End(Loop);
        if (IsExclusive)
            BeginIdle();
    }

    /// <summary>The caller has been told. Where its request was still on its way, the connection has lost its place, or has ended with the caller.</summary>
    private void EndRefusedRelay()
    {
        if (!IsClosed)
            EndRelayedCall();
        if (_upload is not null)
            Abort();
    }

    private void StopRelay()
    {
        Loop.Timers.Disarm(_stallTimer);
        if (_relay is { ReplyBegun: false } waiting)
            waiting.Caller?.CancelStream(this);
        _relay = null;
        _relayBytesLeft = 0;
    }
}
