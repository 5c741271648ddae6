namespace FrameRpc.Gateway.Backends;

/// <summary>Balances calls over the servers of a backend.</summary>
internal abstract class ServerPicker
{
    /// <summary>The server for the next call; null if none is eligible.</summary>
    /// <param name="servers">Those of the snapshot.</param>
    /// <param name="forExclusive">Only servers with room for an exclusive connection.</param>
    public abstract Server? Pick(Server[] servers, bool forExclusive);

    protected static bool IsEligible(Server server, bool forExclusive) => server.IsUp && (!forExclusive || server.HasExclusiveRoom);
}
