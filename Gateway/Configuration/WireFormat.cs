namespace FrameRpc.Gateway.Configuration;

/// <summary>
/// A wire format by name, and what the configuration needs to know of it. A <c>Format</c> of the registry in Formats implements it.
/// </summary>
/// <param name="Word">Its name in gateway.json, on the command line and in output.</param>
internal sealed record WireFormat(string Word)
{
    public static WireFormat Frame { get; } = new("frame") { HasEndpoints = true, HasOctets = true, FaultCodes = new CodeRanges((3, 3)) };

    public static WireFormat Smf { get; } = new("smf")
    {
        HasTables = true,
        SharesConnections = true,
        FaultCodes = new CodeRanges((500, 599)),
        // Neither kind of call can wait for the other.
        ConnectionsPerWorkerMin = 2,
        ConnectionPurposes = "one that its small calls share, and one for a large body",
    };

    /// <summary>Those allowed in gateway.json.</summary>
    public static IReadOnlyList<WireFormat> All { get; } = [Frame, Smf];

    /// <summary>The format whose methods are named by an endpoint.</summary>
    public static WireFormat OfEndpoints { get; } = All.First(format => format.HasEndpoints);

    /// <summary>The format whose method ids are computed from a schema's names.</summary>
    public static WireFormat OfSchemas { get; } = All.First(format => !format.HasEndpoints);

    /// <summary>
    /// Methods are named by an endpoint, which is compared together with the id. In other formats the id alone identifies a method.
    /// </summary>
    public bool HasEndpoints { get; init; }

    /// <summary>Messages declare their content, which may be a stream of octets.</summary>
    public bool HasOctets { get; init; }

    /// <summary>Bodies are FlatBuffers tables, possibly compressed.</summary>
    public bool HasTables { get; init; }

    /// <summary>Small calls share a connection to a server.</summary>
    public bool SharesConnections { get; init; }

    /// <summary>Replies by which a server says that it is at fault itself: numbers of the format. The default of <see cref="EjectOptions.Statuses"/>.</summary>
    public CodeRanges FaultCodes { get; init; }

    /// <summary>Connections that a worker needs to each server.</summary>
    public int ConnectionsPerWorkerMin { get; init; } = 1;

    /// <summary>What they are needed for, as the end of "each needs …".</summary>
    public string ConnectionPurposes { get; init; } = "one";

    public override string ToString() => Word;
}
