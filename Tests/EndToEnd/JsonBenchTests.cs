using System.Globalization;
using FrameRpc.Tests.Cli;
using FrameRpc.Tests.Configuration;
using Xunit;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>The measurement of the checker of JSON runs as a native program. How fast it is, is for a machine that does nothing else; a fall beside its peer shows on any.</summary>
[Collection(nameof(Heavy))]
public sealed class JsonBenchTests
{
    private const int Kinds = 14;
    private const double RatioMin = 0.25;

    [Fact]
    public void A_quick_measurement_prints_every_kind_of_text_and_none_falls_far_behind_Utf8JsonReader()
    {
        Result run = Binary.Run(Binary.StartProgram("bash", Repository.Root, [], "bench/json.sh", "--quick"));
        Assert.True(run.Status == 0, run.Error);
        string[] rows = [.. run.Output.Split('\n').Where(row => row.EndsWith("| reached |", StringComparison.Ordinal) || row.EndsWith("| **missed** |", StringComparison.Ordinal))];
        Assert.Equal(Kinds, rows.Length);
        Assert.All(rows, row => Assert.True(double.Parse(row.Split('|')[4], CultureInfo.InvariantCulture) >= RatioMin, row));
    }
}
