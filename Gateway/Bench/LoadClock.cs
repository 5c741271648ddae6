using System.Diagnostics;

namespace FrameRpc.Gateway.Bench;

/// <summary>The clock of all latencies: nanoseconds from an arbitrary start.</summary>
internal static class LoadClock
{
    public const long NanosecondsPerSecond = 1_000_000_000;

    public const long NanosecondsPerMillisecond = 1_000_000;

    /// <summary>On Linux, ticks of <see cref="Stopwatch"/> are those of CLOCK_MONOTONIC: nanoseconds.</summary>
    public static long Now => Stopwatch.GetTimestamp();

    public static long Of(TimeSpan time) => time.Ticks * (NanosecondsPerSecond / TimeSpan.TicksPerSecond);
}
