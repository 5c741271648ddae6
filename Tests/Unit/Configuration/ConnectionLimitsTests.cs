using FrameRpc.Gateway.Configuration;

namespace FrameRpc.Tests.Configuration;

public sealed class ConnectionLimitsTests
{
    [Test]
    public async Task All_workers_together_never_have_more_than_the_setting_says_and_each_has_what_it_needs()
    {
        for (int workers = 1; workers <= 64; workers++)
        {
            for (int max = 2 * workers; max <= 700; max++)
            {
                var smf = ConnectionLimits.Of(WireFormat.Smf, max, workers);
                var frame = ConnectionLimits.Of(WireFormat.Frame, max, workers);
                await Assert.That(workers * (smf.Shared + smf.Exclusive) <= max && smf.Shared >= 1 && smf.Exclusive >= 1).IsTrue()
                    .Because($"{max} on {workers}: {smf}");
                await Assert.That(workers * frame.Exclusive <= max && frame.Exclusive >= 1 && frame.Shared == 0).IsTrue()
                    .Because($"{max} on {workers}: {frame}");
            }
        }
    }

    [Test]
    [Arguments(2, 1, 1)]
    [Arguments(7, 1, 6)]
    [Arguments(16, 4, 12)]
    [Arguments(256, 8, 248)]
    public async Task A_quarter_is_shared_and_eight_at_most(int max, int shared, int exclusive) =>
        await Assert.That(ConnectionLimits.Of(WireFormat.Smf, max, workers: 1)).IsEqualTo(new ConnectionLimits(shared, exclusive));
}
