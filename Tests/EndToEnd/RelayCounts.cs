using System.Globalization;
using System.Text.RegularExpressions;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>How a gateway has passed large bodies on, as its report says it.</summary>
internal sealed partial record RelayCounts(double SplicedMiB, double CopiedMiB, long WithoutPipe)
{
    public static RelayCounts Of(GatewayProcess gateway)
    {
        string line = gateway.Report();
        Match match = Counts().Match(line);
        return match.Success
            ? new RelayCounts(Number(match, 1), Number(match, 2), (long)Number(match, 3))
            : throw new InvalidDataException($"the report says nothing of large bodies: {line}");
    }

    private static double Number(Match match, int group) => double.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex("([0-9.]+) MiB of large bodies spliced, ([0-9.]+) copied, ([0-9]+) not spliced for want of a pipe;")]
    private static partial Regex Counts();
}
