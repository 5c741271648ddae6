using System.Text.Json;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>bench/chaos.sh, with scenarios so short that only how calls are counted means something, and not how many of them fail.</summary>
[NotInParallel] // Loads the machine, or takes much of what it lets a process open.
public sealed class ChaosTests : IDisposable
{
    private const string ShortRun = "bench/chaos.sh --quick --workers 1 --scenario killed status-500";

    private static readonly string[] Verdicts = ["ok", "missed", "not supported", ""];

    private readonly ScratchCopy _copy = new();

    public void Dispose() => _copy.Dispose();

    [Test]
    public async Task Every_call_of_a_scenario_is_counted_once_and_the_exit_status_says_whether_a_target_was_missed()
    {
        Result run = Run($"{ShortRun} --no-docs --json out.json");

        using var results = JsonDocument.Parse(Read("out.json"));
        JsonElement[] plays = [.. results.RootElement.GetProperty("plays").EnumerateArray()];
        await Assert.That(plays.Select(Name)).IsSequence([
            "killed gateway smf", "killed haproxy smf", "killed gateway frame", "killed haproxy frame",
            "status-500 gateway smf", "status-500 haproxy smf", "status-500 gateway frame", "status-500 haproxy frame"]);
        foreach (JsonElement play in plays)
            await EveryCallIsCountedOnce(play);
        string[] verdicts = [.. plays.SelectMany(play => play.GetProperty("verdicts").EnumerateArray()).Select(verdict => verdict.GetString()!)];
        await Assert.That(verdicts.Except(Verdicts)).IsEmpty();
        await Assert.That(run.Status == 0).IsEqualTo(!verdicts.Any(verdict => verdict is "missed" or "not supported")).Because(run.Output + run.Error);
    }

    [Test]
    public async Task Targets_are_those_of_the_gateway_and_a_server_that_is_sick_is_seen()
    {
        Run("bench/chaos.sh --quick --workers 1 --formats smf --scenario status-500 --no-docs --json out.json");

        using var results = JsonDocument.Parse(Read("out.json"));
        foreach (JsonElement play in results.RootElement.GetProperty("plays").EnumerateArray())
        {
            bool isGateway = play.GetProperty("contender").GetString() == "gateway";
            await Assert.That(play.GetProperty("verdicts").EnumerateArray().Any(verdict => verdict.GetString()!.Length > 0)).IsEqualTo(isGateway);
            // The server's 500 reach the callers until it is set apart, and nothing but the server says 500.
            await Assert.That(play.GetProperty("refusals").TryGetProperty("500", out JsonElement count) && count.GetInt32() > 0).IsTrue().Because(Name(play));
            await Assert.That(play.GetProperty("marks")[0][1].GetString()).IsEqualTo("one server is sick");
        }
    }

    [Test]
    public async Task The_same_figures_give_the_same_page_and_pictures()
    {
        Run("bench/chaos.sh --quick --workers 1 --formats frame --scenario killed --output out");
        string[] files = ["out/resilience.md", "out/resilience/killed.svg", "out/resilience/results.json"];
        string[] before = [.. files.Select(Read)];
        await Assert.That(before[0]).Contains("(resilience/killed.svg)", StringComparison.Ordinal);
        await Assert.That(before[1]).EndsWith("</svg>\n", StringComparison.Ordinal);
        foreach (string file in files[..2])
            File.Delete(InCopy(file));

        Run("bench/chaos.sh --redraw --output out");

        await Assert.That(files.Select(Read)).IsSequence(before);
    }

    /// <summary>By its outcome, in the 100 ms in which it began, and as many as the scenario makes: 1,000 a second.</summary>
    private static async Task EveryCallIsCountedOnce(JsonElement play)
    {
        int calls = play.GetProperty("calls").EnumerateObject().Sum(outcome => outcome.Value.GetInt32());
        await Assert.That(calls % 1000).IsEqualTo(0).Because(Name(play));
        JsonElement bins = play.GetProperty("bins");
        int binned = ((string[])["right", "refused", "wrong", "lost"]).Sum(outcome => bins.GetProperty(outcome).EnumerateArray().Sum(count => count.GetInt32()));
        await Assert.That(binned).IsEqualTo(calls).Because(Name(play));
        await Assert.That(play.GetProperty("calls").GetProperty("right").GetInt32() > 0).IsTrue().Because(Name(play));
        await Assert.That(play.GetProperty("calls").GetProperty("wrong").GetInt32()).IsEqualTo(0).Because(Name(play));
    }

    private static string Name(JsonElement play) =>
        string.Join(' ', ((string[])["scenario", "contender", "protocol"]).Select(member => play.GetProperty(member).GetString()));

    /// <summary>Its exit status is 1 when a target was missed, and when it could not run; only then it has nothing to show.</summary>
    private Result Run(string command)
    {
        Result result = _copy.Shell(command);
        Skip.When(ComparisonTests.LacksPrograms(result), result.Error);
        return result;
    }

    private string Read(string file) => File.ReadAllText(InCopy(file));

    private string InCopy(string file) => Path.Combine(_copy.Folder, file);
}
