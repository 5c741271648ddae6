using FrameRpc.Gateway.Bench;
using Xunit;

namespace FrameRpc.Tests.Bench;

[Collection(nameof(Alone))]
public sealed class LatencyHistogramTests
{
    private const double ErrorMax = 0.01;

    [Fact]
    public void Nothing_recorded_is_zero()
    {
        var histogram = new LatencyHistogram();
        Assert.Equal(0, histogram.Count);
        Assert.Equal(0, histogram.Min);
        Assert.Equal(0, histogram.Max);
        Assert.Equal(0, histogram.Percentile(50));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(1_000_000)]
    [InlineData(long.MaxValue)]
    public void One_value_is_every_percentile_of_itself(long value)
    {
        var histogram = new LatencyHistogram();
        histogram.Record(value);
        foreach (double percent in new[] { 0, 0.001, 50, 99.9, 100 })
            Assert.Equal(value, histogram.Percentile(percent));
    }

    [Fact]
    public void A_negative_value_counts_as_zero()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(-5);
        Assert.Equal(1, histogram.Count);
        Assert.Equal(0, histogram.Max);
    }

    [Fact]
    public void Percentiles_are_within_one_percent_of_the_sorted_values_at_every_magnitude()
    {
        var random = new Random(7);
        var histogram = new LatencyHistogram();
        long[] values = [.. Enumerable.Range(0, 100_000).Select(_ => (long)Math.Pow(2, random.NextDouble() * 62))];
        foreach (long value in values)
            histogram.Record(value);
        Array.Sort(values);
        foreach (double percent in new[] { 0.1, 1, 10, 25, 50, 75, 90, 99, 99.9, 99.99, 100 })
        {
            long exact = values[(int)Math.Ceiling(values.Length * percent / 100) - 1];
            long found = histogram.Percentile(percent);
            // Where a bucket is wider than 31 bits can tell, its lowest value stands for it.
            Assert.InRange(found, exact < 1L << 38 ? exact : exact - (long)(exact * ErrorMax), exact + (long)(exact * ErrorMax));
        }
        Assert.Equal(values[0], histogram.Min);
        Assert.Equal(values[^1], histogram.Max);
    }

    [Fact]
    public void Small_values_are_exact()
    {
        var histogram = new LatencyHistogram();
        for (int value = 1; value <= 200; value++)
            histogram.Record(value);
        Assert.Equal(100, histogram.Percentile(50));
        Assert.Equal(198, histogram.Percentile(99));
        Assert.Equal(1, histogram.Percentile(0));
    }

    [Fact]
    public void Parts_added_together_are_the_whole()
    {
        var random = new Random(8);
        LatencyHistogram[] parts = [new(), new(), new()];
        var whole = new LatencyHistogram();
        for (int i = 0; i < 10_000; i++)
        {
            long value = random.NextInt64(1, 1L << random.Next(1, 40));
            parts[random.Next(2)].Record(value);
            whole.Record(value);
        }
        var sum = new LatencyHistogram();
        foreach (LatencyHistogram part in parts)
            sum.Add(part);
        Assert.Equal(whole.Count, sum.Count);
        Assert.Equal(whole.Min, sum.Min);
        Assert.Equal(whole.Max, sum.Max);
        for (double percent = 0; percent <= 100; percent += 0.5)
            Assert.Equal(whole.Percentile(percent), sum.Percentile(percent));
    }

    [Fact]
    public void Recording_allocates_nothing()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(1);
        var meter = default(AllocationMeter);
        for (long value = 1; value < 1L << 40; value <<= 1)
        {
            meter.Begin();
            histogram.Record(value);
            meter.End();
        }
        meter.AssertNothing();
    }
}
