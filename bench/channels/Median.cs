using System.Diagnostics;

namespace FrameRpc.Bench.Channels;

/// <summary>The median time of a repeated operation.</summary>
internal static class Median
{
    /// <summary>Microseconds; the first tenth is not counted, as warm-up.</summary>
    public static async Task<double> OfAsync(int times, Func<ValueTask> once)
    {
        long[] took = new long[times];
        for (int time = -times / 10; time < times; time++)
        {
            long start = Stopwatch.GetTimestamp();
            await once();
            if (time >= 0)
                took[time] = Stopwatch.GetTimestamp() - start;
        }
        Array.Sort(took);
        return took[times / 2] * 1e6 / Stopwatch.Frequency;
    }
}
