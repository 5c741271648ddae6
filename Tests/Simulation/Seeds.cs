using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace FrameRpc.Tests.Simulation;

/// <summary>
/// Plays a story for each seed. A failure names its seed and the last events; FRPC_SEED=123 replays that seed alone, FRPC_SEED=1-500 a range.
/// </summary>
internal static class Seeds
{
    private const string Variable = "FRPC_SEED";

    /// <summary>How many seconds to play fresh seeds, instead of a fixed number of seeds.</summary>
    private const string ExploreVariable = "FRPC_EXPLORE";

    /// <summary>Smaller seeds are played each time.</summary>
    private const int FreshMin = 1_000_000;

    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(10);

    /// <summary>The seeds from the environment; empty if there are none.</summary>
    public static IEnumerable<int> Chosen => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen ? Read(chosen) : [];

    /// <summary>Seeds derived from the clock: this many, or, with FRPC_EXPLORE, as many as fit into the time.</summary>
    public static IEnumerable<int> Fresh(int count)
    {
        int first = FreshMin + (int)(DateTime.UtcNow.Ticks / TimeSpan.TicksPerMillisecond % 2_000_000_000);
        return Environment.GetEnvironmentVariable(ExploreVariable) is { Length: > 0 } seconds
            ? Explore(first, TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture)))
            : Enumerable.Range(first, count);
    }

    private static IEnumerable<int> Explore(int first, TimeSpan time)
    {
        var elapsed = TimeSpan.Zero;
        var clock = Stopwatch.StartNew();
        for (int seed = first; clock.Elapsed < time; seed++)
        {
            yield return seed;
            if (clock.Elapsed - elapsed < ProgressEvery)
                continue;
            elapsed = clock.Elapsed;
            PrintProgress($"{seed - first + 1} seeds, {(int)elapsed.TotalSeconds} of {(int)time.TotalSeconds} s, the last one {seed}\n");
        }
    }

    /// <summary>Bypasses the test runner, which holds back a test's output until its end.</summary>
    private static void PrintProgress(string line)
    {
        using Stream error = Console.OpenStandardError();
        error.Write(Encoding.UTF8.GetBytes(line));
    }

    /// <summary>Plays seeds 1 to <paramref name="count"/>, or those from the environment.</summary>
    public static async Task ForEach(int count, Func<int, Task> play)
    {
        foreach (int seed in Chosen.Any() ? Chosen : Enumerable.Range(1, count))
        {
            try
            {
                await play(seed);
            }
            catch (Exception failure)
            {
                Fail(seed, failure, lastEvents: "");
            }
        }
    }

    /// <inheritdoc cref="ForEach(int, Func{int, Task})"/>
    public static Task ForEach(int count, Func<int, IStory> begin) => ForEach(Enumerable.Range(1, count), begin);

    /// <summary>Plays these seeds, or those from the environment.</summary>
    public static async Task ForEach(IEnumerable<int> seeds, Func<int, IStory> begin)
    {
        foreach (int seed in Chosen.Any() ? Chosen : seeds)
        {
            IStory story = begin(seed);
            story.Events.KeepsAll = Chosen.Take(2).Count() == 1;
            try
            {
                await story.Play();
            }
            catch (Exception failure)
            {
                Fail(seed, failure, $"\nthe last events{WriteAll(seed, story.Events)}:\n{story.Events}");
            }
        }
    }

    /// <summary>Writes all events if a single seed is played.</summary>
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
