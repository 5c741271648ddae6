namespace FrameRpc.Tests.EndToEnd;

/// <summary>The comparison of the library with plain sockets runs, and the figures that no other work on the machine can disturb are reached.</summary>
[NotInParallel] // Loads the machine, or takes much of what it lets a process open.
public sealed class ChannelBenchTests
{
    [Test]
    public async Task A_quick_comparison_prints_every_target_and_reaches_those_of_memory()
    {
        Result run = Programs.Run(Programs.Start("bash", Repository.Root, [], "bench/channels.sh", "--quick"));
        await Assert.That(run.Status == 0).IsTrue().Because(run.Error);
        string[] rows = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] targets = [.. rows.Where(row => row.Contains('≥') || row.Contains('≤'))];
        await Assert.That(targets.Length).IsEqualTo(7);
        string[] ofMemory = [.. targets.Where(row => row.Contains("allocated", StringComparison.Ordinal))];
        await Assert.That(ofMemory.Length).IsEqualTo(3);
        foreach (string row in ofMemory)
            await Assert.That(row).EndsWith("| reached |", StringComparison.Ordinal);
    }
}
