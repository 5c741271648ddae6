using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Backends;

/// <summary>Wakes the calls that wait for a backend when the breaker of one of its servers admits calls again, which it does by the clock alone.</summary>
internal sealed class BreakerTimer(Breaker breaker, Loop loop, Action onAdmits) : TimerEntry, IReadyHandler
{
    /// <summary>The breaker has changed.</summary>
    public void Set()
    {
        if (breaker.AdmitsFrom(loop.NowMs) is { } ms)
            loop.Timers.Arm(this, ms);
        else
            loop.Timers.Disarm(this);
    }

    public void Stop() => loop.Timers.Disarm(this);

    void IReadyHandler.OnReady(Readiness readiness)
    {
    }

    /// <summary>A bug in serving one call must not keep the others waiting: the next change wakes them.</summary>
    void IReadyHandler.OnException(Exception exception)
    {
    }

    protected internal override IReadyHandler? Owner => this;

    protected internal override void OnDue() => onAdmits();
}
