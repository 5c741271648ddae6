namespace FrameRpc.Protocol.Client;

/// <summary>What one call may ask for beside its method and body. <c>default</c> asks for nothing.</summary>
public readonly record struct CallOptions
{
    /// <summary>How long the call may take, waiting for a connection included; by default <see cref="ClientOptions.Timeout"/>.</summary>
    /// <remarks>It ends with the reply's header for octets, which may stream for as long as both sides like.</remarks>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Wait, within the timeout, while there is no connection, where the call would otherwise fail at once.</summary>
    public bool WaitForReady { get; init; }
}
