namespace FrameRpc.Gateway.Backends;

/// <summary>Somebody who needs an exclusive connection: told of it at once, or later, or told why there is none.</summary>
internal abstract class ConnectionRequest
{
    /// <summary>Neighbours in the backend's queue.</summary>
    internal ConnectionRequest? Next, Previous;

    internal bool IsQueued;

    /// <summary>The connection that is being connected for this request.</summary>
    internal ServerConnection? Connecting;

    /// <summary>Servers that could not be reached for it.</summary>
    internal int ServersTried;

    protected internal abstract void OnConnection(ServerConnection connection);

    protected internal abstract void OnNoConnection(RejectReason why);
}
