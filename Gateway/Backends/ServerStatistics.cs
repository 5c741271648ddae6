namespace FrameRpc.Gateway.Backends;

/// <summary>
/// One server as one worker counts it, under its address. Written by the worker's thread alone, without locks; read by others,
/// who may see it a moment late: each number fits a machine word, so it is never torn. Numbers that belong together may be of
/// two turns.
/// </summary>
/// <param name="address">The server's name in metrics, views and logs.</param>
/// <param name="slot">The worker's own number of the server within its backend, by which a call's counter is found. Another server may have it later.</param>
internal sealed class ServerStatistics(string address, int slot)
{
    /// <summary>Calls of this worker that the server has not answered yet: what balancing compares.</summary>
    public int CallsInFlight;
    /// <summary>Shared connections: being established, in use, and retired with calls still in flight.</summary>
    public int SharedConnections;
    /// <summary>Exclusive connections: being established, in use and idle.</summary>
    public int ExclusiveConnections;
    /// <summary>Exclusive connections that wait for a call.</summary>
    public int IdleConnections;
    /// <summary>Connections begun, whether they could be made or not.</summary>
    public long ConnectionsOpened;
    /// <summary>Connections that could not be made.</summary>
    public long ConnectsFailed;
    /// <summary>Replies under a session that no call had: each retires its connection.</summary>
    public long UnknownSessions;
    /// <summary>The last attempt to connect failed. Needs no clock, and so holds while the loop sleeps.</summary>
    public bool IsUnreachable;

    public string Address => address;

    public int Slot => slot;
}

/// <summary>A backend and its servers as one worker counts them; see <see cref="ServerStatistics"/> on reading.</summary>
internal sealed class BackendStatistics(string name)
{
    private ServerStatistics[] _servers = [];

    /// <summary>Calls that wait for an exclusive connection.</summary>
    public int CallsWaiting;

    public string Name => name;

    /// <summary>Those of the snapshot, and those that have left it and still have connections.</summary>
    public IReadOnlyList<ServerStatistics> Servers => Volatile.Read(ref _servers);

    /// <summary>By the worker.</summary>
    public void Publish(ServerStatistics[] servers) => Volatile.Write(ref _servers, servers);
}
