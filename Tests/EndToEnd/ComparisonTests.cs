using System.Diagnostics;
using System.Text.Json;
using FrameRpc.Tests.Cli;
using Xunit;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>bench/run.sh, with measurements so short that only their being there means something.</summary>
[Collection(nameof(Heavy))]
public sealed class ComparisonTests : IDisposable
{
    private const string ShortRun = "bench/run.sh --quick --seconds 0.1 --only smf-60-64x1,frame-download-1 --output out";

    private readonly ScratchCopy _copy = new();

    /// <summary>A script has named a package of Debian's, such as HAProxy, that is not here and could not be installed.</summary>
    internal static bool LacksPrograms(Result result) => result.Status == 1 && result.Error.Contains("On Debian or Ubuntu: sudo apt-get install ", StringComparison.Ordinal);

    public void Dispose() => _copy.Dispose();

    [Fact]
    public void A_short_run_writes_a_page_with_tables_and_pictures()
    {
        Result run = Run(ShortRun);

        Assert.True(run.Status == 0, $"status {run.Status}\n{run.Output}{run.Error}");
        string page = Read("out/performance.md");
        Assert.All(
            ["| 60 bytes, 64 × 1 | direct | ", "|  | gateway | ", "|  | haproxy | ", "|  | haproxy tuned | ", "|  | nginx stream | ", "| download, 1 stream | direct | ", "| ≥ 1.7× |"],
            cell => Assert.Contains(cell, page, StringComparison.Ordinal));
        string[] pictures = [.. Directory.GetFiles(InCopy("out/performance"), "*.svg").Select(Path.GetFileName).Order()!];
        Assert.Equal(["frames.svg", "overview.svg", "small-calls.svg"], pictures);
        Assert.All(pictures, picture =>
        {
            Assert.Contains($"(performance/{picture})", page, StringComparison.Ordinal);
            Assert.EndsWith("</svg>\n", Read($"out/performance/{picture}"), StringComparison.Ordinal);
        });
        using var results = JsonDocument.Parse(Read("out/performance/results.json"));
        JsonElement gateway = Assert.Single(results.RootElement.GetProperty("samples").GetProperty("smf-60-64x1").GetProperty("gateway").EnumerateArray());
        Assert.All(
            ["callsPerSecond", "p50Microseconds", "p99Microseconds", "p999Microseconds", "cpuMicrosecondsPerCall", "peakMemoryMiB"],
            figure => Assert.True(gateway.GetProperty(figure).GetDouble() > 0, figure));
    }

    [Fact]
    public void The_same_figures_give_the_same_page_and_pictures()
    {
        Run(ShortRun);
        string[] files = ["out/performance.md", "out/performance/overview.svg", "out/performance/results.json"];
        string[] before = [.. files.Select(Read)];
        foreach (string file in files[..2])
            File.Delete(InCopy(file));

        Assert.Equal(0, Run("bench/run.sh --redraw --output out").Status);

        Assert.Equal(before, files.Select(Read));
    }

    [Fact]
    public void Ctrl_c_leaves_neither_processes_nor_files()
    {
        Process run = _copy.Start("setsid", "env", $"TMPDIR={_copy.Folder}", "bench/run.sh", "--quick", "--seconds", "30", "--only", "mix");
        Patience.Until(() => run.HasExited || CountProcesses() >= 5, "servers, gateway and load run");
        Assert.SkipWhen(run.HasExited, "HAProxy, nginx or matplotlib is not here");

        Signals.Send(-run.Id, Signals.Interrupt);

        Assert.True(run.WaitForExit(Patience.Short), "bench/run.sh does not end");
        Assert.Equal(130, run.ExitCode);
        Assert.Equal(0, CountProcesses());
        Assert.Empty(Directory.GetDirectories(_copy.Folder, "frpc-bench.*"));
    }

    private Result Run(string command)
    {
        Result result = _copy.Shell(command);
        Assert.SkipWhen(LacksPrograms(result), result.Error);
        return result;
    }

    /// <summary>Of the binary of this copy, which is named by its whole path.</summary>
    private int CountProcesses() =>
        Directory.GetDirectories("/proc").Count(process => CommandLine(process).StartsWith(InCopy("frpc-gateway"), StringComparison.Ordinal));

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (IOException)
        {
            // Not a process, or one that has ended since the folder was listed.
            return "";
        }
    }

    private string Read(string file) => File.ReadAllText(InCopy(file));

    private string InCopy(string file) => Path.Combine(_copy.Folder, file);
}
