using System.Globalization;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>The measurement of the timer wheel runs as a native program. How fast it is, is for a machine that does nothing else; a fall beside its peer shows on any.</summary>
[NotInParallel] // Loads the machine, or takes much of what it lets a process open.
public sealed class TimerBenchTests
{
    private const int Timers = 100_000;
    private const int FiresPerTurn = 1024;

    [Test]
    public async Task A_quick_measurement_prints_every_load_beside_its_peer_and_keeps_to_the_budget_of_a_turn()
    {
        Result run = Programs.Run(Programs.Start("bash", Repository.Root, [], "bench/timers.sh", "--quick"));
        await Assert.That(run.Status == 0).IsTrue().Because(run.Error);
        string[] rows = run.Output.Split('\n');
        string[] loads = [.. rows.Where(row => row.StartsWith("| armed ", StringComparison.Ordinal))];
        await Assert.That(loads.Length).IsEqualTo(4);
        foreach (string row in loads)
            await Assert.That(Cell(row, 4) > 0.25).IsTrue().Because(row);
        await Assert.That(Cell(rows.Single(row => row.StartsWith("| all |", StringComparison.Ordinal)), 2))
            .IsEqualTo(Math.Ceiling((double)Timers / FiresPerTurn));
    }

    private static double Cell(string row, int position) => double.Parse(row.Split('|')[position], CultureInfo.InvariantCulture);
}
