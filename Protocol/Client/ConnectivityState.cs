namespace FrameRpc.Protocol.Client;

/// <summary>Whether a client could make a call now. The names are gRPC's.</summary>
public enum ConnectivityState
{
    /// <summary>There is no connection, and nobody has asked for one.</summary>
    Idle,

    /// <summary>One is being made.</summary>
    Connecting,

    /// <summary>There is one.</summary>
    Ready,

    /// <summary>None could be made, and the next attempt waits, see <see cref="Backoff"/>.</summary>
    TransientFailure,

    /// <summary>The client was disposed.</summary>
    Shutdown,
}
