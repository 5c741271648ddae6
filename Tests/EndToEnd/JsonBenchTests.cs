using System.Globalization;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>The measurement of the checker of JSON runs as a native program. How fast it is, is for a machine that does nothing else; a fall beside its peer shows on any.</summary>
[NotInParallel] // Loads the machine, or takes much of what it lets a process open.
public sealed class JsonBenchTests
{
    private const int Kinds = 14;
    private const double RatioMin = 0.25;

    [Test]
    public async Task A_quick_measurement_prints_every_kind_of_text_and_none_falls_far_behind_Utf8JsonReader()
    {
        Result run = Programs.Run(Programs.Start("bash", Repository.Root, [], "bench/json.sh", "--quick"));
        await Assert.That(run.Status == 0).IsTrue().Because(run.Error);
        string[] rows = [.. run.Output.Split('\n').Where(row => row.EndsWith("| reached |", StringComparison.Ordinal) || row.EndsWith("| **missed** |", StringComparison.Ordinal))];
        await Assert.That(rows.Length).IsEqualTo(Kinds);
        foreach (string row in rows)
            await Assert.That(double.Parse(row.Split('|')[4], CultureInfo.InvariantCulture) >= RatioMin).IsTrue().Because(row);
    }
}
