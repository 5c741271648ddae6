using System.Text.Json;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Bench.Json;

/// <summary>The two speeds for one text: medians, and the checker's lowest and highest.</summary>
internal readonly record struct Speeds(double CheckerGBs, double LowestGBs, double HighestGBs, double ReaderGBs, double Ratio);

/// <summary>Measures both interleaved, in CPU time, so that other work of the machine is not counted or affects both.</summary>
internal static class Rounds
{
    private const int ChunkBytes = 64 * 1024;

    public static Speeds Measure(int rounds, double milliseconds, byte[] text)
    {
        int times = TimesIn(milliseconds, text);
        var checker = new List<double>();
        var reader = new List<double>();
        var ratio = new List<double>();
        for (int round = 0; round < rounds; round++)
        {
            checker.Add(GigabytesPerSecond(times, text, Check));
            reader.Add(GigabytesPerSecond(times, text, Read));
            ratio.Add(checker[^1] / reader[^1]);
        }
        return new Speeds(MedianOf(checker), checker.Min(), checker.Max(), MedianOf(reader), MedianOf(ratio));
    }

    private static double MedianOf(List<double> figures)
    {
        figures.Sort();
        return (figures[(figures.Count - 1) / 2] + figures[figures.Count / 2]) / 2;
    }

    /// <summary>How often the text can be checked in about this time; the first runs are warm-up.</summary>
    private static int TimesIn(double milliseconds, byte[] text)
    {
        for (int times = 1; ; times *= 2)
        {
            TimeSpan start = Environment.CpuUsage.TotalTime;
            for (int time = 0; time < times; time++)
                Check(text);
            double took = (Environment.CpuUsage.TotalTime - start).TotalMilliseconds;
            if (took >= milliseconds / 4)
                return Math.Max(1, (int)(times * milliseconds / took));
        }
    }

    private static double GigabytesPerSecond(int times, byte[] text, Action<byte[]> pass)
    {
        TimeSpan start = Environment.CpuUsage.TotalTime;
        for (int time = 0; time < times; time++)
            pass(text);
        return (double)times * text.Length / (Environment.CpuUsage.TotalTime - start).TotalNanoseconds;
    }

    private static void Check(byte[] text)
    {
        JsonChecker checker = default;
        for (int at = 0; at < text.Length; at += ChunkBytes)
            _ = checker.Feed(text.AsSpan(at, Math.Min(ChunkBytes, text.Length - at)));
        if (!checker.Complete)
            throw new InvalidOperationException("the checker rejects the text");
    }

    private static void Read(byte[] text)
    {
        var reader = new Utf8JsonReader(text);
        while (reader.Read())
        {
        }
    }
}
