using FrameRpc.Gateway.Configuration;
using Xunit;

namespace FrameRpc.Tests.Configuration;

public sealed class LaneShareTests
{
    [Fact]
    public void All_workers_together_never_have_more_than_the_setting_says_and_each_has_what_it_needs()
    {
        for (int workers = 1; workers <= 64; workers++)
        {
            for (int max = 2 * workers; max <= 700; max++)
            {
                var smf = LaneShare.Of(WireProtocol.Smf, max, workers);
                var frame = LaneShare.Of(WireProtocol.Frame, max, workers);
                Assert.True(workers * (smf.Shared + smf.Exclusive) <= max && smf.Shared >= 1 && smf.Exclusive >= 1, $"{max} on {workers}: {smf}");
                Assert.True(workers * frame.Exclusive <= max && frame.Exclusive >= 1 && frame.Shared == 0, $"{max} on {workers}: {frame}");
            }
        }
    }

    [Theory]
    [InlineData(2, 1, 1)]
    [InlineData(7, 1, 6)]
    [InlineData(16, 4, 12)]
    [InlineData(256, 8, 248)]
    public void A_quarter_is_shared_and_eight_at_most(int max, int shared, int exclusive) =>
        Assert.Equal(new LaneShare(shared, exclusive), LaneShare.Of(WireProtocol.Smf, max, workers: 1));
}
