using FrameRpc.Protocol.Errors;
using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Sockets.Buffers;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Gateway.Formats.Smf;

internal sealed partial class SmfCaller
{
    /// <summary>The large reply that is in the stream just now.</summary>
    private IReplyStream? _stream;
    private Queue<IReplyStream>? _waitingStreams;
    /// <summary>Small replies that came while a large one is in the stream.</summary>
    private OutputQueue _behindStream;

    /// <summary>Passes a small reply on, under the caller's own session.</summary>
    public void Reply(SmfCall call, SmfHeader header, Span<byte> reply)
    {
        Loop.Counters.CallsAnswered++;
        call.NoteAnswered(SmfStatuses.Of(header.Meta), header.Size);
        SmfHeader.WriteSession(reply, call.CallerSession);
        if (reply.Length >= DirectSendBytesMin && UnreadBytes == 0 && _stream is null && State == ConnectionState.Open)
        {
            Write(reply);
            HoldInputIfUnread();
        }
        else if (Room(reply.Length, out Span<byte> room))
        {
            reply.CopyTo(room);
            Said(reply.Length);
        }
    }

    /// <summary>Answers a call that could not be served. The call itself is ended by whoever holds it.</summary>
    public void RejectCall(SmfCall call, RejectReason why)
    {
        if (!IsClosed)
        {
            call.NoteAnswered(SmfStatuses.Of(StatusOf(why)));
            Reject(call.CallerSession, why);
        }
        if (call == _upload)
            StopUpload();
    }

    /// <summary>Whether the large reply may begin now; otherwise it is told when it may.</summary>
    public bool TryBeginStream(IReplyStream stream)
    {
        if (_stream is null)
        {
            _stream = stream;
            return true;
        }
        (_waitingStreams ??= new Queue<IReplyStream>()).Enqueue(stream);
        return false;
    }

    /// <summary>
    /// How much of a large reply may wait here. One on a shared connection holds up the calls behind it, so it may take half of
    /// what a caller may leave unread; the other half is for small replies.
    /// </summary>
    public int StreamBytesMax(bool isShared) => isShared ? Math.Max(StreamBufferBytesMax, Context.Limits.ReplyBufferMax / 2) : StreamBufferBytesMax;

    public long WriteTimeoutMs => Context.WriteTimeoutMs;

    /// <summary>The large reply is written whole: what waited behind it follows.</summary>
    public void EndStream(IReplyStream stream)
    {
        if (_stream != stream || IsClosed)
            return;
        _stream = null;
        Output.TakeAll(ref _behindStream);
        QueueSend();
        if (_waitingStreams is null || !_waitingStreams.TryDequeue(out IReplyStream? next))
            return;
        _stream = next;
        next.OnStreamGranted();
    }

    /// <summary>The reply that waited for its turn will not come.</summary>
    public void CancelStream(IReplyStream stream)
    {
        for (int i = _waitingStreams?.Count ?? 0; i > 0; i--)
        {
            IReplyStream waiting = _waitingStreams!.Dequeue();
            if (waiting != stream)
                _waitingStreams.Enqueue(waiting);
        }
    }

    protected override int UnreadBytes => OutputBytes + _behindStream.Bytes;

    protected override void OnOutputSent()
    {
        if (HasOutputRoom)
            _stream?.OnStreamRoom();
        base.OnOutputSent();
        // It may have been done but for what it had to read.
        if (HeldBytes == 0)
            LeaveIfDone();
    }

    /// <summary>Refuses what never became a call.</summary>
    private void RejectAtOnce(SmfHeader header, RejectReason why, CallTally tally)
    {
        var entry = default(CallEntry);
        entry.Begin(tally, Loop.NowUs);
        entry.Status = SmfStatuses.Of(StatusOf(why));
        if (why == RejectReason.NoRoute)
            entry.UnknownId = header.Meta;
        entry.End(Loop, Name);
        Reject(header.Session, why);
    }

    private void Reject(ushort session, RejectReason why)
    {
        Context.NoteRejected(why);
        if (Room(SmfEmptyReply.Bytes, out Span<byte> room))
        {
            SmfEmptyReply.Write(room, session, StatusOf(why));
            Said(SmfEmptyReply.Bytes);
        }
    }

    /// <summary>Room for a small reply; none when the caller is gone, or goes now, because it has left so many unread or there is no memory for one more.</summary>
    private bool Room(int bytes, out Span<byte> room)
    {
        room = default;
        if (State != ConnectionState.Open)
            return false;
        if (UnreadBytes > 0 && UnreadBytes + bytes > Context.Limits.ReplyBufferMax)
        {
            // The connection that brought this reply carries other callers' calls, and cannot wait for this one.
            CloseSlow(SlowCaller.TooMuchUnread);
            return false;
        }
        if (_stream is null ? TryReserve(bytes, out room) : TryReserveBehindStream(bytes, out room))
            return true;
        Abort();
        return false;
    }

    private bool TryReserveBehindStream(int bytes, out Span<byte> room)
    {
        if (_behindStream.TryReserve(Loop.Blocks, bytes, out room))
            return true;
        Loop.NoteBufferRefused();
        return false;
    }

    private void Said(int bytes)
    {
        if (_stream is null)
            Wrote(bytes);
        else
            _behindStream.Advance(bytes);
        HoldInputIfUnread();
    }

    private void HoldInputIfUnread()
    {
        if (UnreadBytes > RepliesHoldBytes)
            HoldInput(InputHold.Replies);
    }

    private void LoseStreams()
    {
        _behindStream.Clear();
        IReplyStream? stream = _stream;
        _stream = null;
        stream?.OnStreamLost();
        while (_waitingStreams is not null && _waitingStreams.TryDequeue(out IReplyStream? waiting))
            waiting.OnStreamLost();
    }

    private static uint StatusOf(RejectReason why) => why switch
    {
        RejectReason.NoRoute => SmfStatus.NotFound,
        RejectReason.Malformed => SmfStatus.BadRequest,
        RejectReason.TooLarge => SmfStatus.TooLarge,
        RejectReason.TooMany => SmfStatus.TooManyRequests,
        RejectReason.ServerLost or RejectReason.BadReply => SmfStatus.BadGateway,
        RejectReason.TimedOut => SmfStatus.TimedOut,
        _ => SmfStatus.Unavailable,
    };
}
