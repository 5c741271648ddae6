namespace FrameRpc.Gateway.Admin;

/// <summary>How far a gateway is on the way from its start to its end. It only ever goes on.</summary>
internal enum Stage
{
    /// <summary>Callers come and are served.</summary>
    Serving,
    /// <summary>They are served as before, while <c>/readyz</c> has load balancers send new ones elsewhere.</summary>
    Leaving,
    /// <summary>Nothing new is accepted; calls in flight finish.</summary>
    Draining,
    /// <summary>Every call has finished or was cut off.</summary>
    Stopped,
}

/// <summary>The end of a gateway, as the admin endpoint asks for it.</summary>
internal interface ILifecycle
{
    Stage Stage { get; }

    /// <summary>Accepts nothing new, and lets calls in flight take the time that they need. The process stays until a stop is asked for.</summary>
    /// <param name="asked">Who asked, and how: <c>POST /drain from 127.0.0.1</c>.</param>
    void Drain(string asked);

    /// <summary>Serves as before for the delay, then drains for as long as it may, and stops.</summary>
    /// <param name="asked">Who asked, and how: <c>SIGTERM</c>.</param>
    /// <param name="delay">Nothing is left to do with it once a drain has begun.</param>
    void Stop(string asked, TimeSpan delay);
}
