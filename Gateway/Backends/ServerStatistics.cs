namespace FrameRpc.Gateway.Backends;

/// <summary>
/// One worker's counters of one server. Written by the worker's thread only, without locks. Other threads read them slightly late, never torn,
/// because each fits a machine word; values that belong together may be from two turns.
/// </summary>
/// <param name="address">The server's name in metrics, views and logs.</param>
/// <param name="slot">Index within the worker's backend, to find a call's counter. May be reused for another server later.</param>
internal sealed class ServerStatistics(string address, int slot)
{
    /// <summary>This worker's calls that the server has not answered yet, which balancing compares.</summary>
    public int CallsInFlight;
    /// <summary>Shared connections: connecting, in use, or retired with calls in flight.</summary>
    public int SharedConnections;
    /// <summary>Exclusive connections: connecting, in use or idle.</summary>
    public int ExclusiveConnections;
    /// <summary>Exclusive connections without a call.</summary>
    public int IdleConnections;
    /// <summary>Connections started, whether they could be established or not.</summary>
    public long ConnectionsOpened;
    /// <summary>Connections that could not be established.</summary>
    public long ConnectsFailed;
    /// <summary>Replies under a session that no call had; each retires its connection.</summary>
    public long UnknownSessions;
    /// <summary>Faults of the server, of all kinds: what balancing and ejection judge it by.</summary>
    public long Faults;
    /// <summary>Times that this worker ejected it.</summary>
    public long Ejections;
    /// <summary>Independent of the clock, so it is valid while the loop sleeps.</summary>
    public ServerState State;

    public string Address => address;

    public int Slot => slot;
}

/// <summary>One worker's counters of a backend and its servers; see <see cref="ServerStatistics"/> on reading them.</summary>
internal sealed class BackendStatistics(string name)
{
    private ServerStatistics[] _servers = [];

    /// <summary>Calls that wait for an exclusive connection.</summary>
    public int CallsWaiting;

    /// <summary>Servers that are ejected.</summary>
    public int Ejected;

    /// <summary>More servers are ejected than the backend allows, so that all are used.</summary>
    public bool UsesEjected;

    public string Name => name;

    /// <summary>Those of the snapshot, and those that left it but still have connections.</summary>
    public IReadOnlyList<ServerStatistics> Servers => Volatile.Read(ref _servers);

    /// <summary>For the worker only.</summary>
    public void Publish(ServerStatistics[] servers) => Volatile.Write(ref _servers, servers);
}
