namespace FrameRpc.Gateway.Admin;

/// <summary>The stages of a gateway's life. It only ever moves forward.</summary>
internal enum Stage
{
    /// <summary>Callers are accepted and served.</summary>
    Serving,
    /// <summary>Callers are accepted and served, while <c>/readyz</c> tells load balancers to send new ones elsewhere.</summary>
    Leaving,
    /// <summary>Nothing new is accepted; calls in flight finish.</summary>
    Draining,
    /// <summary>Every call has finished or was cut off.</summary>
    Stopped,
}

/// <summary>Drains and stops a gateway.</summary>
internal interface ILifecycle
{
    Stage Stage { get; }

    /// <summary>Accepts nothing new and lets calls in flight finish without a time limit. The process stays until it is stopped.</summary>
    /// <param name="requestedBy">For the log, such as <c>POST /drain from 127.0.0.1</c>.</param>
    void Drain(string requestedBy);

    /// <summary>Serves normally for the delay, then drains within <c>drainTimeout</c> and stops.</summary>
    /// <param name="requestedBy">For the log, such as <c>SIGTERM</c>.</param>
    /// <param name="delay">Ignored once draining has begun.</param>
    void Stop(string requestedBy, TimeSpan delay);
}
