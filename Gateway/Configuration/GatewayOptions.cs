using FrameRpc.Gateway.Configuration.Forms;
using FrameRpc.Gateway.Sockets.Pipes;

namespace FrameRpc.Gateway.Configuration;

/// <summary>The validated configuration. Immutable, so all workers may share it.</summary>
internal sealed record GatewayOptions
{
    /// <summary>How many configurations the process has run with, this one included. Read only at the start, so 1.</summary>
    public int Generation { get; init; } = 1;
    /// <summary>Number of event-loop threads. In the file 0 means one per core; here it is the actual number.</summary>
    public required int Workers { get; init; }
    public required IReadOnlyList<ListenerOptions> Listeners { get; init; }
    public required IReadOnlyList<BackendOptions> Backends { get; init; }
    public required IReadOnlyList<RouteOptions> Routes { get; init; }
    public LimitOptions Limits { get; init; } = new();
    /// <summary><c>relay</c>, <c>spliceBytesMin</c> and <c>limits.pipesMax</c>.</summary>
    public RelayPolicy Relay { get; init; } = new() { Mode = RelayMode.Auto, SpliceBytesMin = RelayPolicy.SpliceBytesMinDefault, PipesMax = 64 };
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(10);
    /// <summary>Null if there is no admin endpoint.</summary>
    public AdminOptions? Admin { get; init; }
    /// <summary>Null if no call is logged.</summary>
    public AccessLogOptions? AccessLog { get; init; }
}

/// <summary>The options at the top level of the file.</summary>
internal static class GatewaySection
{
    public static readonly OptionGroup<GatewayOptions> Options = new(() => new GatewayOptions { Workers = 0, Listeners = [], Backends = [], Routes = [] });

    public static readonly ValueOption<GatewayOptions, string> Schema = Options.Optional("$schema", new TextForm(), _ => null, null,
        "Path of the JSON Schema of this file, which editors use for completion. The gateway ignores it.");

    public static readonly ValueOption<GatewayOptions, int> Workers = Options.Default("workers", new CountForm(0, 1024),
        o => o.Workers, (o, v) => o with { Workers = v },
        "Number of event-loop threads. 0 starts one per core.");

    public static readonly ListOption<GatewayOptions, ListenerOptions> Listeners = Options.List("listeners", ListenerSection.Options, o => o.Listeners,
        "Addresses on which the gateway accepts callers.");

    public static readonly MapOption<GatewayOptions, BackendOptions> Backends = Options.Map("backends", BackendSection.Options, o => o.Backends, b => b.Name,
        "Named groups of servers that serve the same methods.");

    public static readonly ListOption<GatewayOptions, RouteOptions> Routes = Options.List("routes", RouteSection.Options, o => o.Routes,
        "Maps each method to the backend that serves it.", mayBeEmpty: true);

    public static readonly ObjectOption<GatewayOptions, GatewayOptions> Limits = Options.Object("limits", LimitSection.Options, o => o, (_, v) => v,
        "Limits of the whole gateway.");

    public static readonly ValueOption<GatewayOptions, RelayMode> Relay = Options.Default("relay",
        new ChoiceForm<RelayMode>(("auto", RelayMode.Auto), ("splice", RelayMode.Splice), ("copy", RelayMode.Copy)),
        o => o.Relay.Mode, (o, v) => o with { Relay = o.Relay with { Mode = v } },
        "How large bodies are forwarded: splice moves them inside the kernel, copy moves them through the gateway's memory, "
        + "and auto splices except where copying was measured to be faster.");

    public static readonly ValueOption<GatewayOptions, long> SpliceBytesMin = Options.Default("spliceBytesMin", new SizeForm(1, 1 << 30),
        o => o.Relay.SpliceBytesMin, (o, v) => o with { Relay = o.Relay with { SpliceBytesMin = v } },
        "A body is spliced if at least this much of it is still to come; otherwise it is copied.");

    public static readonly ObjectOption<GatewayOptions, AdminOptions> Admin = Options.Object("admin", AdminSection.Options, o => o.Admin, null,
        "The admin endpoint. Disabled if absent.");

    public static readonly ObjectOption<GatewayOptions, AccessLogOptions> AccessLog = Options.Object("accessLog", AccessLogSection.Options,
        o => o.AccessLog ?? AccessLogSection.Options.Blank, (o, v) => o with { AccessLog = v.To == AccessLogOptions.Off ? null : v },
        "The access log: one line of JSON per call.");

    public static readonly ValueOption<GatewayOptions, TimeSpan> DrainTimeout = Options.Default("drainTimeout",
        new DurationForm(TimeSpan.Zero, TimeSpan.FromHours(1)),
        o => o.DrainTimeout, (o, v) => o with { DrainTimeout = v },
        "How long calls in flight have to finish after SIGTERM.");
}
