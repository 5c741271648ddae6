using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Formats;

/// <summary>What a caller has begun to send and not ended.</summary>
internal enum Awaited : byte
{
    Nothing,
    /// <summary>The part of a request that has to be there before a server gets any of it.</summary>
    Request,
    /// <summary>More of a stream whose beginning may be passed on as it is.</summary>
    MoreOfStream,
    /// <summary>The rest of a request that has its answer, or gets it behind that rest.</summary>
    Rest,
}

/// <summary>Limits how long a caller may take for what it has begun to send. Bytes of it do not extend the time.</summary>
/// <remarks>
/// A request that arrives whole in one read costs nothing: the timer is armed only when a read ends inside a request. It is not disarmed when the
/// request is complete, because the next one may well be cut, too; it then finds nothing to do.
/// </remarks>
internal sealed class RequestTimer(Caller caller) : TimerEntry
{
    private Awaited _what;
    private long _key;
    private long _limitMs;
    private long _dueMs;

    protected internal override IReadyHandler? Owner => caller;

    /// <summary>A read has ended.</summary>
    /// <param name="what">What is missing.</param>
    /// <param name="key">Tells it from what was missing before: as long as neither changes, the time runs on.</param>
    /// <param name="limitMs">How long it may take.</param>
    public void Await(Awaited what, long key, long limitMs)
    {
        if (what == _what && key == _key)
            return;
        _what = what;
        _key = key;
        _limitMs = limitMs;
        _dueMs = caller.Loop.NowMs + limitMs;
        if (what != Awaited.Nothing && (!IsArmed || DueTick * TimerWheel.TickMs > _dueMs))
            caller.Loop.Timers.Arm(this, _dueMs);
    }

    /// <summary>The caller was not read for a while, which is not its time.</summary>
    public void Restart() => _dueMs = caller.Loop.NowMs + _limitMs;

    /// <summary>Nothing is missing.</summary>
    public void End() => _what = Awaited.Nothing;

    protected internal override void OnDue()
    {
        if (_what == Awaited.Nothing)
            return;
        if (caller.IsInputPaused)
            Restart();
        if (_dueMs > caller.Loop.NowMs)
        {
            caller.Loop.Timers.Arm(this, _dueMs);
            return;
        }
        Awaited what = _what;
        _what = Awaited.Nothing;
        caller.HandleOverdue(what);
    }
}
