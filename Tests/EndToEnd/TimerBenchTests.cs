using System.Globalization;
using FrameRpc.Tests.Cli;
using FrameRpc.Tests.Configuration;
using Xunit;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>The measurement of the timer wheel runs as a native program. How fast it is, is for a machine that does nothing else; a fall beside its peer shows on any.</summary>
[Collection(nameof(Heavy))]
public sealed class TimerBenchTests
{
    private const int Timers = 100_000;
    private const int FiresPerTurn = 1024;

    [Fact]
    public void A_quick_measurement_prints_every_load_beside_its_peer_and_keeps_to_the_budget_of_a_turn()
    {
        Result run = Binary.Run(Binary.StartProgram("bash", Repository.Root, [], "bench/timers.sh", "--quick"));
        Assert.True(run.Status == 0, run.Error);
        string[] rows = run.Output.Split('\n');
        string[] loads = [.. rows.Where(row => row.StartsWith("| armed ", StringComparison.Ordinal))];
        Assert.Equal(4, loads.Length);
        Assert.All(loads, row => Assert.True(Cell(row, 4) > 0.25, row));
        Assert.Equal(Math.Ceiling((double)Timers / FiresPerTurn), Cell(rows.Single(row => row.StartsWith("| all |", StringComparison.Ordinal)), 2));
    }

    private static double Cell(string row, int position) => double.Parse(row.Split('|')[position], CultureInfo.InvariantCulture);
}
