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
                var smf = ConnectionLimits.Of(WireFormat.Smf, max, sharedPerServerMax: null, workers);
                var frame = ConnectionLimits.Of(WireFormat.Frame, max, sharedPerServerMax: null, workers);
                await Assert.That(workers * smf.Total <= max && smf.SharedMax >= 1 && smf.ExclusiveMax >= 1 && smf.SharedMax < smf.Total).IsTrue()
                    .Because($"{max} on {workers}: {smf}");
                await Assert.That(workers * frame.Total <= max && frame.ExclusiveMax >= 1 && frame.SharedMax == 0).IsTrue()
                    .Because($"{max} on {workers}: {frame}");
            }
        }
    }

    [Test]
    [Arguments(2, null, 1)]
    [Arguments(7, null, 3)]
    [Arguments(256, null, 128)]
    [Arguments(256, 16, 16)]
    [Arguments(256, 1, 1)]
    [Arguments(16, 1000, 15)]
    public async Task Half_may_be_shared_unless_the_file_says_otherwise_and_one_is_left_for_large_bodies(int max, int? written, int shared) =>
        await Assert.That(ConnectionLimits.Of(WireFormat.Smf, max, written, workers: 1)).IsEqualTo(new ConnectionLimits(max, shared, max - 1));
}
