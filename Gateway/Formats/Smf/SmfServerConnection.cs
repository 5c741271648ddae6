using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Gateway.Formats.Smf;

/// <summary>
/// A connection to an smf server. Shared, it carries the small calls of all callers at once, each under a session of its
/// own, with replies in any order. Exclusive, it carries one call with a large body.
/// </summary>
internal sealed partial class SmfServerConnection : ServerConnection
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

    private readonly SmfSessionTable _sessions = new();
    private readonly LinkedList<SmfCaller> _waitingForRoom = new();
    private readonly CallbackTimer _stallTimer;
    private int _givenUp;

    public SmfServerConnection(Loop loop, ISocket socket, Server server, bool isExclusive)
        : base(loop, socket, server, isExclusive)
    {
        _stallTimer = new CallbackTimer(this, OnStallDue);
    }

    /// <summary>Whether a request of this length may be appended now; otherwise see <see cref="WaitForRoom"/>.</summary>
    public bool HasRoom(int bytes) => OutputBytes == 0 || OutputBytes + bytes <= OutputBytesMax;

    /// <summary>Callers whose next request waits for room here.</summary>
    public int CallersWaiting => _waitingForRoom.Count;

    /// <summary>Resumes the caller when there is room again, unless its place is taken out before.</summary>
    public void WaitForRoom(LinkedListNode<SmfCaller> place) => _waitingForRoom.AddLast(place);

    /// <summary>
    /// Puts a whole request on the connection, under the connection's session. A small one leaves at the end of the turn, with all others.
    /// False where there is no memory for it: the calls of others that the connection carries must not suffer from that.
    /// </summary>
    public bool TryStart(SmfCall call, Span<byte> message)
    {
        if (!TryReserve(message.Length, out Span<byte> room))
            return false;
        Add(call);
        SmfHeader.WriteSession(message, call.ServerSession);
        WriteReserved(message, room);
        return true;
    }

    /// <summary>Puts the header of a large request on this exclusive connection; its body follows with <see cref="Connection.Write"/>.</summary>
    public void StartLarge(SmfCall call, SmfHeader header)
    {
        Add(call);
        _upload = call.Caller;
        Span<byte> bytes = stackalloc byte[SmfHeader.Bytes];
        (header with { Session = call.ServerSession }).Write(bytes);
        Write(bytes);
    }

    /// <summary>The body of the large request is written.</summary>
    public void EndUpload()
    {
        _upload = null;
        GiveBackWhenDone();
    }

    public void OnCallTimedOut(SmfCall call)
    {
        if (call.ReplyBegun)
        {
            // The server stopped in the middle of its reply: neither this connection nor the caller's stream can go on.
            call.Caller?.Abort();
            Abort();
            return;
        }
        bool serverReads = !IsSendBlocked || Loop.NowMs - LastSentMs < call.Route.Policy.TimeoutMs;
        bool replyWaits = call == _relay;
        if (replyWaits)
            call.Caller?.CancelStream(this);
        if (IsExclusive)
        {
            AnswerAndAbort(call, RejectReason.TimedOut);
            return;
        }
        call.Caller?.RejectCall(call, RejectReason.TimedOut);
        if (replyWaits)
        {
            // Its large reply has come, but waited in vain for the caller's stream: it is swallowed.
            OnStreamLost();
            return;
        }
        GiveUp(call);
        // Whatever waits for a server that reads nothing any more would wait in vain.
        if (!serverReads)
            Abort();
        else if (_givenUp > GivenUpMax)
            Retire();
        else
            CloseWhenRetired();
    }

    /// <summary>The rest of the large request must not reach the server: its caller is told, and the connection ends before the body is complete.</summary>
    public void RejectUpload(SmfCall call)
    {
        if (call.ReplyBegun)
        {
            // The caller has a part of a reply: no other can take its place.
            call.Caller!.Abort();
            return;
        }
        if (call == _relay)
            call.Caller!.CancelStream(this);
        AnswerAndAbort(call, RejectReason.Malformed);
    }

    /// <summary>The caller of a large request is gone in the middle of its body: the connection is of no use to anybody else.</summary>
    public void OnUploaderGone() => Abort();

    protected override void OnRetired()
    {
        if (!IsExclusive)
            CloseWhenRetired();
        else if (_sessions.Count == 0)
            Close();
    }

    protected internal override void Leave() => Close();

    /// <summary>Every request stands whole in one piece of the output, as <see cref="TryStart"/> wrote it.</summary>
    protected override void OnSharedNotConnected(RejectReason why)
    {
        Server.ForgetShared(this);
        while (!Output.IsEmpty)
        {
            Span<byte> piece = Output.FirstPiece;
            SmfHeader header = SmfHeader.Read(piece);
            int bytes = SmfHeader.Bytes + (int)header.Size;
            MoveToNextServer(_sessions.Find(header.Session)!, piece[..bytes], why);
            Output.Consume(bytes);
        }
    }

    protected override void OnOutputSent()
    {
        if (_upload is { } caller && HasOutputRoom)
            caller.OnUploadRoom();
        if (OutputBytes <= OutputBytesMax / 2)
            ResumeWaiting();
    }

    protected override void OnPeerEnded() => Close();

    /// <summary>What was in flight gets a status reply: the C++ and Go servers close on a single call they do not like.</summary>
    protected override void OnClosed()
    {
        if (!IsExclusive)
            Server.ForgetShared(this);
        StopRelay();
        EndAllLost();
        ResumeWaiting();
        _upload = null;
        base.OnClosed();
    }

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
        // The answer may have been too much for a caller that reads nothing, and the connection have ended with its request.
        if (IsClosed)
            return;
        GiveUp(call);
        Abort();
    }

    private void MoveToNextServer(SmfCall call, Span<byte> message, RejectReason why)
    {
        Remove(call);
        // This server never had the call: it does not stand with it where no other takes it.
        call.ServerConnection = null;
        if (!call.IsGivenUp && ++call.ServersTried < Server.Backend.Servers.Count
            && (SmfServerConnection?)Server.Backend.SharedConnection(out why) is { } connection && connection.HasRoom(message.Length))
        {
            Loop.Counters.ServersPassedOver++;
            if (connection.TryStart(call, message))
                return;
            why = RejectReason.Exhausted;
        }
        call.Caller?.RejectCall(call, why);
        call.End(Loop);
    }

    private void Add(SmfCall call)
    {
        call.ServerConnection = this;
        call.ServerSession = _sessions.Add(call);
        IsFull = _sessions.IsFull;
        Server.CallsInFlight++;
    }

    private void Remove(SmfCall call)
    {
        _sessions.Remove(call.ServerSession);
        IsFull = false;
        StopCounting(call);
    }

    private void EndAllLost()
    {
        int from = 1, waitedFor = 0;
        while (_sessions.TakeAny(ref from) is { } call)
        {
            if (call.Caller is { IsClosed: false })
                waitedFor++;
            EndLost(call);
        }
        if (waitedFor > 0 && !EndedForShortage)
            Server.NoteLost(waitedFor);
    }

    private void EndLost(SmfCall call)
    {
        StopCounting(call);
        if (call.Caller is { IsClosed: false } caller)
        {
            if (call.ReplyBegun)
                caller.Abort();
            else
                caller.RejectCall(call, EndedForShortage ? RejectReason.Exhausted : RejectReason.ServerLost);
        }
        call.End(Loop);
    }

    /// <summary>The caller has its answer. The session stays taken until the server's reply comes, if it ever does; as load it no longer counts.</summary>
    private void GiveUp(SmfCall call)
    {
        call.GiveUp();
        _givenUp++;
        Server.CallsInFlight--;
    }

    /// <summary>The call is out of the books, whether it was still waited for or given up before.</summary>
    private void StopCounting(SmfCall call)
    {
        if (call.IsGivenUp)
            _givenUp--;
        else
            Server.CallsInFlight--;
    }

    private void CloseWhenRetired()
    {
        if ((IsRetired || Server.IsRetired) && !IsExclusive && _sessions.Count == _givenUp && _relay is null)
            Close();
    }

    private void GiveBackWhenDone()
    {
        if (!IsExclusive || IsClosed || _upload is not null || _sessions.Count > 0 || IsRelaying)
            return;
        if (IsRetired || OutputBytes > 0)
            Close();
        else
            Server.GiveBack(this);
    }
}
