using FrameRpc.Gateway.Proxy.Ledger;
using Xunit;

namespace FrameRpc.Tests.Proxy.Ledger;

public sealed class DurationHistogramTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(31, 0)]
    [InlineData(32, 0)]
    [InlineData(33, 1)]
    [InlineData(64, 1)]
    [InlineData(65, 2)]
    [InlineData(1_000, 5)]
    [InlineData(33_554_432, 20)]
    [InlineData(33_554_433, 21)]
    [InlineData(long.MaxValue, 21)]
    public void A_time_is_counted_in_the_first_bucket_whose_bound_it_does_not_exceed(long us, int bucket)
    {
        var histogram = new DurationHistogram();
        histogram.Add(us);
        for (int other = 0; other <= DurationHistogram.Bounded; other++)
            Assert.Equal(other == bucket ? 1 : 0, histogram.CountIn(other));
        Assert.Equal(us, histogram.SumUs);
        if (bucket < DurationHistogram.Bounded)
            Assert.InRange(us, bucket == 0 ? 0 : DurationHistogram.BoundUs(bucket - 1) + 1, DurationHistogram.BoundUs(bucket));
    }

    [Fact]
    public void The_bounds_go_from_32_us_to_half_a_minute_by_doubling()
    {
        Assert.Equal(32, DurationHistogram.BoundUs(0));
        Assert.Equal(33_554_432, DurationHistogram.BoundUs(DurationHistogram.Bounded - 1));
    }
}
