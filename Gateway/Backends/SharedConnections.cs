using FrameRpc.Gateway.EventLoop;

namespace FrameRpc.Gateway.Backends;

/// <summary>
/// One worker's shared connections to a server: one as long as the server answers quickly, because then the requests of all callers leave in one
/// write; more where calls would wait behind an unanswered one.
/// </summary>
internal sealed class SharedConnections(Server server, Loop loop)
{
    /// <summary>
    /// No call is put behind one that has been unanswered for longer, while a further connection may be opened. Replies of fast servers take less
    /// even under full load; each connection more costs every turn another write.
    /// </summary>
    public const int UnansweredMs = 5;

    private readonly List<ServerConnection> _connections = [];

    public TurnTaking Turns { get; } = new();

    /// <summary>Those that may take calls, in the order in which they were opened.</summary>
    public IReadOnlyList<ServerConnection> All => _connections;

    /// <summary>A connection for one more call; null if there is none that may take it.</summary>
    /// <param name="mayOpen">Whether another connection may be opened.</param>
    public ServerConnection? Find(bool mayOpen)
    {
        ServerConnection? emptiest = null;
        foreach (ServerConnection connection in _connections)
        {
            if (!connection.TakesCalls)
                continue;
            if (!HoldsUp(connection))
                return connection;
            if (emptiest is null || connection.Unanswered.Count < emptiest.Unanswered.Count)
                emptiest = connection;
        }
        return mayOpen ? Open() : emptiest;
    }

    /// <summary>One is established, and takes calls.</summary>
    public bool HasEstablished
    {
        get
        {
            foreach (ServerConnection connection in _connections)
            {
                if (connection.State == ConnectionState.Open && connection.TakesCalls)
                    return true;
            }
            return false;
        }
    }

    /// <summary>A connection that takes calls, be it one that is being established.</summary>
    public bool HasConnection
    {
        get
        {
            foreach (ServerConnection connection in _connections)
            {
                if (connection.TakesCalls)
                    return true;
            }
            return false;
        }
    }

    public ServerConnection Open()
    {
        ServerConnection opened = server.Connect(isExclusive: false);
        _connections.Add(opened);
        return opened;
    }

    public void Forget(ServerConnection connection) => _connections.Remove(connection);

    public void Drain()
    {
        foreach (ServerConnection connection in _connections.ToArray())
            connection.Retire();
    }

    /// <summary>
    /// Judged by the turn before: a reply that lies in the socket is not the server's delay. A server that serves in turn holds up every call behind
    /// another one.
    /// </summary>
    private bool HoldsUp(ServerConnection connection) =>
        connection.Unanswered.Count > 0
            && (Turns.IsLearned || connection.Unanswered.Count >= server.Backend.CallsPerConnectionMax
                || connection.Unanswered.IsAnyOlderThan(loop.PreviousNowMs - UnansweredMs));
}
