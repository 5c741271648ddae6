using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Routing;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Pipes;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Tests.WholeGateway;

/// <summary>A method that callers of a story ask for.</summary>
internal sealed record StoryRoute(string Name, string Backend, DataType RequestType = DataType.Octets, DataType ReplyType = DataType.Octets, bool IsSlow = false);

/// <summary>What the gateway of a story is configured to do: at first, and from one snapshot to the next.</summary>
internal sealed class StorySetting
{
    /// <summary>One round of the timer wheel: a timeout longer by as much is armed in the same slot as the shorter one.</summary>
    private const int WheelRoundMs = 8192;

    public static readonly StoryRoute[] SmfRoutes = [new("get", "storage"), new("wait", "storage", IsSlow: true), new("list", "files")];

    public static readonly StoryRoute[] FrameRoutes =
    [
        new("Echo", "frames", DataType.Json, DataType.Json), new("Upload", "frames"), new("Receive", "frames", ReplyType: DataType.Json),
        new("Download", "frames", RequestType: DataType.Json),
    ];

    /// <summary>The methods of a server that reads as the first implementation does.</summary>
    public static readonly StoryRoute[] LenientRoutes = [new("Say", "lenient", DataType.Json, DataType.Json), new("Store", "lenient", ReplyType: DataType.Json)];

    private readonly Random _random;
    private readonly bool _isFair;
    private readonly int _timeoutMs;
    private readonly Dictionary<Address, ServerHealth> _health = [];
    private readonly List<StoryRoute> _gone = [];
    private List<StoryRoute> _routes;

    /// <param name="random">What it draws from.</param>
    /// <param name="isFair">Nothing is scarce, so that every call can be served.</param>
    public StorySetting(Random random, bool isFair)
    {
        _random = random;
        _isFair = isFair;
        _timeoutMs = isFair ? 8000 : random.Next(300, 1500);
        HasLenient = random.Next(3) == 0;
        _routes = [.. SmfRoutes, .. FrameRoutes, .. HasLenient ? LenientRoutes : []];
        SmfListener = AddressOf("callers-smf", 0, random.Next(3) == 0);
        FrameListener = AddressOf("callers-frames", 0, random.Next(3) == 0);
        Options = First();
    }

    /// <summary>There is a backend whose server reads as the first implementation does.</summary>
    public bool HasLenient { get; }

    public Address SmfListener { get; }

    public Address FrameListener { get; }

    public GatewayOptions Options { get; private set; }

    /// <summary>Routes that were not in all snapshots with the same backend: their counts may have been dropped.</summary>
    public HashSet<string> Unstable { get; } = [];

    /// <summary>Servers that have left a snapshot: their counts may have been dropped.</summary>
    public HashSet<Address> Left { get; } = [];

    /// <summary>
    /// The longest that nothing may move for a caller: its call waits for a connection, which takes its timeout at most and the time of each
    /// attempt to connect; what the gateway holds of it then moves on, unseen by the caller, and from there its timeout begins anew.
    /// </summary>
    public long LongestWaitMs => (2 * (_timeoutMs + WheelRoundMs)) + (4 * ConnectTimeoutMs);

    public int ConnectTimeoutMs { get; } = 100;

    public static uint SmfId(string route) => RequestId.ForEndpoint("smf " + route).Value;

    /// <summary>Where the servers of a backend may be found; every third is a Unix socket, whose connections cannot be reset.</summary>
    public static Address[] ServersOf(string backend) => [.. Enumerable.Range(1, 4).Select(i => AddressOf(backend, i, isUnix: i % 3 == 0))];

    public bool Has(string route) => _routes.Exists(r => r.Name == route);

    /// <summary>The snapshot as it is now.</summary>
    public Snapshot Snapshot()
    {
        var plain = FrameRpc.Gateway.Routing.Snapshot.Of(Options);
        return plain with { Backends = [.. plain.Backends.Select(spec => spec with { Servers = [.. spec.Servers.Select(Judged)] })] };
    }

    /// <summary>Changes something.</summary>
    public void Change()
    {
        for (int i = _random.Next(1, 4); i > 0; i--)
            ChangeOne();
    }

    private void ChangeOne()
    {
        switch (_random.Next(_isFair ? 6 : 9))
        {
            case 0:
                Options = Options with { Routes = [.. Options.Routes.OrderBy(_ => _random.Next())], Backends = [.. Options.Backends.OrderBy(_ => _random.Next())] };
                break;
            case 1:
                ChangeServers(servers => [.. servers.OrderBy(_ => _random.Next())]);
                break;
            case 2:
                ChangeServers(servers => [.. servers.Select(server => server with { Weight = _random.Next(1, 4) })]);
                break;
            case 3:
                ReplaceServer();
                break;
            case 4:
                AddServer();
                break;
            case 5:
                ChangeHealth();
                break;
            case 6:
                RemoveRoute();
                break;
            case 7:
                PutRouteBack();
                break;
            default:
                ChangeBackend(backend => backend with { Balancing = DrawBalancing(), ConnectionLimits = DrawConnections(), CallsWaitingMax = DrawWaiting() });
                break;
        }
    }

    private void ReplaceServer()
    {
        ChangeServers(servers =>
        {
            if (servers.Count == 1)
                return servers;
            BackendServerOptions gone = servers[_random.Next(servers.Count)];
            _ = Left.Add(gone.Address);
            return [.. servers.Where(server => server != gone)];
        });
        if (_random.Next(2) == 0)
            AddServer();
    }

    private void AddServer() => ChangeBackend(backend =>
    {
        Address[] free = [.. ServersOf(backend.Name).Except(backend.Servers.Select(server => server.Address))];
        return backend.Name == "lenient" || free.Length == 0 ? backend : backend with { Servers = [.. backend.Servers, new BackendServerOptions { Address = free[_random.Next(free.Length)], Weight = _random.Next(1, 4) }] };
    });

