using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Backends;

/// <summary>
/// Whether connections to a server can be established, as one worker has seen it, and when it tries again after a failure: one attempt at a time,
/// begun by a timer, so that a server which is back is used without a call that finds out.
/// </summary>
/// <remarks>
/// A failed attempt says nothing about connections that are established already: they stay in use.
/// </remarks>
internal sealed class Reachability : TimerEntry, IReadyHandler
{
    /// <summary>
    /// Between attempts while no other server of the backend can be used: callers are refused meanwhile, so a server that is back should be found soon,
    /// and four attempts a second are nothing to it.
    /// </summary>
    public const int SoleRetryMs = 250;

    /// <summary>Between attempts while others serve: doubled after each failure, up to this.</summary>
    public const int BackOffMsMax = 5_000;

    private const int BackOffMsMin = 100;

    private readonly Loop _loop;
    private readonly Action _probe;
    private long _failedAtMs;
    private int _backOffMs;
    private double _jitter;
    private bool _isStopped;

    /// <param name="loop">The clock.</param>
    /// <param name="probe">Starts an attempt. Called when the next one is due.</param>
    public Reachability(Loop loop, Action probe)
    {
        _loop = loop;
        _probe = probe;
    }

    /// <summary>The last attempt failed.</summary>
    public bool IsUnreachable => _backOffMs > 0;

    /// <summary>The last attempt failed through a local shortage, and is made anew until its time is up.</summary>
    public bool IsShort { get; private set; }

    /// <summary>Connections that are being established.</summary>
    public int Attempts { get; private set; }

    /// <summary>Whether a further connection may be attempted now.</summary>
    public bool MayAttempt => Attempts > 0 ? !IsShort && !IsUnreachable : !IsArmed && !(IsUnreachable && _isStopped);

    public void BeginAttempt() => Attempts++;

    public void EndAttempt() => Attempts--;

    /// <summary>An attempt failed through a local shortage. One goes on, and others would fail like it.</summary>
    public void NoteShort() => IsShort = true;

    /// <summary>A connection was established.</summary>
    /// <returns>True if the server was unreachable before.</returns>
    public bool NoteReached()
    {
        bool wasUnreachable = IsUnreachable;
        IsShort = false;
        _backOffMs = 0;
        _loop.Timers.Disarm(this);
        return wasUnreachable;
    }

    /// <summary>An attempt failed through the server.</summary>
    /// <param name="othersServe">Another server of the backend can be used.</param>
    /// <returns>True if the server was reachable before.</returns>
    public bool NoteFailed(bool othersServe)
    {
        bool wasReachable = !IsUnreachable;
        IsShort = false;
        // Concurrent attempts fail together and count as one failure.
        if (!wasReachable && IsArmed)
            return false;
        _failedAtMs = _loop.NowMs;
        _backOffMs = _backOffMs == 0 ? BackOffMsMin : Math.Min(_backOffMs * 2, BackOffMsMax);
        // Workers and gateways that lost a server together should not come back to it together.
        _jitter = 0.8 + (_loop.Random.NextDouble() * 0.4);
        Arm(othersServe);
        return wasReachable;
    }

    /// <summary>Adapts the time of the next attempt, if one is due, to whether other servers can be used.</summary>
    public void Reschedule(bool othersServe)
    {
        if (IsArmed)
            Arm(othersServe);
    }

    private void Arm(bool othersServe)
    {
        if (_isStopped)
            return;
        int pauseMs = othersServe ? _backOffMs : SoleRetryMs;
        _loop.Timers.Arm(this, _failedAtMs + (long)(pauseMs * _jitter));
    }

    /// <summary>An unreachable server is not tried again: it has left the snapshot, or the gateway drains.</summary>
    public void Stop()
    {
        _isStopped = true;
        _loop.Timers.Disarm(this);
    }

    /// <summary>It is in the snapshot again.</summary>
    public void Resume()
    {
        if (!_isStopped)
            return;
        _isStopped = false;
        if (IsUnreachable)
            Arm(othersServe: true);
    }

    void IReadyHandler.OnReady(Readiness readiness)
    {
    }

    /// <summary>A bug in an attempt must not end the attempts.</summary>
    void IReadyHandler.OnException(Exception exception) => _loop.Timers.Arm(this, _loop.NowMs + BackOffMsMax);

    protected internal override IReadyHandler? Owner => this;

    protected internal override void OnDue() => _probe();
}
