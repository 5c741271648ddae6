using FrameRpc.Tests.Simulation;

namespace FrameRpc.Tests.Formats.Smf;

public sealed class SmfStoryTests
{
    [Test]
    public Task Whatever_the_network_does_every_call_gets_one_reply_its_own_or_a_visible_error() =>
        Seeds.ForEach(2500, seed => new SmfStory(seed).Play());
}
