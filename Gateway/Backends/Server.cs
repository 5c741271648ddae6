using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Formats.Frame;
using FrameRpc.Gateway.Formats.Smf;
using FrameRpc.Gateway.Routing;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.EventLoop;

namespace FrameRpc.Gateway.Backends;

/// <summary>One server of a backend, as one worker sees it: its connections, its load, and whether it could be reached lately.</summary>
internal sealed class Server(Backend backend, ServerOptions options, int position, Loop loop)
{
    /// <summary>Long enough to keep connections through a lull, short enough that servers are not left with yesterday's connections.</summary>
    public const int IdleConnectionMs = 60_000;

    /// <summary>After a failure a server is left alone for this long, and for twice as long after each further one.</summary>
    private const int BackOffMsMin = 100, BackOffMsMax = 5_000;

    private readonly List<ServerConnection> _idle = [];
    private readonly List<SmfServerConnection> _shared = [];
    private long _downUntilMs;
    private int _backOffMs;

    public Backend Backend => backend;

    /// <summary>Its place in the backend's list.</summary>
    public int Position => position;

    public Address Address => options.Address;

    public int Weight => options.Weight;

    /// <summary>Calls of this worker that this server has not answered yet: what balancing compares.</summary>
    public int CallsInFlight { get; set; }

    /// <summary>Exclusive connections, busy, idle and being connected.</summary>
    public int ExclusiveConnections { get; private set; }

    /// <summary>Shared connections, being connected, in use, and retired with calls still in flight.</summary>
    public int SharedConnections { get; private set; }

    /// <summary>Connections begun, whether they could be made or not.</summary>
    public long ConnectionsOpened { get; private set; }

    /// <summary>Connections that could not be made.</summary>
    public long ConnectsFailed { get; private set; }

    /// <summary>Replies under a session that no call had: each retires its connection.</summary>
    public long UnknownSessions { get; private set; }

    /// <summary>Exclusive connections that wait for a call.</summary>
    public int IdleConnections => _idle.Count;

    /// <summary>The last attempt to connect failed. Unlike <see cref="IsUp"/> this needs no clock, and so holds for those who look on while the loop sleeps.</summary>
    public bool IsUnreachable => _backOffMs != 0;

    public bool IsUp => loop.NowMs >= _downUntilMs;

    public bool HasExclusiveRoom => _idle.Count > 0 || ExclusiveConnections < backend.Lanes.Exclusive;

    /// <summary>A shared connection that takes another call, or null when all there may be are full.</summary>
    public SmfServerConnection? SharedConnection()
    {
        foreach (SmfServerConnection connection in _shared)
        {
            if (connection.TakesCalls)
                return connection;
        }
        if (SharedConnections >= backend.Lanes.Shared)
            return null;
        var opened = new SmfServerConnection(loop, OpenSocket(), this, isExclusive: false);
        _shared.Add(opened);
        SharedConnections++;
        return opened;
    }

    public void ForgetShared(SmfServerConnection connection) => _shared.Remove(connection);

    /// <summary>Serves the request with an idle connection, or begins to connect one for it.</summary>
    public void Serve(ConnectionRequest request)
    {
        if (_idle.Count > 0)
        {
            ServerConnection connection = _idle[^1];
            _idle.RemoveAt(_idle.Count - 1);
            connection.EndIdle();
            request.OnConnection(connection);
            return;
        }
        ServerConnection opened = backend.Protocol == WireProtocol.Smf
            ? new SmfServerConnection(loop, OpenSocket(), this, isExclusive: true)
            : new FrameServerConnection(loop, OpenSocket(), this);
        ExclusiveConnections++;
        opened.ConnectingFor = request;
        request.Connecting = opened;
    }

    /// <summary>An exclusive connection has done its call and is fit for another.</summary>
    public void GiveBack(ServerConnection connection)
    {
        _idle.Add(connection);
        connection.BeginIdle();
        backend.ServeWaiting();
    }

    public void TakeFromPool(ServerConnection connection) => _idle.Remove(connection);

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
        if (!connection.IsExclusive)
        {
            SharedConnections--;
            return;
        }
        ExclusiveConnections--;
        _idle.Remove(connection);
        backend.ServeWaiting();
    }

    /// <summary>A connection ended with so many calls whose callers wait for their replies.</summary>
    public void NoteLost(int calls) => backend.LogLost(Address, calls);

    /// <param name="route">Whose call it answers.</param>
    /// <param name="why">What is wrong with it.</param>
    public void NoteBadReply(Route route, string why)
    {
        loop.Counters.BadReplies++;
        backend.LogBadReply(Address, route, why);
    }

    /// <summary>A reply came under a session that no call has.</summary>
    /// <param name="lastRoute">Of the last call that had it on that connection; null where it was never used.</param>
    public void NoteUnknownSession(Route? lastRoute)
    {
        UnknownSessions++;
        backend.LogUnknownSession(Address, lastRoute?.Name ?? "none");
    }

    public void NoteReached()
    {
        if (_backOffMs != 0)
            backend.LogReached(Address);
        _backOffMs = 0;
    }

    /// <summary>A connection could not be made, by the server's fault or for want of something here.</summary>
    /// <returns>What a call is told that needed it and finds no other.</returns>
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
        ConnectsFailed++;
        // Attempts that were made together fail together, and are one failure.
        if (!IsUp)
            return;
        bool wasUp = _backOffMs == 0;
        _backOffMs = _backOffMs == 0 ? BackOffMsMin : Math.Min(_backOffMs * 2, BackOffMsMax);
        _downUntilMs = loop.NowMs + _backOffMs;
        if (wasUp)
            backend.LogUnreachable(Address, Libc.Describe(error), _backOffMs);
    }

    /// <summary>Idle connections take leave; busy ones do when their call is over.</summary>
    public void Drain()
    {
        foreach (ServerConnection connection in _idle.ToArray())
            connection.Leave();
        foreach (SmfServerConnection connection in _shared.ToArray())
            connection.Retire();
    }

    /// <summary>An embedded server lives in this worker, at the other end of a socket pair.</summary>
    private ISocket OpenSocket()
    {
        ConnectionsOpened++;
        if (Address is not DemoAddress)
            return loop.Network.Connect(Address);
        (ISocket near, ISocket far) = loop.Network.ConnectPair();
        Demo.DemoServer.Serve(loop, far, backend.Protocol);
        return near;
    }
}
