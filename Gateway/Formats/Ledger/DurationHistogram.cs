using System.Numerics;

namespace FrameRpc.Gateway.Formats.Ledger;

/// <summary>
/// How long calls took: buckets of twice the width of the one before, from 32 µs to 33.6 s, and one for what took longer.
/// Written by one worker without locks; read by others, a moment late.
/// </summary>
internal sealed class DurationHistogram
{
    private const int FirstBoundLog2Us = 5;

    private readonly long[] _counts = new long[Bounded + 1];
    private long _sumUs;

    /// <summary>Buckets that have an upper bound.</summary>
    public static int Bounded => 21;

    public long SumUs => _sumUs;

    /// <summary>The longest time that belongs into a bucket.</summary>
    public static long BoundUs(int bucket) => 1L << (FirstBoundLog2Us + bucket);

    /// <summary>Calls in this bucket alone; the one behind the bounded ones has no bound.</summary>
    public long CountIn(int bucket) => _counts[bucket];

    public void Add(long us)
    {
        _counts[BucketOf(us)]++;
        _sumUs += us;
    }

    /// <summary>A time that is a bound itself belongs below it, as Prometheus has it.</summary>
    private static int BucketOf(long us)
    {
        int log2 = us <= 1 ? 0 : BitOperations.Log2((ulong)(us - 1)) + 1;
        return Math.Clamp(log2 - FirstBoundLog2Us, 0, Bounded);
    }
}
