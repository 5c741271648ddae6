using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace FrameRpc.Tests.Simulation;

/// <summary>Tells a story once for each seed. The seed that fails is named, with what happened last, and can be told alone: FRPC_SEED=123. Several are FRPC_SEED=1-500.</summary>
internal static class Seeds
{
    private const string Variable = "FRPC_SEED";

    /// <summary>For how many seconds to go on with fresh seeds, instead of so many.</summary>
    private const string ExploreVariable = "FRPC_EXPLORE";

    /// <summary>Those below are played each time.</summary>
    private const int FreshMin = 1_000_000;

    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(10);

    /// <summary>The seeds that were chosen from outside; empty where none were.</summary>
    public static IEnumerable<int> Chosen => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen ? Read(chosen) : [];

    /// <summary>Seeds that follow from the clock: as many, or, where it was asked for with FRPC_EXPLORE, as fit into the time.</summary>
    public static IEnumerable<int> Fresh(int count)
    {
        int first = FreshMin + (int)(DateTime.UtcNow.Ticks / TimeSpan.TicksPerMillisecond % 2_000_000_000);
        return Environment.GetEnvironmentVariable(ExploreVariable) is { Length: > 0 } seconds
            ? Explore(first, TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture)))
            : Enumerable.Range(first, count);
    }

    private static IEnumerable<int> Explore(int first, TimeSpan time)
    {
        var told = TimeSpan.Zero;
        var clock = Stopwatch.StartNew();
        for (int seed = first; clock.Elapsed < time; seed++)
        {
            yield return seed;
            if (clock.Elapsed - told < ProgressEvery)
                continue;
            told = clock.Elapsed;
            TellProgress($"{seed - first + 1} seeds, {(int)told.TotalSeconds} of {(int)time.TotalSeconds} s, the last one {seed}\n");
        }
    }

    /// <summary>Past the test runner, which keeps what a test prints until it ends.</summary>
    private static void TellProgress(string line)
    {
        using Stream error = Console.OpenStandardError();
        error.Write(Encoding.UTF8.GetBytes(line));
    }

    /// <summary>Tells it for 1 to <paramref name="count"/>, or for the seeds that were chosen.</summary>
    public static async Task ForEach(int count, Func<int, Task> tell)
    {
        foreach (int seed in Chosen.Any() ? Chosen : Enumerable.Range(1, count))
        {
            try
            {
                await tell(seed);
            }
            catch (Exception failure)
            {
                Fail(seed, failure, lastEvents: "");
            }
        }
    }

    /// <inheritdoc cref="ForEach(int, Func{int, Task})"/>
    public static Task ForEach(int count, Func<int, IStory> begin) => ForEach(Enumerable.Range(1, count), begin);

    /// <summary>Tells it for these seeds, or for those that were chosen.</summary>
    public static async Task ForEach(IEnumerable<int> seeds, Func<int, IStory> begin)
    {
        foreach (int seed in Chosen.Any() ? Chosen : seeds)
        {
            IStory story = begin(seed);
            story.Events.KeepsAll = Chosen.Take(2).Count() == 1;
            try
            {
                await story.Tell();
            }
            catch (Exception failure)
            {
                Fail(seed, failure, $"\nthe last events{WriteAll(seed, story.Events)}:\n{story.Events}");
            }
        }
    }

    /// <summary>Of a seed that is told alone every event can be read.</summary>
    private static string WriteAll(int seed, EventLog events)
    {
        if (!events.KeepsAll)
            return "";
        string path = Path.Combine(Path.GetTempPath(), $"frpc-seed-{seed}.txt");
        File.WriteAllLines(path, events.Lines);
        return $" (all are in {path})";
    }

    private static void Fail(int seed, Exception failure, string lastEvents) =>
        Assert.Fail($"seed {seed} fails; to replay it alone, run with {Variable}={seed}\n{failure}{lastEvents}");

    private static IEnumerable<int> Read(string chosen)
    {
        string[] ends = chosen.Split('-');
        int first = int.Parse(ends[0], CultureInfo.InvariantCulture);
        int last = int.Parse(ends[^1], CultureInfo.InvariantCulture);
        return Enumerable.Range(first, last - first + 1);
    }
}
