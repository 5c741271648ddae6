namespace FrameRpc.Gateway.Backends;

/// <summary>One worker's idle exclusive connections to a server. The one used last is used first, so that those of a burst become idle and close.</summary>
internal sealed class ExclusiveConnections(ServerStatistics statistics)
{
    private readonly List<ServerConnection> _idle = [];

    /// <summary>Whether one can carry a call now.</summary>
    public bool HasReady
    {
        get
        {
            for (int i = _idle.Count - 1; i >= 0; i--)
            {
                if (!_idle[i].IsResting)
                    return true;
            }
            return false;
        }
    }

    public bool Has(ServerConnection connection) => _idle.Contains(connection);

    public ServerConnection? Take()
    {
        for (int i = _idle.Count - 1; i >= 0; i--)
        {
            ServerConnection connection = _idle[i];
            if (connection.IsResting)
                continue;
            Remove(connection);
            connection.EndIdle();
            return connection;
        }
        return null;
    }

    public void Add(ServerConnection connection)
    {
        _idle.Add(connection);
        statistics.IdleConnections = _idle.Count;
    }

    public void Remove(ServerConnection connection)
    {
        if (_idle.Remove(connection))
            statistics.IdleConnections = _idle.Count;
    }

    /// <summary>Closes all of them.</summary>
    public void Drain()
    {
        foreach (ServerConnection connection in _idle.ToArray())
            connection.Leave();
    }
}
