using FrameRpc.Gateway.Formats.Ledger;

namespace FrameRpc.Tests.Formats.Ledger;

public sealed class DurationHistogramTests
{
    [Test]
    [Arguments(0, 0)]
    [Arguments(31, 0)]
    [Arguments(32, 0)]
    [Arguments(33, 1)]
    [Arguments(64, 1)]
    [Arguments(65, 2)]
    [Arguments(1_000, 5)]
    [Arguments(33_554_432, 20)]
    [Arguments(33_554_433, 21)]
    [Arguments(long.MaxValue, 21)]
    public async Task A_time_is_counted_in_the_first_bucket_whose_bound_it_does_not_exceed(long us, int bucket)
    {
        var histogram = new DurationHistogram();
        histogram.Add(us);
        for (int other = 0; other <= DurationHistogram.Bounded; other++)
            await Assert.That(histogram.CountIn(other)).IsEqualTo(other == bucket ? 1 : 0);
        await Assert.That(histogram.SumUs).IsEqualTo(us);
        if (bucket < DurationHistogram.Bounded)
            await Assert.That(us).IsBetween(bucket == 0 ? 0 : DurationHistogram.BoundUs(bucket - 1) + 1, DurationHistogram.BoundUs(bucket));
    }

    [Test]
    public async Task The_bounds_go_from_32_us_to_half_a_minute_by_doubling()
    {
        await Assert.That(DurationHistogram.BoundUs(0)).IsEqualTo(32);
        await Assert.That(DurationHistogram.BoundUs(DurationHistogram.Bounded - 1)).IsEqualTo(33_554_432);
    }
}
