using FrameRpc.Gateway.Configuration.Forms;

namespace FrameRpc.Gateway.Configuration;

/// <summary>Limits of the whole gateway.</summary>
internal sealed record LimitOptions
{
    public long MessageBytesMax { get; init; } = 64 << 20;
    public int ConnectionsMax { get; init; } = 10_000;
    public int ReplyBufferMax { get; init; } = 4 << 20;
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(15);
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(5);
    /// <summary>0 for no minimum.</summary>
    public long BytesPerSecondMin { get; init; } = 1 << 10;
    public int SharedBodyMax { get; init; } = 64 << 10;
}

/// <summary>
/// The options of <c>limits</c>. One of them is part of <see cref="GatewayOptions.Relay"/>, so their owner is the whole configuration.
/// </summary>
internal static class LimitSection
{
    public static readonly SizeForm MessageSize = new(1, int.MaxValue);

    public static readonly CountForm Connections = new(1, 1_000_000);

    public static readonly OptionGroup<GatewayOptions> Options = new(() => GatewaySection.Options.Blank);

    public static readonly ValueOption<GatewayOptions, long> MessageBytesMax = Default("messageBytesMax", MessageSize,
        o => o.MessageBytesMax, (o, v) => o with { MessageBytesMax = v },
        "Maximum size of an smf body, or of the JSON part of a frame message. Larger messages are rejected before memory is allocated for them.");

    public static readonly ValueOption<GatewayOptions, int> ConnectionsMax = Default("connectionsMax", Connections,
        o => o.ConnectionsMax, (o, v) => o with { ConnectionsMax = v },
        "Maximum number of concurrent caller connections, across all listeners and workers.");

    public static readonly ValueOption<GatewayOptions, long> ReplyBufferMax = Default("replyBufferMax", new SizeForm(64 << 10, 1 << 30),
        o => o.ReplyBufferMax, (o, v) => o with { ReplyBufferMax = (int)v },
        "Maximum amount of reply data buffered for a caller that has not read it yet.");

    public static readonly ValueOption<GatewayOptions, TimeSpan> IdleTimeout = Default("idleTimeout",
        new DurationForm(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(24)),
        o => o.IdleTimeout, (o, v) => o with { IdleTimeout = v },
        "How long a caller may stay connected without a call in progress. Its connection then ends in order, up to a quarter of the time later.");

    public static readonly ValueOption<GatewayOptions, TimeSpan> RequestTimeout = Default("requestTimeout",
        new DurationForm(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1)),
        o => o.RequestTimeout, (o, v) => o with { RequestTimeout = v },
        "Maximum time from the first byte of a request until its header and its small or JSON body have arrived; of a large smf body, the first 64 KiB. "
        + "It does not begin anew with each byte.");

    public static readonly ValueOption<GatewayOptions, TimeSpan> WriteTimeout = Default("writeTimeout",
        new DurationForm(TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(10)),
        o => o.WriteTimeout, (o, v) => o with { WriteTimeout = v },
        "How long a caller that holds up other calls may move too little: less than bytesPerSecondMin of its replies, or of the request that it sends.");

    public static readonly ValueOption<GatewayOptions, long> BytesPerSecondMin = Default("bytesPerSecondMin", new SizeForm(0, 1 << 30),
        o => o.BytesPerSecondMin, (o, v) => o with { BytesPerSecondMin = v },
        "Minimum rate, in bytes per second and averaged over 30 s, of each side of a streamed body while it is waited for: octets, long JSON, large smf "
        + "bodies. A caller that holds up other calls has to reach it in each writeTimeout. 0 disables it; a byte per writeTimeout is then enough.");

    public static readonly ValueOption<GatewayOptions, long> SharedBodyMax = Default("sharedBodyMax", new SizeForm(1, 1 << 20),
        o => o.SharedBodyMax, (o, v) => o with { SharedBodyMax = (int)v },
        "Maximum size of an smf body that shares a server connection with other calls. Larger bodies use an exclusive connection.");

    public static readonly ValueOption<GatewayOptions, int> PipesMax = Options.Default("pipesMax", new CountForm(0, 65_535),
        o => o.Relay.PipesMax, (o, v) => o with { Relay = o.Relay with { PipesMax = v } },
        "Maximum number of bodies that one worker splices at once, each through a pipe of up to 1 MiB. Further bodies are copied. 0 disables splicing.");

    private static ValueOption<GatewayOptions, T> Default<T>(
        string name, ValueForm<T> form, Func<LimitOptions, T> get, Func<LimitOptions, T, LimitOptions> set, string meaning) =>
        Options.Default(name, form, o => get(o.Limits), (o, v) => o with { Limits = set(o.Limits, v) }, meaning);
}
