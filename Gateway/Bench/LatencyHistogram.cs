using System.Numerics;

namespace FrameRpc.Gateway.Bench;

/// <summary>
/// Counts latencies in buckets that are as fine as their values are small, as HdrHistogram does: percentiles of any number
/// of calls in fixed memory, and recording is one addition.
/// </summary>
/// <remarks>
/// Layout: values below 2 × 128 have a bucket each; above, every power of two is cut into 128 buckets, so that a bucket is
/// at most 1/128 of its values wide, and a percentile, for which a bucket's highest value stands, at most 0.8 % too high.
/// </remarks>
internal sealed class LatencyHistogram
{
    private const int SubBucketBits = 7;
    private const int SubBuckets = 1 << SubBucketBits;
    private const int BucketCount = (63 - SubBucketBits + 1) * SubBuckets;

    private readonly long[] _counts = new long[BucketCount];
    private long _min = long.MaxValue;

    public long Count { get; private set; }

    /// <summary>The lowest value itself, not its bucket's; 0 when nothing was recorded.</summary>
    public long Min => Count == 0 ? 0 : _min;

    /// <summary>The highest value itself.</summary>
    public long Max { get; private set; }

    /// <summary>Counts one value. A clock that went back counts as 0.</summary>
    public void Record(long value)
    {
        value = Math.Max(value, 0);
        _counts[IndexOf(value)]++;
        Count++;
        _min = Math.Min(_min, value);
        Max = Math.Max(Max, value);
    }

    /// <summary>Counts all that <paramref name="other"/> has counted, too.</summary>
    public void Add(LatencyHistogram other)
    {
        for (int i = 0; i < BucketCount; i++)
            _counts[i] += other._counts[i];
        Count += other.Count;
        _min = Math.Min(_min, other._min);
        Max = Math.Max(Max, other.Max);
    }

    /// <summary>The value that <paramref name="percent"/> of all values do not exceed, up to a bucket's width; 0 when nothing was recorded.</summary>
    public long Percentile(double percent)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(percent, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percent, 100);
        long rank = Math.Clamp((long)Math.Ceiling(Count * percent / 100), 1, Math.Max(Count, 1));
        long seen = 0;
        for (int i = 0; i < BucketCount; i++)
        {
            seen += _counts[i];
            if (seen >= rank)
                return Math.Clamp(HighestOf(i), Min, Max);
        }
        return 0;
    }

    /// <summary>The highest bit of the value selects the power of two, the seven bits below it the bucket therein.</summary>
    private static int IndexOf(long value)
    {
        int shift = Math.Max(0, BitOperations.Log2((ulong)value) - SubBucketBits);
        return (shift << SubBucketBits) + (int)(value >> shift);
    }

    private static long HighestOf(int index)
    {
        int shift = Math.Max(0, (index >> SubBucketBits) - 1);
        long start = (long)(index - (shift << SubBucketBits)) << shift;
        return start + ((1L << shift) - 1);
    }
}
