using FrameRpc.Gateway.Configuration.Forms;

namespace FrameRpc.Gateway.Configuration;

internal sealed record AccessLogOptions
{
    /// <summary>Values of <c>accessLog.to</c> that are not paths.</summary>
    public const string Off = "off", StandardOutput = "stdout", StandardError = "stderr";

    /// <summary><see cref="StandardOutput"/>, <see cref="StandardError"/> or the path of a file.</summary>
    public string To { get; init; } = Off;
    public int OneIn { get; init; } = 1;
    public int LinesWaitingMax { get; init; } = 8192;
}

/// <summary>The options of <c>accessLog</c>.</summary>
internal static class AccessLogSection
{
    public static readonly OptionGroup<AccessLogOptions> Options = new(() => new AccessLogOptions());

    public static readonly ValueOption<AccessLogOptions, string> To = Options.Default("to", new TextForm(),
        o => o.To, (o, v) => o with { To = v },
        "Destination: \"off\", \"stdout\", \"stderr\", or the path of a file to append to.");

    public static readonly ValueOption<AccessLogOptions, int> OneIn = Options.Default("oneIn", new CountForm(1, 1_000_000_000),
        o => o.OneIn, (o, v) => o with { OneIn = v },
        "Log one in N calls per worker; 1 logs every call.",
        appliesTo: IsOn);

    public static readonly ValueOption<AccessLogOptions, int> LinesWaitingMax = Options.Default("linesWaitingMax", new CountForm(16, 1 << 20),
        o => o.LinesWaitingMax, (o, v) => o with { LinesWaitingMax = v },
        "Maximum number of lines per worker that wait to be written. Further lines are dropped and counted; calls never wait for the log.",
        appliesTo: IsOn);

    private static bool IsOn(AccessLogOptions log) => log.To != AccessLogOptions.Off;
}
