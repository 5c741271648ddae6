using HdrHistogram;

namespace FrameRpc.Gateway.Bench;

/// <summary>Counts latencies in nanoseconds. Memory is fixed whatever the number of calls, and recording is one addition.</summary>
internal sealed class LatencyHistogram
{
    // Two digits: a bucket spans at most 1/128 of its value, and a percentile, reported as the highest value of its bucket, is at most 0.8 % too
    // high. From 275 s on it is as much too low, because the library (2.5.0) computes the width of a bucket in 32 bits.
    private const int SignificantDigits = 2;

    // The most that it can count, 146 years; it takes 57 KiB.
    private const long HighestCounted = long.MaxValue >> 1;

    private readonly LongHistogram _counts = new(HighestCounted, SignificantDigits);
    private long _min = long.MaxValue;

    public long Count => _counts.TotalCount;

    /// <summary>The exact lowest value; 0 if nothing was recorded.</summary>
    public long Min => Count == 0 ? 0 : _min;

    /// <summary>The exact highest value.</summary>
    public long Max { get; private set; }

    /// <summary>Counts one value; negative ones, from a clock that went back, count as 0.</summary>
    public void Record(long value)
    {
        value = Math.Max(value, 0);
        _counts.RecordValue(Math.Min(value, HighestCounted));
        _min = Math.Min(_min, value);
        Max = Math.Max(Max, value);
    }

    /// <summary>Adds all values of <paramref name="other"/>.</summary>
    public void Add(LatencyHistogram other)
    {
        _counts.Add(other._counts);
        _min = Math.Min(_min, other._min);
        Max = Math.Max(Max, other.Max);
    }

    /// <summary>The value that <paramref name="percent"/> of all values do not exceed, to the width of a bucket; 0 if nothing was recorded.</summary>
    public long Percentile(double percent)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(percent, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percent, 100);
        return Count == 0 ? 0 : Math.Clamp(_counts.GetValueAtPercentile(percent), Min, Max);
    }
}
