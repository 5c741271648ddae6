using FrameRpc.Gateway.Configuration.Forms;

namespace FrameRpc.Gateway.Configuration;

/// <summary>When a server of a backend is ejected for failing calls, and how it comes back.</summary>
internal sealed record EjectOptions
{
    /// <summary>0 for never.</summary>
    public int FaultsInARow { get; init; } = 5;
    /// <summary>Of at least <see cref="CallsMin"/> calls within 10 s.</summary>
    public int FaultsPercent { get; init; } = 50;
    public int CallsMin { get; init; } = 20;
    /// <summary>Null for the default of the backend's format; see <see cref="WireFormat.FaultCodes"/>.</summary>
    public CodeRanges? Statuses { get; init; }
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(1);
    public TimeSpan DurationMax { get; init; } = TimeSpan.FromSeconds(60);
    public int EjectedPercentMax { get; init; } = 50;
    public TimeSpan SlowStart { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>The options of a backend's <c>eject</c>.</summary>
internal static class EjectSection
{
    private static readonly DurationForm Durations = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));

    public static readonly OptionGroup<EjectOptions> Options = new(() => new EjectOptions());

    public static readonly ValueOption<EjectOptions, int> FaultsInARow = Options.Default("faultsInARow", new CountForm(0, 1_000_000),
        o => o.FaultsInARow, (o, v) => o with { FaultsInARow = v },
        "Faults of a server without a good reply in between after which a worker ejects it. 0 disables this rule.");

    public static readonly ValueOption<EjectOptions, int> FaultsPercent = Options.Default("faultsPercent", new CountForm(1, 101),
        o => o.FaultsPercent, (o, v) => o with { FaultsPercent = v },
        "Percentage of failed calls within 10 s, of at least callsMin calls, at which a worker ejects the server. 101 disables this rule.");

    public static readonly ValueOption<EjectOptions, int> CallsMin = Options.Default("callsMin", new CountForm(1, 1_000_000),
        o => o.CallsMin, (o, v) => o with { CallsMin = v },
        "Minimum number of calls of a worker to the server within 10 s for faultsPercent to apply.");

    public static readonly ValueOption<EjectOptions, CodeRanges> Statuses = Options.Optional("statuses", new CodeRangesForm(),
        o => o.Statuses, (o, v) => o with { Statuses = v },
        "Replies that count as faults: statuses of smf, or Error numbers of frame, as numbers and ranges, such as \"500-599\" or \"429,503\".",
        defaultInWords: "\"500-599\" for smf, \"3\" for frame");

    public static readonly ValueOption<EjectOptions, TimeSpan> Duration = Options.Default("duration", Durations,
        o => o.Duration, (o, v) => o with { Duration = v },
        "Time for which a server is ejected, doubled for each further ejection within 30 s. Afterwards a single call decides whether it is back.");

    public static readonly ValueOption<EjectOptions, TimeSpan> DurationMax = Options.Default("durationMax", Durations,
        o => o.DurationMax, (o, v) => o with { DurationMax = v },
        "Maximum time for which a server is ejected.");

    public static readonly ValueOption<EjectOptions, int> EjectedPercentMax = Options.Default("ejectedPercentMax", new CountForm(0, 100),
        o => o.EjectedPercentMax, (o, v) => o with { EjectedPercentMax = v },
        "Percentage of the backend's servers that may be ejected. If more are, all servers are used. 0 disables ejection.");

    public static readonly ValueOption<EjectOptions, TimeSpan> SlowStart = Options.Default("slowStart",
        new DurationForm(TimeSpan.Zero, TimeSpan.FromHours(1)),
        o => o.SlowStart, (o, v) => o with { SlowStart = v },
        "Time in which the share of a server that is back, or new, grows from a tenth to all of it.");
}