    /// <summary>One server at most is set aside at a time, and never the only one.</summary>
    private void ChangeHealth()
    {
        _health.Clear();
        BackendOptions backend = Options.Backends[_random.Next(Options.Backends.Count)];
        if (backend.Servers.Count > 1 || !_isFair)
            _health[backend.Servers[0].Address] = ServerHealth.Down;
    }

    private void RemoveRoute()
    {
        if (_routes.Count < 3)
            return;
        StoryRoute gone = _routes[_random.Next(_routes.Count)];
        _ = Unstable.Add(gone.Name);
        _gone.Add(gone);
        _routes = [.. _routes.Where(route => route != gone)];
        Options = Options with { Routes = [.. Options.Routes.Where(route => route.Name != gone.Name)] };
    }

    private void PutRouteBack()
    {
        if (_gone.Count == 0)
            return;
        StoryRoute back = _gone[^1];
        _gone.RemoveAt(_gone.Count - 1);
        _routes = [.. _routes, back];
        Options = Options with { Routes = [RouteOf(back), .. Options.Routes] };
    }

    private void ChangeServers(Func<IReadOnlyList<BackendServerOptions>, IReadOnlyList<BackendServerOptions>> change) => ChangeBackend(backend =>
    {
        IReadOnlyList<BackendServerOptions> changed = change(backend.Servers);
        foreach (BackendServerOptions server in changed)
        {
            // An only server that was set aside would leave none.
            if (_isFair && changed.Count == 1)
                _ = _health.Remove(server.Address);
        }
        return backend with { Servers = changed };
    });

    private void ChangeBackend(Func<BackendOptions, BackendOptions> change)
    {
        int chosen = _random.Next(Options.Backends.Count);
        Options = Options with { Backends = [.. Options.Backends.Select((backend, i) => i == chosen ? change(backend) : backend)] };
    }

    private ServerSpec Judged(ServerSpec server) => server with { Health = _health.GetValueOrDefault(server.Address) };

    private GatewayOptions First() => new()
    {
        Workers = _random.Next(1, 5),
        Listeners = [Listener("smf", WireFormat.Smf, SmfListener), Listener("frames", WireFormat.Frame, FrameListener)],
        Backends =
        [
            Backend("storage", WireFormat.Smf), Backend("files", WireFormat.Smf), Backend("frames", WireFormat.Frame),
            .. HasLenient ? [Backend("lenient", WireFormat.Frame) with { Servers = [new BackendServerOptions { Address = ServersOf("lenient")[0], Weight = 1 }] }] : (BackendOptions[])[],
        ],
        Routes = [.. _routes.Select(RouteOf)],
        Limits = new LimitOptions
        {
            ConnectionsMax = _isFair || _random.Next(4) != 0 ? 1000 : _random.Next(2, 12),
            ReplyBufferMax = _isFair ? 4 << 20 : 64 << 10,
            WriteTimeout = TimeSpan.FromMilliseconds(_isFair ? 5000 : 500),
            SharedBodyMax = 2000,
        },
        Relay = new RelayPolicy { Mode = _random.Next(4) == 0 ? RelayMode.Auto : RelayMode.Splice, SpliceBytesMin = 1 << _random.Next(0, 14), PipesMax = _random.Next(4) == 0 ? _random.Next(3) : 64 },
        DrainTimeout = TimeSpan.FromSeconds(10),
    };

    private static ListenerOptions Listener(string name, WireFormat format, Address address) => new() { Name = name, Address = address, Protocol = format, ConnectionsMax = 1000 };

    private BackendOptions Backend(string name, WireFormat format) => new()
    {
        Name = name,
        Protocol = format,
        Servers = [.. ServersOf(name).OrderBy(_ => _random.Next()).Take(_random.Next(1, 4)).Select(address => new BackendServerOptions { Address = address, Weight = _random.Next(1, 4) })],
        Balancing = DrawBalancing(),
        ConnectTimeout = TimeSpan.FromMilliseconds(ConnectTimeoutMs),
        ConnectionLimits = DrawConnections(),
        CallsWaitingMax = DrawWaiting(),
    };

    private Balancing DrawBalancing() => _random.Next(2) == 0 ? Balancing.RoundRobin : Balancing.LeastCalls;

    /// <summary>In a fair story a server may answer twice, and each time its shared connection is replaced while calls are on it.</summary>
    private static ConnectionLimits Limits(int shared, int exclusive) => new(shared + exclusive, shared, exclusive);

    private ConnectionLimits DrawConnections() => _isFair ? Limits(64, 4) : Limits(_random.Next(1, 3), _random.Next(1, 4));

    private int DrawWaiting() => _isFair ? 1000 : _random.Next(1, 40);

    private RouteOptions RouteOf(StoryRoute route)
    {
        bool isSmf = SmfRoutes.Contains(route);
        return new()
        {
            Name = route.Name,
            Id = isSmf ? SmfId(route.Name) : RequestId.ForEndpoint(route.Name).Value,
            Endpoint = isSmf ? null : route.Name,
            Method = null,
            Backend = route.Backend,
            Timeout = TimeSpan.FromMilliseconds(_timeoutMs + (route.IsSlow ? WheelRoundMs : 0)),
            MessageBytesMax = 1 << 20,
            OctetsBytesMax = null,
            RequestBody = route.RequestType,
            ReplyBody = route.ReplyType,
            HeaderLikeBodies = HeaderLikeBodies.Refuse,
        };
    }

    private static Address AddressOf(string name, int number, bool isUnix) => isUnix ? new UnixAddress($"/{name}/{number}") : new TcpAddress(name, number);
}
