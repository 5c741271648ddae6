using System.Numerics;

namespace FrameRpc.Gateway.Formats.Ledger;

/// <summary>
/// Durations of calls: buckets that double in width, from 32 µs to 33.6 s, and one for longer calls. Written by one worker without locks; other
/// threads read it slightly late.
/// </summary>
internal sealed class DurationHistogram
{
    private const int FirstBoundLog2Us = 5;

    private readonly long[] _counts = new long[Bounded + 1];
    private long _sumUs;

    /// <summary>Buckets with an upper bound.</summary>
    public static int Bounded => 21;

    public long SumUs => _sumUs;

    /// <summary>The inclusive upper bound of a bucket.</summary>
    public static long BoundUs(int bucket) => 1L << (FirstBoundLog2Us + bucket);

    /// <summary>Calls in this bucket only; the one after the bounded ones has no bound.</summary>
    public long CountIn(int bucket) => _counts[bucket];

    public void Add(long us)
    {
        _counts[BucketOf(us)]++;
        _sumUs += us;
    }

    /// <summary>A duration equal to a bound belongs to the bucket below it, as in Prometheus.</summary>
    private static int BucketOf(long us)
    {
        int log2 = us <= 1 ? 0 : BitOperations.Log2((ulong)(us - 1)) + 1;
        return Math.Clamp(log2 - FirstBoundLog2Us, 0, Bounded);
    }
}
