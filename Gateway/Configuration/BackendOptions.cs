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
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromMilliseconds(2500);
    /// <summary>A multiple of the number of workers: the remainder of the division stays unused.</summary>
    public int ConnectionsPerServerMax { get; init; } = 256;
    /// <summary>Null for half of <see cref="ConnectionsPerServerMax"/>.</summary>
    public int? SharedConnectionsPerServerMax { get; init; }
    /// <summary>Calls beyond it wait for a connection; only for servers that serve the calls of a connection one after the other.</summary>
    public int CallsPerConnectionMax { get; init; } = 65_535;
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);
    public EjectOptions Eject { get; init; } = new();
    /// <summary>The replies that count as faults of the server.</summary>
    public CodeRanges FaultCodes => Eject.Statuses ?? Protocol.FaultCodes;
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
    /// <summary>Weighted power of two choices, by calls in flight.</summary>
    LeastCalls,
    /// <summary>Weighted power of two choices, by latency times calls in flight.</summary>
    PeakEwma,
    /// <summary>The calls of a caller's address go to one server.</summary>
    Hash,
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
/// <param name="Total">All of them together.</param>
/// <param name="SharedMax">Those for small smf calls, many at once on each.</param>
/// <param name="ExclusiveMax">Those for one call at a time: frame calls, and large smf bodies.</param>
internal readonly record struct ConnectionLimits(int Total, int SharedMax, int ExclusiveMax)
{
    /// <summary>The remainder of the division stays unused. One connection is kept free for small calls, if the format has them.</summary>
    /// <param name="sharedPerServerMax">Null for half of all.</param>
    public static ConnectionLimits Of(WireFormat protocol, int connectionsPerServerMax, int? sharedPerServerMax, int workers)
    {
        int all = connectionsPerServerMax / workers;
        if (!protocol.SharesConnections)
            return new ConnectionLimits(all, 0, all);
        int shared = Math.Clamp(sharedPerServerMax is { } written ? written / workers : all / 2, 1, Math.Max(1, all - 1));
        return new ConnectionLimits(all, shared, all - 1);
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
        new ChoiceForm<Balancing>(("roundRobin", Configuration.Balancing.RoundRobin), ("leastCalls", Configuration.Balancing.LeastCalls),
            ("peakEwma", Configuration.Balancing.PeakEwma), ("hash", Configuration.Balancing.Hash)),
        o => o.Balancing, (o, v) => o with { Balancing = v },
        "Load-balancing policy: roundRobin is weighted round robin; leastCalls is weighted power of two choices, "
        + "which takes the server with fewer calls in flight for its weight out of two picked at random; peakEwma compares latency times calls in "
        + "flight instead; hash keeps the calls of a caller's address with one server (Maglev with bounded loads).");

    public static readonly ValueOption<BackendOptions, TimeSpan> ConnectTimeout = Options.Default("connectTimeout",
        new DurationForm(TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(5)),
        o => o.ConnectTimeout, (o, v) => o with { ConnectTimeout = v },
        "Maximum time to establish a connection to a server. The default survives one lost packet, which Linux sends again after 1 s.");

    public static readonly ValueOption<BackendOptions, TimeSpan> IdleTimeout = Options.Default("idleTimeout",
        new DurationForm(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(24)),
        o => o.IdleTimeout, (o, v) => o with { IdleTimeout = v },
        "How long a connection to a server is kept without a call. Set it below the time after which the servers close idle connections.");

    public static readonly ValueOption<BackendOptions, int> ConnectionsPerServerMax = Options.Default("connectionsPerServerMax", new CountForm(1, 1_000_000),
        o => o.ConnectionsPerServerMax, (o, v) => o with { ConnectionsPerServerMax = v },
        "Maximum number of connections to one server, divided equally among the workers. A worker needs at least one for frame and two for smf. "
        + "A frame call, or an smf call with a large body, has a connection to itself; further calls wait.");

    public static readonly ValueOption<BackendOptions, int> SharedConnectionsPerServerMax = Options.Optional("sharedConnectionsPerServerMax",
        new CountForm(1, 1_000_000),
        o => o.SharedConnectionsPerServerMax, (o, v) => o with { SharedConnectionsPerServerMax = v },
        "For smf backends: maximum number of connections to one server that small calls share, divided equally among the workers. One is used while the "
        + "server answers quickly; others are opened where calls would wait behind an unanswered one.",
        appliesTo: b => Of(b).SharesConnections, otherwise: b => OnlyOf(rules => rules.SharesConnections, b), defaultInWords: "half of connectionsPerServerMax");

    public static readonly ValueOption<BackendOptions, int> CallsPerConnectionMax = Options.Default("callsPerConnectionMax", new CountForm(1, 65_535),
        o => o.CallsPerConnectionMax, (o, v) => o with { CallsPerConnectionMax = v },
        "For smf backends: maximum number of calls in flight on a shared connection. 1 suits servers that serve the calls of a connection one after the "
        + "other, such as those of the Go implementation. Without it the gateway learns that from their replies.",
        appliesTo: b => Of(b).SharesConnections, otherwise: b => OnlyOf(rules => rules.SharesConnections, b));

    public static readonly ObjectOption<BackendOptions, EjectOptions> Eject = Options.Object("eject", EjectSection.Options,
        o => o.Eject, (o, v) => o with { Eject = v },
        "When a server is ejected for failing calls, and how it comes back.");

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
