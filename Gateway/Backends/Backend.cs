using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Formats.Smf;
using FrameRpc.Gateway.Routing;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Protocol.Smf;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Backends;

/// <summary>One backend, as one worker sees it: finds connections for calls, and keeps those waiting that find none.</summary>
internal sealed partial class Backend
{
    /// <summary>Long enough that a caller which reads slowly all the time holds up others once a minute at most.</summary>
    private const int IsolationMs = 60_000;

    private readonly Loop _loop;
    private readonly ILogger _log;
    private readonly BackendOptions _options;
    private readonly Server[] _servers;
    private readonly ServerPicker _picker;
    private readonly ConnectionQueue _waiting = new();
    private readonly Dictionary<Route, long> _isolatedUntilMs = [];

    public Backend(BackendOptions options, int sharedBodyMax, Loop loop, ILogger log)
    {
        SharedBodyMax = sharedBodyMax;
        _options = options;
        _loop = loop;
        _log = log;
        _servers = [.. options.Servers.Select((server, position) => new Server(this, server, position, loop))];
        _picker = options.Balancing == Balancing.RoundRobin ? new RoundRobinPicker(_servers.Length) : new LeastCallsPicker(loop.Random);
    }

    public string Name => _options.Name;

    public WireProtocol Protocol => _options.Protocol;

    /// <summary>Its frame servers read an octets request to its end, or close the connection, whatever their handler does.</summary>
    public bool DrainsOctets => _options.DrainsOctets;

    /// <summary>How many connections this worker may have to each server.</summary>
    public ConnectionLimits Lanes => _options.Lanes;

    public long ConnectTimeoutMs => (long)_options.ConnectTimeout.TotalMilliseconds;

    /// <summary>smf replies up to this size are passed on whole.</summary>
    public int SharedBodyMax { get; }

    /// <summary>Whether an smf body that is packed so has to have the outline of a table. What cannot be unpacked here is not looked at.</summary>
    public bool MustBeTable(SmfCompression compression) =>
        _options.Payload == PayloadKind.Table && compression is not (SmfCompression.Zstd or SmfCompression.Lz4);

    /// <summary>Whether its servers get smf requests that are packed so.</summary>
    public bool Takes(SmfCompression compression) =>
        _options.Compression == PackedRequests.Pass || compression is SmfCompression.None or SmfCompression.Disabled;

    public IReadOnlyList<Server> Servers => _servers;

    /// <summary>Calls that wait for an exclusive connection.</summary>
    public int CallsWaiting => _waiting.Count;

    /// <summary>Others wait for an exclusive connection: whoever holds one and stands still is in their way.</summary>
    public bool HasWaiting => _waiting.Count > 0;

    /// <summary>A shared connection for one more small call; null when no server can be reached, or all their connections are full.</summary>
    public SmfServerConnection? SharedConnection(out RejectReason why)
    {
        Server? server = _picker.Pick(_servers, forExclusive: false);
        SmfServerConnection? connection = server?.SharedConnection();
        why = server is null ? RejectReason.NoServer : RejectReason.TooMany;
        return connection;
    }

    /// <summary>Finds an exclusive connection. The request is told now or later, exactly once, unless it is cancelled before.</summary>
    public void Acquire(ConnectionRequest request)
    {
        request.ServersTried = 0;
        if (_waiting.Count == 0 && TryServe(request))
            return;
        if (_waiting.Count < _options.CallsWaitingMax)
        {
            _waiting.Add(request);
            return;
        }
        LogQueueFull(_log, _options.Name, _waiting.Count);
        request.OnNoConnection(RejectReason.TooMany);
    }

    /// <summary>The request no longer wants a connection. One that is being connected for it goes to the pool when it is made.</summary>
    public void Cancel(ConnectionRequest request)
    {
        _waiting.Remove(request);
        if (request.Connecting is null)
            return;
        request.Connecting.ConnectingFor = null;
        request.Connecting = null;
    }

    /// <summary>No connection to the server chosen for the request could be made: the next, while one is left.</summary>
    /// <param name="why">What the request is told where none is.</param>
    public void PassOver(ConnectionRequest request, RejectReason why)
    {
        if (++request.ServersTried >= _servers.Length || !AnyServerUp)
        {
            request.OnNoConnection(why);
        }
        else
        {
            _loop.Counters.ServersPassedOver++;
            if (!TryServe(request))
                _waiting.Add(request);
        }
        ServeWaiting();
    }

    /// <summary>A connection, or room for one, has become free.</summary>
    public void ServeWaiting()
    {
        while (_waiting.First is { } first)
        {
            _waiting.Remove(first);
            if (TryServe(first))
                continue;
            _waiting.AddFirst(first);
            return;
        }
    }

    /// <summary>
    /// A large reply of this route held up a shared connection, because its caller does not read as fast as the server sends. For
    /// a while the route's calls take exclusive connections, where nobody stands behind them.
    /// </summary>
    public void Isolate(Route route) => _isolatedUntilMs[route] = _loop.NowMs + IsolationMs;

    public bool IsIsolated(Route route)
    {
        if (_isolatedUntilMs.Count == 0 || !_isolatedUntilMs.TryGetValue(route, out long untilMs))
            return false;
        if (_loop.NowMs < untilMs)
            return true;
        _isolatedUntilMs.Remove(route);
        return false;
    }

    public void Drain()
    {
        foreach (Server server in _servers)
            server.Drain();
    }

    private bool AnyServerUp
    {
        get
        {
            foreach (Server server in _servers)
            {
                if (server.IsUp)
                    return true;
            }
            return false;
        }
    }

    /// <summary>False when all servers that are up have as many connections as they may: then waiting helps.</summary>
    private bool TryServe(ConnectionRequest request)
    {
        if (_picker.Pick(_servers, forExclusive: true) is { } server)
        {
            server.Serve(request);
            return true;
        }
        if (AnyServerUp)
            return false;
        request.OnNoConnection(RejectReason.NoServer);
        return true;
    }

    internal void LogReached(Address address) => LogReached(_log, _options.Name, address);

    internal void LogLost(Address address, int calls) => LogLost(_log, _options.Name, address, calls);

    internal void LogBadReply(Address address, Route route, string why) => LogBadReply(_log, _options.Name, address, route.Name, why);

    internal void LogUnknownSession(Address address, string route) => LogUnknownSession(_log, _options.Name, address, route);

    internal void LogUnreachable(Address address, string reason, int backOffMs) => LogUnreachable(_log, _options.Name, address, reason, backOffMs);
}
