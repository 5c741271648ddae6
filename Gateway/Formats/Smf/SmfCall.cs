using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Gateway.Formats.Smf;

/// <summary>
/// One smf call: its caller and server connection, and its session on each. As a timer it is the call's timeout. Pooled: a call
/// allocates nothing.
/// </summary>
internal sealed class SmfCall(SmfCallPool pool) : TimerEntry
{
    private long _lookEveryMs;
    private long _begunMs;
    private bool _isStreamed;
    private StreamPace _pace;
    private CallEntry _entry;

    /// <summary>The next one in the pool.</summary>
    internal SmfCall? NextFree { get; set; }

    /// <summary>The caller that gets the reply; null once it has been answered, or is gone: then the reply is discarded.</summary>
    public SmfCaller? Caller { get; private set; }

    public ushort CallerSession { get; private set; }

    public RouteState Route { get; private set; } = null!;

    /// <summary>Null while it waits for an exclusive connection.</summary>
    public SmfServerConnection? ServerConnection { get; set; }

    public ushort ServerSession { get; set; }

    /// <summary>Connections that ended before any of this call was sent.</summary>
    public int Moves { get; set; }

    /// <summary>It waits for another connection, because its own ended before any of it was sent.</summary>
    public SmfMovedRequest? Moved { get; set; }

    /// <summary>Where its request begins in the stream of its server connection.</summary>
    public long RequestStart { get; set; }

    /// <summary>When it was put on its server connection.</summary>
    public long SentUs { get; set; }

    /// <summary>When the last byte of this call moved. The timeout counts from here.</summary>
    public long LastMovedMs { get; set; }

    /// <summary>The caller has a part of the reply, so that no other reply can take its place.</summary>
    public bool ReplyBegun { get; private set; }

    /// <summary>When the whole call has to be over.</summary>
    public long DueMs => Route.Policy.DueMs(_begunMs, _isStreamed);

    /// <summary>A large reply begins to be passed on.</summary>
    public void BeginReply(Loop loop)
    {
        ReplyBegun = true;
        LastMovedMs = loop.NowMs;
        _isStreamed = true;
        _lookEveryMs = Math.Min(_lookEveryMs, StreamPace.LookMs);
        ArmTimer(loop);
    }

    /// <summary>Whether the side that a streamed body waits for moves less of it than the minimum rate.</summary>
    public bool IsTooSlow(StreamSide awaited, long nowMs) =>
        _pace.IsTooSlow(awaited, nowMs, _entry.RequestBytes + _entry.ReplyBytes + ServersBytes, Caller!.BytesPerSecondMin);

    private long ServersBytes => ServerConnection is { IsExclusive: true } connection ? connection.BytesReceived + connection.BytesSent : 0;

    /// <summary>Bytes that wait in the gateway count as moving, too, when the slower side takes some of them.</summary>
    public void NoteSent()
    {
        if (ReplyBegun && Caller is { } caller)
            LastMovedMs = Math.Max(LastMovedMs, caller.LastSentMs);
        if (ServerConnection is { IsExclusive: true } connection)
            LastMovedMs = Math.Max(LastMovedMs, connection.LastSentMs);
    }

    public bool IsGivenUp => Caller is null;

    /// <summary>Its caller is still connected, and has no answer yet.</summary>
    public bool IsDeliverable => Caller is { IsClosed: false };

    /// <param name="header">The request's.</param>
    /// <param name="bytesHere">Bytes of the request's body that are passed on at once; for the rest see <see cref="NoteRequestPassed"/>.</param>
    /// <param name="lookEveryMs">How often to check whether it still moves, besides the route's timeout.</param>
    /// <param name="begunMs">When the request had come.</param>
    /// <param name="isStreamed">The request is passed on as it arrives.</param>
    public void Begin(SmfCaller caller, SmfHeader header, RouteState route, int bytesHere, long lookEveryMs, long begunMs, bool isStreamed, Loop loop)
    {
        _lookEveryMs = Math.Min(lookEveryMs, route.Policy.TimeoutMs);
        _begunMs = begunMs;
        _isStreamed = isStreamed;
        Caller = caller;
        CallerSession = header.Session;
        Route = route;
        Moves = 0;
        ReplyBegun = false;
        LastMovedMs = loop.NowMs;
        ArmTimer(loop);
        caller.OnCallBegun();
        _entry.Begin(route.TallyIn(caller.Ledger), loop.NowUs);
        _entry.RequestBytes = bytesHere;
    }

    public void NoteRequestPassed(int bytes, long nowMs)
    {
        _entry.RequestBytes += bytes;
        LastMovedMs = nowMs;
    }

    public void NoteReplyPassed(int bytes, long nowMs)
    {
        _entry.ReplyBytes += bytes;
        LastMovedMs = nowMs;
    }

    /// <summary>The call has its answer, from the server or from the gateway.</summary>
    /// <param name="replyBytes">Bytes of its body that <see cref="NoteReplyPassed"/> has not counted.</param>
    public void NoteAnswered(CallStatus status, long replyBytes = 0)
    {
        _entry.Status = status;
        _entry.ReplyBytes += replyBytes;
        Account();
    }

    public void ArmTimer(Loop loop) =>
        loop.Timers.Arm(this, Math.Min(Math.Min(loop.NowMs + _lookEveryMs, DueMs), LastMovedMs + Route.Policy.TimeoutMs));

    /// <summary>The caller has its answer, or is gone; what the server still sends is discarded.</summary>
    public void GiveUp()
    {
        Account();
        SmfCaller? caller = Caller;
        Caller = null;
        caller?.OnCallEnded();
    }

    /// <summary>Ends the call and returns it to the pool.</summary>
    public void End(Loop loop)
    {
        loop.Timers.Disarm(this);
        GiveUp();
        ServerConnection = null;
        pool.Return(this);
    }

    /// <summary>Counts and logs the call, once. A call that ends without an answer is counted as such.</summary>
    private void Account()
    {
        if (!_entry.IsOpen)
            return;
        if (ServerConnection is { } connection)
            _entry.Server = connection.Server.Statistics;
        _entry.End(Caller!.Loop, Caller.Name);
    }

    protected internal override IReadyHandler? Owner => (IReadyHandler?)ServerConnection ?? Caller;

    protected internal override void OnDue() => pool.OnDue(this);
}
