namespace FrameRpc.Gateway.Backends;

/// <summary>Chooses among the servers of a backend.</summary>
internal abstract class ServerPicker
{
    /// <summary>The server for the next call, or null when none will do.</summary>
    /// <param name="servers">Those of the snapshot.</param>
    /// <param name="forExclusive">Only servers which can give an exclusive connection.</param>
    public abstract Server? Pick(Server[] servers, bool forExclusive);

    protected static bool IsEligible(Server server, bool forExclusive) => server.IsUp && (!forExclusive || server.HasExclusiveRoom);
}
