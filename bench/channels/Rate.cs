using System.Diagnostics;

namespace FrameRpc.Bench.Channels;

/// <summary>An amount per second since a moment.</summary>
internal static class Rate
{
    public static double GiBPerSecond(long bytes, long start) => PerSecond(bytes, start) / (1L << 30);

    public static double PerSecond(long count, long start) => count / Stopwatch.GetElapsedTime(start).TotalSeconds;
}
