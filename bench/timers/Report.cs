using System.Globalization;
using FrameRpc.Gateway.EventLoop;

namespace FrameRpc.Bench.Timers;

/// <summary>Measures both interleaved, in CPU time, so that other work of the machine is not counted or affects both.</summary>
internal static class Report
{
    public static void WriteHeading(int timers) => Console.WriteLine(
        $"""
        {timers.ToString("N0", CultureInfo.InvariantCulture)} timers

        | each timer is | wheel, ns a timer [lowest highest] | PriorityQueue, ns | PriorityQueue / wheel |
        |---|---|---|---|
        """);

    public static void Write(string name, int rounds, int timers, Load load)
    {
        var wheel = new Wheel(timers);
        var heap = new Heap(timers);
        var ofWheel = new List<double>();
        var ofHeap = new List<double>();
        wheel.Run(load);
        heap.Run(load);
        for (int round = 0; round < rounds; round++)
        {
            ofWheel.Add(NanosecondsOf(() => wheel.Run(load)) / timers);
            ofHeap.Add(NanosecondsOf(() => heap.Run(load)) / timers);
        }
        double median = MedianOf(ofWheel);
        Console.WriteLine($"| {name} | {Figure(median)} [{Figure(ofWheel.Min())} {Figure(ofWheel.Max())}] | "
            + $"{Figure(MedianOf(ofHeap))} | {Figure(MedianOf(ofHeap) / median)} |");
    }

    /// <summary>The longest turn and the number of turns when everything is due at once.</summary>
    public static void WriteTurns(int rounds, int timers)
    {
        Console.WriteLine(
            $"""

            | due at once | turns | longest turn, ms of the processor, median of {rounds} rounds |
            |---|---|---|
            """);
        WriteTurns("all", rounds, timers, new Load(timers, SpreadMs: 0, DisarmedShare: 0));
        WriteTurns("half, among as many of the next round", rounds, timers, new Load(timers, SpreadMs: 0, DisarmedShare: 0) { HalfARoundLater = true });
        Console.WriteLine($"\nA turn fires {TimerWheel.FiresPerTurnMax} timers, or examines {TimerWheel.LooksPerTurnMax}.");
    }

    private static void WriteTurns(string name, int rounds, int timers, Load load)
    {
        var wheel = new Wheel(timers);
        var longest = new List<double>();
        for (int round = 0; round < rounds; round++)
        {
            wheel.Run(load);
            longest.Add(wheel.LongestTurn.TotalMilliseconds);
        }
        Console.WriteLine($"| {name} | {wheel.Turns} | {Figure(MedianOf(longest))} |");
    }

    private static double NanosecondsOf(Action act)
    {
        TimeSpan start = Environment.CpuUsage.TotalTime;
        act();
        return (Environment.CpuUsage.TotalTime - start).TotalNanoseconds;
    }

    private static double MedianOf(List<double> figures)
    {
        figures.Sort();
        return (figures[(figures.Count - 1) / 2] + figures[figures.Count / 2]) / 2;
    }

    private static string Figure(double figure) => figure.ToString(figure >= 20 ? "0" : "0.00", CultureInfo.InvariantCulture);
}
