using System.Diagnostics;

namespace FrameRpc.Gateway.Bench;

/// <summary>The clock that latencies are measured with: nanoseconds from an arbitrary start.</summary>
internal static class LoadClock
{
    public const long NanosecondsPerSecond = 1_000_000_000;

    public const long NanosecondsPerMillisecond = 1_000_000;

    /// <summary>On Linux, where all of this runs, ticks of <see cref="Stopwatch"/> are those of CLOCK_MONOTONIC: nanoseconds.</summary>
    public static long Now => Stopwatch.GetTimestamp();

    public static long Of(TimeSpan time) => time.Ticks * (NanosecondsPerSecond / TimeSpan.TicksPerSecond);
}
