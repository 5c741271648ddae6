using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Routing;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Backends;

/// <summary>One server of a backend, as one worker sees it: its connections, its load, and whether it was reachable lately.</summary>
internal sealed class Server(Backend backend, ServerSpec spec, int slot, Loop loop)
{
    /// <summary>A server is skipped for the minimum after a failure, and for twice as long after each further one.</summary>
    private const int BackOffMsMin = 100, BackOffMsMax = 5_000;

    private readonly List<ServerConnection> _idle = [];
    private readonly List<ServerConnection> _shared = [];
    private ServerSpec _spec = spec;
    private long _downUntilMs;
    private int _backOffMs;

    public Backend Backend => backend;

    /// <summary>Identifies the server within its backend.</summary>
    public Address Address => _spec.Address;

    public int Weight => _spec.Weight;

    /// <summary>For other threads to read.</summary>
    public ServerStatistics Statistics { get; } = new(spec.Address.ToString(), slot);

    /// <summary>This worker's calls that the server has not answered yet, which balancing compares.</summary>
    public int CallsInFlight
    {
        get => Statistics.CallsInFlight;
        set => Statistics.CallsInFlight = value;
    }

    /// <summary>Its credit in weighted round robin; see <see cref="RoundRobinPicker"/>.</summary>
    public int Credit { get; set; }

    /// <summary>The server or its backend has left the snapshot: connections end with the calls that they carry.</summary>
    public bool IsRetired { get; private set; }

    /// <summary>The last connection attempt succeeded or its back-off is over, and the snapshot has it as healthy.</summary>
    public bool IsUp => loop.NowMs >= _downUntilMs && _spec.Health == ServerHealth.Healthy;

    public bool HasExclusiveRoom => _idle.Count > 0 || Statistics.ExclusiveConnections < backend.Connections.Exclusive;

    public bool HasConnections => Statistics.SharedConnections + Statistics.ExclusiveConnections > 0;

    /// <summary>Adopts weight and health from the snapshot. A server that had left is in use again.</summary>
    public void Apply(ServerSpec next)
    {
        _spec = next;
        IsRetired = false;
    }

    /// <summary>Its connections close instead of being kept for further calls.</summary>
    public void Retire()
    {
        IsRetired = true;
        Drain();
    }

    /// <summary>A shared connection with room for another call; null if all allowed ones are full.</summary>
    public ServerConnection? SharedConnection()
    {
        foreach (ServerConnection connection in _shared)
        {
            if (connection.TakesCalls)
                return connection;
        }
        if (Statistics.SharedConnections >= backend.Connections.Shared)
            return null;
        ServerConnection opened = backend.Format.Connect(loop, OpenSocket(), this, isExclusive: false);
        _shared.Add(opened);
        Statistics.SharedConnections++;
        return opened;
    }

    public void ForgetShared(ServerConnection connection) => _shared.Remove(connection);

    /// <summary>Serves the request with an idle connection, or starts to establish one.</summary>
    public void Serve(ConnectionRequest request)
    {
        if (_idle.Count > 0)
        {
            ServerConnection connection = _idle[^1];
            _idle.RemoveAt(_idle.Count - 1);
            Statistics.IdleConnections = _idle.Count;
            connection.EndIdle();
            request.OnConnection(connection);
            return;
        }
        ServerConnection opened = backend.Format.Connect(loop, OpenSocket(), this, isExclusive: true);
        Statistics.ExclusiveConnections++;
        opened.ConnectingFor = request;
        request.Connecting = opened;
    }

    /// <summary>Returns an exclusive connection that has completed its call and can carry another.</summary>
    public void GiveBack(ServerConnection connection)
    {
        if (IsRetired)
        {
            connection.Leave();
            return;
        }
        _idle.Add(connection);
        Statistics.IdleConnections = _idle.Count;
        connection.BeginIdle();
        backend.ServeWaiting();
    }

    public void TakeFromPool(ServerConnection connection)
    {
        _idle.Remove(connection);
        Statistics.IdleConnections = _idle.Count;
    }

    public void OnConnectionMade(ServerConnection connection)
    {
        ConnectionRequest? request = connection.ConnectingFor;
        connection.ConnectingFor = null;
        if (request is null)
        {
            GiveBack(connection);
            return;
        }
        request.Connecting = null;
        request.OnConnection(connection);
    }

    public void OnConnectionFailed(ServerConnection connection, RejectReason why)
    {
        ConnectionRequest? request = connection.ConnectingFor;
        connection.ConnectingFor = null;
        if (request is null)
            return;
        request.Connecting = null;
        backend.PassOver(request, why);
    }

    public void OnConnectionClosed(ServerConnection connection)
    {
        if (connection.IsExclusive)
        {
            Statistics.ExclusiveConnections--;
            TakeFromPool(connection);
            backend.ServeWaiting();
        }
        else
        {
            Statistics.SharedConnections--;
        }
        if (IsRetired && !HasConnections)
            backend.OnServerGone();
    }

    /// <summary>A connection ended while this many callers waited for replies.</summary>
    public void NoteLost(int calls) => backend.LogLost(Address, calls);

    /// <param name="route">The route of the call.</param>
    /// <param name="why">What is wrong with the reply.</param>
    public void NoteBadReply(Route route, string why)
    {
        loop.Counters.BadReplies++;
        backend.LogBadReply(Address, route, why);
    }

    /// <summary>A reply arrived under a session that no call has.</summary>
    /// <param name="lastRoute">The route of the last call with this session on the connection; null if it was never used.</param>
    public void NoteUnknownSession(Route? lastRoute)
    {
        Statistics.UnknownSessions++;
        backend.LogUnknownSession(Address, lastRoute?.Name ?? "none");
    }

    public void NoteReached()
    {
        if (_backOffMs != 0)
            backend.LogReached(Address);
        _backOffMs = 0;
        Statistics.IsUnreachable = false;
    }

    /// <summary>A connection failed, through the server or a local shortage.</summary>
    /// <returns>The reason for calls that find no other server.</returns>
    public RejectReason NoteNotConnected(int error)
    {
        if (LocalShortage.Is(error))
        {
            loop.NoteConnectExhausted(error);
            return RejectReason.Exhausted;
        }
        NoteUnreachable(error);
        return RejectReason.NoServer;
    }

    public void NoteUnreachable(int error)
    {
        Statistics.ConnectsFailed++;
        // Concurrent attempts fail together and count as one failure.
        if (loop.NowMs < _downUntilMs)
            return;
        bool wasUp = _backOffMs == 0;
        _backOffMs = _backOffMs == 0 ? BackOffMsMin : Math.Min(_backOffMs * 2, BackOffMsMax);
        _downUntilMs = loop.NowMs + _backOffMs;
        Statistics.IsUnreachable = true;
        if (wasUp)
            backend.LogUnreachable(Address, Libc.Describe(error), _backOffMs);
    }

    /// <summary>Closes idle connections now, and busy ones when their call is over.</summary>
    public void Drain()
    {
        foreach (ServerConnection connection in _idle.ToArray())
            connection.Leave();
        foreach (ServerConnection connection in _shared.ToArray())
            connection.Retire();
    }

    /// <summary>An embedded server runs in this worker, at the other end of a socket pair.</summary>
    private ISocket OpenSocket()
    {
        Statistics.ConnectionsOpened++;
        if (Address is not DemoAddress)
            return loop.Network.Connect(Address);
        (ISocket near, ISocket far) = loop.Network.ConnectPair();
        backend.Format.ServeDemo(loop, far);
        return near;
    }
}
