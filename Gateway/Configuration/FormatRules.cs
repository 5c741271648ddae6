namespace FrameRpc.Gateway.Configuration;

/// <summary>The wire format of a listener or a backend.</summary>
internal enum WireProtocol
{
    Frame,
    Smf,
}

/// <summary>What the configuration needs to know of each wire format. Nothing else in it distinguishes the formats.</summary>
internal sealed record FormatRules(WireProtocol Protocol, string Word)
{
    public static IReadOnlyList<FormatRules> All { get; } =
    [
        new(WireProtocol.Frame, "frame") { HasEndpoints = true, HasOctets = true, ConnectionsPerWorkerMin = 1, WhyConnections = "one" },
        new(WireProtocol.Smf, "smf")
        {
            HasTables = true,
            SharesConnections = true,
            // Neither kind of call can wait for the other.
            ConnectionsPerWorkerMin = 2,
            WhyConnections = "one that its small calls share, and one for a large body",
        },
    ];

    /// <summary>The format whose methods are named by an endpoint.</summary>
    public static FormatRules OfEndpoints { get; } = All.First(rules => rules.HasEndpoints);

    /// <summary>The format whose methods have ids that are computed from a schema's names.</summary>
    public static FormatRules OfSchemas { get; } = All.First(rules => !rules.HasEndpoints);

    /// <summary>Methods are named by an endpoint, which is compared together with the id. In other formats the id alone identifies a method.</summary>
    public bool HasEndpoints { get; private init; }

    /// <summary>Messages declare their content, which may be a stream of octets.</summary>
    public bool HasOctets { get; private init; }

    /// <summary>Bodies are FlatBuffers tables, possibly compressed.</summary>
    public bool HasTables { get; private init; }

    /// <summary>Small calls share a connection to a server.</summary>
    public bool SharesConnections { get; private init; }

    /// <summary>Connections that a worker needs to each server.</summary>
    public required int ConnectionsPerWorkerMin { get; init; }

    /// <summary>What it needs them for, as the end of "each needs …".</summary>
    public required string WhyConnections { get; init; }

    public static FormatRules Of(WireProtocol protocol) => All.First(rules => rules.Protocol == protocol);
}

internal static class WireProtocolNames
{
    /// <summary>The format as it is written in gateway.json, on the command line and in output.</summary>
    public static string Word(this WireProtocol protocol) => FormatRules.Of(protocol).Word;
}
