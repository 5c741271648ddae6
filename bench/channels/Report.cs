using System.Globalization;

namespace FrameRpc.Bench.Channels;

/// <summary>The figures of all rounds as a table in Markdown: medians, and the lowest and highest ratio.</summary>
internal static class Report
{
    public static void WriteHeading() => Console.WriteLine(
        """
        | what | ours | against | its | ratio [lowest highest] | target | |
        |---|---|---|---|---|---|---|
        """);

    public static void Write(Case measured, IReadOnlyList<Figures> rounds)
    {
        double ratio = Median(rounds.Select(round => round.Ratio));
        double decisive = measured.LowestCounts ? rounds.Min(round => round.Ratio) : ratio;
        bool reached = measured.MoreIsBetter ? decisive >= measured.Target : decisive <= measured.Target;
        bool compared = measured.Against.Length > 0;
        string range = $"{Text(ratio)} [{Text(rounds.Min(round => round.Ratio))} {Text(rounds.Max(round => round.Ratio))}]";
        Console.WriteLine(string.Join(" | ",
            $"| {measured.Name}",
            Text(Median(rounds.Select(round => round.Ours))),
            compared ? measured.Against : "-",
            compared ? Text(Median(rounds.Select(round => round.Peer))) : "-",
            range,
            measured.Target is { } target ? $"{(measured.MoreIsBetter ? "≥" : "≤")} {Text(target)}" : "-",
            $"{(measured.Target is null ? "" : reached ? "reached" : "**missed**")} |"));
    }

    private static double Median(IEnumerable<double> figures)
    {
        double[] sorted = [.. figures.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static string Text(double figure) => figure >= 1000
        ? figure.ToString("N0", CultureInfo.InvariantCulture)
        : figure.ToString("0.##", CultureInfo.InvariantCulture);
}
