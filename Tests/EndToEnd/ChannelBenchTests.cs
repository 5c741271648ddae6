using FrameRpc.Tests.Cli;
using FrameRpc.Tests.Configuration;
using Xunit;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>The comparison of the library with plain sockets runs, and the figures that no other work on the machine can disturb are reached.</summary>
[Collection(nameof(Heavy))]
public sealed class ChannelBenchTests
{
    [Fact]
    public void A_quick_comparison_prints_every_target_and_reaches_those_of_memory()
    {
        Result run = Binary.Run(Binary.StartProgram("bash", Repository.Root, [], "bench/channels.sh", "--quick"));
        Assert.True(run.Status == 0, run.Error);
        string[] rows = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] targets = [.. rows.Where(row => row.Contains('≥') || row.Contains('≤'))];
        Assert.Equal(7, targets.Length);
        string[] ofMemory = [.. targets.Where(row => row.Contains("allocated", StringComparison.Ordinal))];
        Assert.Equal(3, ofMemory.Length);
        Assert.All(ofMemory, row => Assert.EndsWith("| reached |", row, StringComparison.Ordinal));
    }
}
