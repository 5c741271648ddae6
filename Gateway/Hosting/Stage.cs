namespace FrameRpc.Gateway.Hosting;

/// <summary>How far a gateway is on the way from its start to its end. It only ever goes on.</summary>
internal enum Stage
{
    /// <summary>Callers come and are served.</summary>
    Serving,
    /// <summary>They are served as before, while <c>/readyz</c> has load balancers send new ones elsewhere.</summary>
    Leaving,
    /// <summary>Nobody new is accepted; calls in flight finish.</summary>
    Draining,
    /// <summary>Every call has finished or was cut off.</summary>
    Stopped,
}
