using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Pipes;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Tests.Simulation;

/// <summary>The configuration of a simulated gateway: one backend of each format, and the differences of a test.</summary>
internal sealed record GatewaySetup
{
    public const string Endpoint = "Echo";

    public static uint GetId { get; } = RequestId.ForMethod("SmfStorage", "Get", "smf_gen::demo::Request", "smf_gen::demo::Response").Value;

    /// <summary>The weights of the smf servers, and thereby their number.</summary>
    public int[] SmfServers { get; init; } = [1];

    public int[] FrameServers { get; init; } = [1];

    public Balancing Balancing { get; init; } = Balancing.RoundRobin;

    public int ConnectTimeoutMs { get; init; } = 1000;

    public int SharedConnectionsMax { get; init; } = 8;

    public int CallsPerConnectionMax { get; init; } = 65_535;

    public int ExclusiveConnectionsMax { get; init; } = 64;

    public int CallsWaitingMax { get; init; } = 1024;

    /// <summary>Without a slow start, so that calls can be counted on.</summary>
    public EjectOptions Eject { get; init; } = new() { SlowStart = TimeSpan.Zero };

    public int TimeoutMs { get; init; } = 2000;

    /// <summary>Null for that of the defaults.</summary>
    public int? DeadlineMs { get; init; }

    public long MessageBytesMax { get; init; } = 64 * 1024 * 1024;

    public long? OctetsBytesMax { get; init; }

    public int ReplyBufferMax { get; init; } = 4 * 1024 * 1024;

    public int WriteTimeoutMs { get; init; } = 5000;

    public int RequestTimeoutMs { get; init; } = 10_000;

    public int IdleTimeoutMs { get; init; } = 15 * 60_000;

    public long BytesPerSecondMin { get; init; } = 1024;

    public int SharedBodyMax { get; init; } = 64 * 1024;

    /// <summary>The content of bodies of the smf backend.</summary>
    public PayloadKind Payload { get; init; } = PayloadKind.Table;

    /// <summary>How compressed requests to it are handled.</summary>
    public CompressedRequests Compression { get; init; } = CompressedRequests.Pass;

    /// <summary>
    /// How bodies are forwarded. The threshold for splicing is such that every larger body in these tests has both a copied and a spliced part.
    /// </summary>
    public RelayPolicy Relay { get; init; } = RelayOfTheseTests;

    public AccessLogOptions? AccessLog { get; init; }

    public FrameRouteSetup[] FrameRoutes { get; init; } =
    [
        new(Endpoint), new("Upload", DataType.Octets, DataType.Octets), new("Receive", DataType.Octets),
         new("Download", DataType.Json, DataType.Octets), new("Nothing", DataType.None, DataType.None), new("Fail"),
    ];

    public bool DrainsOctets { get; init; }

    public static Address SmfAddress(int server) => new TcpAddress("smf", server + 1);

    public static Address FrameAddress(int server) => new TcpAddress("frame", server + 1);

    public GatewayOptions ToOptions() => new()
    {
        Workers = 1,
        Listeners = [Listener("smf", WireFormat.Smf), Listener("frames", WireFormat.Frame)],
        Backends =
        [
            Backend("storage", WireFormat.Smf, SmfServers, SmfAddress),
            Backend("frames", WireFormat.Frame, FrameServers, FrameAddress),
        ],
        Routes = [SmfRoute(), .. FrameRoutes.Select(FrameRoute)],
        Limits = new LimitOptions
        {
            MessageBytesMax = MessageBytesMax,
            ConnectionsMax = 10_000,
            ReplyBufferMax = ReplyBufferMax,
            WriteTimeout = TimeSpan.FromMilliseconds(WriteTimeoutMs),
            IdleTimeout = TimeSpan.FromMilliseconds(IdleTimeoutMs),
            RequestTimeout = TimeSpan.FromMilliseconds(RequestTimeoutMs),
            BytesPerSecondMin = BytesPerSecondMin,
            SharedBodyMax = SharedBodyMax,
        },
        Relay = Relay,
        DrainTimeout = TimeSpan.FromSeconds(10),
        Admin = null,
        AccessLog = AccessLog,
    };

    /// <summary>The same tests run with everything spliced and with everything copied: FRPC_RELAY=splice or copy.</summary>
    private static RelayPolicy RelayOfTheseTests { get; } = Environment.GetEnvironmentVariable("FRPC_RELAY") switch
    {
        "splice" => new RelayPolicy { Mode = RelayMode.Splice, SpliceBytesMin = 1, PipesMax = 64 },
        "copy" => RelayPolicy.CopyAll,
        null or "" => new RelayPolicy { Mode = RelayMode.Auto, SpliceBytesMin = 64 * 1024, PipesMax = 64 },
        var unknown => throw new InvalidOperationException($"FRPC_RELAY must be splice, copy or unset, not {unknown}"),
    };

    private static ListenerOptions Listener(string name, WireFormat protocol) =>
        new() { Name = name, Address = new TcpAddress(name, 0), Protocol = protocol, ConnectionsMax = 10_000 };

    private BackendOptions Backend(string name, WireFormat protocol, int[] weights, Func<int, Address> address) => new()
    {
        Name = name,
        Protocol = protocol,
        Servers = [.. weights.Select((weight, i) => new BackendServerOptions { Address = address(i), Weight = weight })],
        Balancing = Balancing,
        ConnectTimeout = TimeSpan.FromMilliseconds(ConnectTimeoutMs),
        ConnectionLimits = new ConnectionLimits(SharedConnectionsMax + ExclusiveConnectionsMax, SharedConnectionsMax, ExclusiveConnectionsMax),
        CallsPerConnectionMax = CallsPerConnectionMax,
        CallsWaitingMax = CallsWaitingMax,
        Eject = Eject,
        DrainsOctets = DrainsOctets,
        Payload = Payload,
        Compression = Compression,
    };

    private RouteOptions SmfRoute() => new()
    {
        Name = "get",
        Id = GetId,
        Endpoint = null,
        Method = null,
        Backend = "storage",
        Timeout = TimeSpan.FromMilliseconds(TimeoutMs),
        Deadline = DeadlineMs is { } deadlineMs ? TimeSpan.FromMilliseconds(deadlineMs) : null,
        MessageBytesMax = MessageBytesMax,
        OctetsBytesMax = null,
        RequestBody = DataType.Json,
        ReplyBody = DataType.Json,
        HeaderLikeBodies = HeaderLikeBodies.Refuse,
    };

    private RouteOptions FrameRoute(FrameRouteSetup route) => new()
    {
        Name = route.Endpoint,
        Id = RequestId.ForEndpoint(route.Endpoint).Value,
        Endpoint = route.Endpoint,
        Method = null,
        Backend = "frames",
        Timeout = TimeSpan.FromMilliseconds(TimeoutMs),
        Deadline = DeadlineMs is { } deadlineMs ? TimeSpan.FromMilliseconds(deadlineMs) : null,
        MessageBytesMax = MessageBytesMax,
        OctetsBytesMax = OctetsBytesMax,
        RequestBody = route.RequestBody,
        ReplyBody = route.ReplyBody,
        HeaderLikeBodies = route.HeaderLikeBodies,
    };
}

/// <summary>A frame method and the types of its messages.</summary>
internal sealed record FrameRouteSetup(
    string Endpoint, DataType RequestBody = DataType.Json, DataType ReplyBody = DataType.Json, HeaderLikeBodies HeaderLikeBodies = HeaderLikeBodies.Refuse);
