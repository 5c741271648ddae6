using HdrHistogram;

namespace FrameRpc.Gateway.Bench;

/// <summary>Counts latencies, in nanoseconds: percentiles of any number of calls in fixed memory, and recording is one addition.</summary>
internal sealed class LatencyHistogram
{
    // Two digits: a bucket is at most 1/128 of its values wide, and a percentile, for which a bucket's highest value stands, at most 0.8 % too high. Of 275 s
    // and more it is as much too low: the library (2.5.0) computes a bucket's width in 32 bits.
    private const int SignificantDigits = 2;

    // As much as it can count, 146 years; with that, it takes 57 KiB.
    private const long HighestCounted = long.MaxValue >> 1;

    private readonly LongHistogram _counts = new(HighestCounted, SignificantDigits);
    private long _min = long.MaxValue;

    public long Count => _counts.TotalCount;

    /// <summary>The lowest value itself, not its bucket's; 0 when nothing was recorded.</summary>
    public long Min => Count == 0 ? 0 : _min;

    /// <summary>The highest value itself.</summary>
    public long Max { get; private set; }

    /// <summary>Counts one value. A clock that went back counts as 0.</summary>
    public void Record(long value)
    {
        value = Math.Max(value, 0);
        _counts.RecordValue(Math.Min(value, HighestCounted));
        _min = Math.Min(_min, value);
        Max = Math.Max(Max, value);
    }

    /// <summary>Counts all that <paramref name="other"/> has counted, too.</summary>
    public void Add(LatencyHistogram other)
    {
        _counts.Add(other._counts);
        _min = Math.Min(_min, other._min);
        Max = Math.Max(Max, other.Max);
    }

    /// <summary>The value that <paramref name="percent"/> of all values do not exceed, up to a bucket's width; 0 when nothing was recorded.</summary>
    public long Percentile(double percent)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(percent, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percent, 100);
        return Count == 0 ? 0 : Math.Clamp(_counts.GetValueAtPercentile(percent), Min, Max);
    }
}
