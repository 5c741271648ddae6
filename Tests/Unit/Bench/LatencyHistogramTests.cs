using FrameRpc.Gateway.Bench;

namespace FrameRpc.Tests.Bench;

[NotInParallel] // Counts allocations, and a collection that another test causes disturbs the count.
public sealed class LatencyHistogramTests
{
    private const double ErrorMax = 0.01;

    [Test]
    public async Task Nothing_recorded_is_zero()
    {
        var histogram = new LatencyHistogram();
        await Assert.That(histogram.Count).IsEqualTo(0);
        await Assert.That(histogram.Min).IsEqualTo(0);
        await Assert.That(histogram.Max).IsEqualTo(0);
        await Assert.That(histogram.Percentile(50)).IsEqualTo(0);
    }

    [Test]
    [Arguments(0)]
    [Arguments(1)]
    [Arguments(255)]
    [Arguments(256)]
    [Arguments(257)]
    [Arguments(1_000_000)]
    [Arguments(long.MaxValue)]
    public async Task One_value_is_every_percentile_of_itself(long value)
    {
        var histogram = new LatencyHistogram();
        histogram.Record(value);
        foreach (double percent in new[] { 0, 0.001, 50, 99.9, 100 })
            await Assert.That(histogram.Percentile(percent)).IsEqualTo(value);
    }

    [Test]
    public async Task A_negative_value_counts_as_zero()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(-5);
        await Assert.That(histogram.Count).IsEqualTo(1);
        await Assert.That(histogram.Max).IsEqualTo(0);
    }

    [Test]
    public async Task Percentiles_are_within_one_percent_of_the_sorted_values_at_every_magnitude()
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
            await Assert.That(found).IsBetween(exact < 1L << 38 ? exact : exact - (long)(exact * ErrorMax), exact + (long)(exact * ErrorMax));
        }
        await Assert.That(histogram.Min).IsEqualTo(values[0]);
        await Assert.That(histogram.Max).IsEqualTo(values[^1]);
    }

    [Test]
    public async Task Small_values_are_exact()
    {
        var histogram = new LatencyHistogram();
        for (int value = 1; value <= 200; value++)
            histogram.Record(value);
        await Assert.That(histogram.Percentile(50)).IsEqualTo(100);
        await Assert.That(histogram.Percentile(99)).IsEqualTo(198);
        await Assert.That(histogram.Percentile(0)).IsEqualTo(1);
    }

    [Test]
    public async Task Parts_added_together_are_the_whole()
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
        await Assert.That(sum.Count).IsEqualTo(whole.Count);
        await Assert.That(sum.Min).IsEqualTo(whole.Min);
        await Assert.That(sum.Max).IsEqualTo(whole.Max);
        for (double percent = 0; percent <= 100; percent += 0.5)
            await Assert.That(sum.Percentile(percent)).IsEqualTo(whole.Percentile(percent));
    }

    [Test]
    public async Task Recording_allocates_nothing()
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
        await meter.AssertNothing();
    }
}
