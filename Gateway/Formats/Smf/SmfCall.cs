using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Gateway.Formats.Smf;

/// <summary>
/// One smf call: who made it under which session, and on which connection it travels under which. As a timer it is the call's
/// timeout; as a connection request it asks for the exclusive connection of a large body. Pooled: a call allocates nothing.
/// </summary>
internal sealed class SmfCall(SmfCallPool pool) : TimerEntry
{
    private long _lookEveryMs;
    private CallEntry _entry;

    /// <summary>The next one in the pool.</summary>
    internal SmfCall? NextFree { get; set; }

    /// <summary>Who gets the reply; null once the caller has been answered, or is gone: then the reply is swallowed.</summary>
    public SmfCaller? Caller { get; private set; }

    public ushort CallerSession { get; private set; }

    public RouteState Route { get; private set; } = null!;

    /// <summary>Null while an exclusive connection is waited for.</summary>
    public SmfServerConnection? ServerConnection { get; set; }

    public ushort ServerSession { get; set; }

    /// <summary>Servers that could not be reached for this call.</summary>
    public int ServersTried { get; set; }

    /// <summary>When the last byte of this call moved. The timeout counts from here.</summary>
    public long LastMovedMs { get; set; }

    /// <summary>Its reply has begun to arrive at the caller, so that no other reply can take its place.</summary>
    public bool ReplyBegun { get; set; }

    /// <summary>What waits in the gateway moves, too, when the slower side takes some of it.</summary>
    public void NoteSent()
    {
        if (ReplyBegun && Caller is { } caller)
            LastMovedMs = Math.Max(LastMovedMs, caller.LastSentMs);
        if (ServerConnection is { IsExclusive: true } connection)
            LastMovedMs = Math.Max(LastMovedMs, connection.LastSentMs);
    }

    public bool IsGivenUp => Caller is null;

    /// <param name="caller">Who made it.</param>
    /// <param name="header">Its request's.</param>
    /// <param name="route">Where it goes.</param>
    /// <param name="bytesHere">Of the request's body, what is passed on at once; for the rest see <see cref="NoteRequestPassed"/>.</param>
    /// <param name="lookEveryMs">How often to look whether it stands still; the route's timeout is looked at in any case.</param>
    /// <param name="loop">The caller's.</param>
    public void Begin(SmfCaller caller, SmfHeader header, RouteState route, int bytesHere, long lookEveryMs, Loop loop)
    {
        _lookEveryMs = Math.Min(lookEveryMs, route.Policy.TimeoutMs);
        Caller = caller;
        CallerSession = header.Session;
        Route = route;
        ServersTried = 0;
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

    /// <summary>The call has its answer, whoever made it.</summary>
    /// <param name="status">What it says.</param>
    /// <param name="replyBytes">Of its body, besides what has been noted already.</param>
    public void NoteAnswered(CallStatus status, long replyBytes = 0)
    {
        _entry.Status = status;
        _entry.ReplyBytes += replyBytes;
        Account();
    }

    public void ArmTimer(Loop loop) => loop.Timers.Arm(this, Math.Min(loop.NowMs + _lookEveryMs, LastMovedMs + Route.Policy.TimeoutMs));

    /// <summary>The caller has had its answer, or will never have one; what still comes from the server is swallowed.</summary>
    public void GiveUp()
    {
        Account();
        SmfCaller? caller = Caller;
        Caller = null;
        caller?.OnCallEnded();
    }

    /// <summary>Over: the call goes back to the pool.</summary>
    public void End(Loop loop)
    {
        loop.Timers.Disarm(this);
        GiveUp();
        ServerConnection = null;
        pool.Return(this);
    }

    /// <summary>Whoever is still waited for when the call ends, never got its answer.</summary>
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
