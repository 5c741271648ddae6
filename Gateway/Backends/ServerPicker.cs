namespace FrameRpc.Gateway.Backends;

/// <summary>What a call needs of the server that is chosen for it.</summary>
internal enum ServerNeed : byte
{
    /// <summary>A shared connection with room, or room for one.</summary>
    Shared,
    /// <summary>A shared connection that is established.</summary>
    Established,
    /// <summary>A shared connection that is being established, in spite of a local shortage.</summary>
    Short,
    /// <summary>An exclusive connection that is idle, or room for one.</summary>
    Exclusive,
    /// <summary>An exclusive connection that is idle.</summary>
    Idle,
    /// <summary>Room for another exclusive connection.</summary>
    Opening,
}

/// <summary>Balances calls over the servers of a backend.</summary>
internal abstract class ServerPicker
{
    /// <summary>How many values <see cref="ServerNeed"/> has.</summary>
    public const int Needs = (int)ServerNeed.Opening + 1;

    /// <summary>The server for the next call; null if none is eligible.</summary>
    /// <param name="servers">Those of the snapshot.</param>
    /// <param name="need">What the call needs.</param>
    /// <param name="key">Of the caller, for policies that keep callers with their servers.</param>
    public abstract Server? Pick(Server[] servers, ServerNeed need, uint key);

    protected static bool IsEligible(Server server, ServerNeed need) => server.Backend.IsUsable(server) && need switch
    {
        ServerNeed.Shared => server.HasSharedRoom,
        ServerNeed.Established => server.HasEstablished,
        ServerNeed.Short => server.HasShortConnection,
        ServerNeed.Exclusive => server.HasExclusiveRoom,
        ServerNeed.Idle => server.HasIdleConnection,
        _ => server.MayOpenExclusive,
    };
}
