using System.Diagnostics;
using System.Text.Json;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>bench/run.sh, with measurements so short that only their being there means something.</summary>
[NotInParallel] // Loads the machine, or takes much of what it lets a process open.
public sealed class ComparisonTests : IDisposable
{
    private const string ShortRun = "bench/run.sh --quick --seconds 0.1 --only smf-60-64x1,frame-download-1 --output out";

    private readonly ScratchCopy _copy = new();

    /// <summary>A script has named a package of Debian's, such as HAProxy, that is not here and could not be installed.</summary>
    internal static bool LacksPrograms(Result result) => result.Status == 1 && result.Error.Contains("On Debian or Ubuntu: sudo apt-get install ", StringComparison.Ordinal);

    public void Dispose() => _copy.Dispose();

    [Test]
    public async Task A_short_run_writes_a_page_with_tables_and_pictures()
    {
        Result run = Run(ShortRun);

        await Assert.That(run.Status == 0).IsTrue().Because($"status {run.Status}\n{run.Output}{run.Error}");
        string page = Read("out/performance.md");
        foreach (string cell in (string[])["| 60 bytes, 64 × 1 | direct | ", "|  | gateway | ", "|  | haproxy | ", "|  | haproxy tuned | ", "|  | nginx stream | ", "| download, 1 stream | direct | ", "| ≥ 1.7× |"])
            await Assert.That(page).Contains(cell, StringComparison.Ordinal);
        string[] pictures = [.. Directory.GetFiles(InCopy("out/performance"), "*.svg").Select(Path.GetFileName).Order()!];
        await Assert.That(pictures).IsSequence(["frames.svg", "overview.svg", "small-calls.svg"]);
        foreach (string picture in pictures)
        {
            await Assert.That(page).Contains($"(performance/{picture})", StringComparison.Ordinal);
            await Assert.That(Read($"out/performance/{picture}")).EndsWith("</svg>\n", StringComparison.Ordinal);
        }
        using var results = JsonDocument.Parse(Read("out/performance/results.json"));
        JsonElement gateway = await Assert.That(results.RootElement.GetProperty("samples").GetProperty("smf-60-64x1").GetProperty("gateway").EnumerateArray()).HasSingleItem();
        foreach (string figure in (string[])["callsPerSecond", "p50Microseconds", "p99Microseconds", "p999Microseconds", "cpuMicrosecondsPerCall", "peakMemoryMiB"])
            await Assert.That(gateway.GetProperty(figure).GetDouble() > 0).IsTrue().Because(figure);
    }

    [Test]
    public async Task The_same_figures_give_the_same_page_and_pictures()
    {
        Run(ShortRun);
        string[] files = ["out/performance.md", "out/performance/overview.svg", "out/performance/results.json"];
        string[] before = [.. files.Select(Read)];
        foreach (string file in files[..2])
            File.Delete(InCopy(file));

        await Assert.That(Run("bench/run.sh --redraw --output out").Status).IsEqualTo(0);

        await Assert.That(files.Select(Read)).IsSequence(before);
    }

    [Test]
    public async Task Ctrl_c_leaves_neither_processes_nor_files()
    {
        Process run = _copy.Start("setsid", "env", $"TMPDIR={_copy.Folder}", "bench/run.sh", "--quick", "--seconds", "30", "--only", "mix");
        Patience.Until(() => run.HasExited || CountProcesses() >= 5, "servers, gateway and load run");
        Skip.When(run.HasExited, "HAProxy, nginx or matplotlib is not here");

        Signals.Send(-run.Id, Signals.Interrupt);

        await Assert.That(run.WaitForExit(Patience.Short)).IsTrue().Because("bench/run.sh does not end");
        await Assert.That(run.ExitCode).IsEqualTo(130);
        await Assert.That(CountProcesses()).IsEqualTo(0);
        await Assert.That(Directory.GetDirectories(_copy.Folder, "frpc-bench.*")).IsEmpty();
    }

    private Result Run(string command)
    {
        Result result = _copy.Shell(command);
        Skip.When(LacksPrograms(result), result.Error);
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
