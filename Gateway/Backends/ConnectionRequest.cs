namespace FrameRpc.Gateway.Backends;

/// <summary>A request for an exclusive connection: called back at once or later with the connection, or with the reason why there is none.</summary>
internal abstract class ConnectionRequest
{
    /// <summary>Neighbours in the backend's queue.</summary>
    internal ConnectionRequest? Next, Previous;

    internal bool IsQueued;

    /// <summary>The connection being established for this request.</summary>
    internal ServerConnection? Connecting;

    /// <summary>Servers that could not be reached for it.</summary>
    internal int ServersTried;

    protected internal abstract void OnConnection(ServerConnection connection);

    protected internal abstract void OnNoConnection(RejectReason why);
}
