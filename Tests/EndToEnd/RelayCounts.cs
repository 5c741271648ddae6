using System.Globalization;
using System.Text.RegularExpressions;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>How a gateway has passed large bodies on, as its report says it.</summary>
internal sealed partial record RelayCounts(double SplicedMiB, double CopiedMiB, long ByChoice, long WithoutPipe, long PipesInUse)
{
    public static RelayCounts Of(GatewayProcess gateway)
    {
        string line = gateway.Report();
        Match match = Counts().Match(line);
        return match.Success
            ? new RelayCounts(Number(match, 1), Number(match, 2), (long)Number(match, 3), (long)Number(match, 4), (long)Number(match, 5))
            : throw new InvalidDataException($"the report says nothing of large bodies: {line}");
    }

    private static double Number(Match match, int group) => double.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex("([0-9.]+) MiB of large bodies spliced, ([0-9.]+) copied, ([0-9]+) pieces by choice, ([0-9]+) splices refused, ([0-9]+) pipes in use;")]
    private static partial Regex Counts();
}
