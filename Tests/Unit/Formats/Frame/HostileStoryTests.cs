using FrameRpc.Tests.Simulation;

namespace FrameRpc.Tests.Formats.Frames;

public sealed class HostileStoryTests
{
    [Test]
    public async Task No_server_runs_what_has_no_route_or_what_no_caller_asked_for()
    {
        int ran = 0;
        await Seeds.ForEach(1000, async seed => ran += await new HostileStory(seed).Play());
        await Assert.That(ran).IsNotEqualTo(0);
    }
}
