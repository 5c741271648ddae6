using FrameRpc.Gateway.Configuration.Forms;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Configuration;

/// <summary>A named group of servers that serve the same methods.</summary>
internal sealed record BackendOptions
{
    public required string Name { get; init; }
    public required WireFormat Protocol { get; init; }
    public required IReadOnlyList<BackendServerOptions> Servers { get; init; }
    public Balancing Balancing { get; init; } = Balancing.LeastCalls;
    /// <summary>Long enough to keep connections through a lull, short enough to release them after a burst.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(1);
    /// <summary>A multiple of the number of workers: the remainder of the division stays unused.</summary>
    public int ConnectionsPerServerMax { get; init; } = 256;
    /// <summary>Each worker's part of <see cref="ConnectionsPerServerMax"/>.</summary>
    public required ConnectionLimits ConnectionLimits { get; init; }
    public int CallsWaitingMax { get; init; } = 1024;
    public bool DrainsOctets { get; init; }
    public PayloadKind Payload { get; init; } = PayloadKind.Table;
    public CompressedRequests Compression { get; init; } = CompressedRequests.Pass;
}

/// <summary>The load-balancing policy of a backend.</summary>
internal enum Balancing
{
    /// <summary>Weighted round robin.</summary>
    RoundRobin,
    /// <summary>Weighted power of two choices.</summary>
    LeastCalls,
}

/// <summary>The content of the uncompressed bodies of an smf backend.</summary>
internal enum PayloadKind
{
    /// <summary>FlatBuffers tables. A body without the structure of one is rejected, request or reply.</summary>
    Table,
    /// <summary>Any bytes.</summary>
    Any,
}

/// <summary>How zstd and lz4 requests to an smf backend are handled.</summary>
internal enum CompressedRequests
{
    /// <summary>They are forwarded unchecked.</summary>
    Pass,
    /// <summary>They are rejected.</summary>
    Refuse,
}

/// <summary>One worker's part of the connections to one server. Workers have fixed parts, so that they need no coordination.</summary>
/// <param name="Shared">For small smf calls, many at once on each.</param>
/// <param name="Exclusive">For one call at a time: frame calls, and large smf bodies.</param>
internal readonly record struct ConnectionLimits(int Shared, int Exclusive)
{
    /// <summary>One is enough for all small calls of a worker; others are opened when it is stalled, retired or out of sessions.</summary>
    private const int SharedMax = 8;

    public int Total => Shared + Exclusive;

    /// <summary>The remainder of the division stays unused.</summary>
    public static ConnectionLimits Of(WireFormat protocol, int connectionsPerServerMax, int workers)
    {
        int all = connectionsPerServerMax / workers;
        int shared = protocol.SharesConnections ? Math.Clamp(all / 4, 1, SharedMax) : 0;
        return new ConnectionLimits(shared, all - shared);
    }
}

/// <summary>The options of an entry of <c>backends</c>.</summary>
internal static class BackendSection
{
    public static readonly OptionGroup<BackendOptions> Options = new(() =>
        new BackendOptions { Name = "", Protocol = WireFormat.Frame, Servers = [], ConnectionLimits = default });

    public static readonly ValueOption<BackendOptions, WireFormat> Protocol = Options.Required("protocol", ListenerSection.Protocols,
        o => o.Protocol, (o, v) => o with { Protocol = v },
        "Wire format of the servers.");

    public static readonly ListOption<BackendOptions, BackendServerOptions> Servers = Options.List("servers", ServerSection.Options, o => o.Servers,
        "The servers: each is an address, or an object with an address and a weight.", shortForm: ServerSection.Address);

    public static readonly ValueOption<BackendOptions, Balancing> Balancing = Options.Default("balancing",
        new ChoiceForm<Balancing>(("roundRobin", Configuration.Balancing.RoundRobin), ("leastCalls", Configuration.Balancing.LeastCalls)),
        o => o.Balancing, (o, v) => o with { Balancing = v },
        "Load-balancing policy: roundRobin is weighted round robin; leastCalls is weighted power of two choices, "
        + "which takes the server with fewer calls in flight for its weight out of two picked at random.");

    public static readonly ValueOption<BackendOptions, TimeSpan> ConnectTimeout = Options.Default("connectTimeout",
        new DurationForm(TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(5)),
        o => o.ConnectTimeout, (o, v) => o with { ConnectTimeout = v },
        "Maximum time to establish a connection to a server.");

    public static readonly ValueOption<BackendOptions, TimeSpan> IdleTimeout = Options.Default("idleTimeout",
        new DurationForm(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(24)),
        o => o.IdleTimeout, (o, v) => o with { IdleTimeout = v },
        "How long an exclusive connection to a server is kept without a call. Set it below the time after which the servers close idle connections.");

    public static readonly ValueOption<BackendOptions, int> ConnectionsPerServerMax = Options.Default("connectionsPerServerMax", new CountForm(1, 1_000_000),
        o => o.ConnectionsPerServerMax, (o, v) => o with { ConnectionsPerServerMax = v },
        "Maximum number of connections to one server, divided equally among the workers. A worker needs at least one for frame and two for smf. "
        + "A frame call, or an smf call with a large body, has a connection to itself; further calls wait.");

    public static readonly ValueOption<BackendOptions, int> CallsWaitingMax = Options.Default("callsWaitingMax", new CountForm(0, 1_000_000),
        o => o.CallsWaitingMax, (o, v) => o with { CallsWaitingMax = v },
        "Maximum number of calls per worker that wait for a connection of their own. Further calls are rejected. With 0, calls never wait.");

    public static readonly ValueOption<BackendOptions, bool> DrainsOctets = Options.Default("drainsOctets", new FlagForm(),
        o => o.DrainsOctets, (o, v) => o with { DrainsOctets = v },
        "For frame backends: whether the servers always read an octets request to its end or close the connection, whatever their handler does. "
        + "If false, a connection that carried an octets request is closed after the reply, "
        + "and a reply that begins before the request has ended stops the rest of the request.",
        appliesTo: b => Of(b).HasOctets, otherwise: b => OnlyOf(rules => rules.HasOctets, b));

    public static readonly ValueOption<BackendOptions, PayloadKind> Payload = Options.Default("payload",
        new ChoiceForm<PayloadKind>(("table", PayloadKind.Table), ("any", PayloadKind.Any)),
        o => o.Payload, (o, v) => o with { Payload = v },
        "For smf backends: the content of uncompressed bodies. "
        + "table rejects requests and replies without the structure of a FlatBuffers table; any forwards all bytes.",
        appliesTo: b => Of(b).HasTables, otherwise: b => OnlyOf(rules => rules.HasTables, b));

    public static readonly ValueOption<BackendOptions, CompressedRequests> Compression = Options.Default("compression",
        new ChoiceForm<CompressedRequests>(("pass", CompressedRequests.Pass), ("refuse", CompressedRequests.Refuse)),
        o => o.Compression, (o, v) => o with { Compression = v },
        "For smf backends: whether requests compressed with zstd or lz4 are forwarded. pass forwards them; "
        + "refuse rejects them, for servers that exit when they receive one, such as Go servers.",
        appliesTo: b => Of(b).HasTables, otherwise: b => OnlyOf(rules => rules.HasTables, b));

    private static WireFormat Of(BackendOptions backend) => backend.Protocol;

    private static string OnlyOf(Func<WireFormat, bool> have, BackendOptions backend)
    {
        string formats = string.Join(" and ", WireFormat.All.Where(have).Select(rules => rules.Word));
        return $"applies only to {formats} backends, and this backend uses {backend.Protocol.Word}; leave it out";
    }
}

/// <summary>One address of a backend, and its share of the calls.</summary>
internal sealed record BackendServerOptions
{
    public required Address Address { get; init; }
    public int Weight { get; init; } = 1;
}

/// <summary>The options of an entry of a backend's <c>servers</c>.</summary>
internal static class ServerSection
{
    public static readonly OptionGroup<BackendServerOptions> Options = new(() => new BackendServerOptions { Address = DemoAddress.Instance });

    public static readonly ValueOption<BackendServerOptions, Address> Address = Options.Required("address", AddressForm.OfServer,
        o => o.Address, (o, v) => o with { Address = v },
        "Address of the server: \"127.0.0.1:7001\", \"[::1]:7001\", \"name:port\", \"unix:/run/x.sock\", or \"demo:echo\" for the embedded echo server.");

    public static readonly ValueOption<BackendServerOptions, int> Weight = Options.Default("weight", new CountForm(1, 1000),
        o => o.Weight, (o, v) => o with { Weight = v },
        "Share of the calls, relative to the other servers.");
}
