using FrameRpc.Tests.Simulation;

namespace FrameRpc.Tests.Formats.Frames;

public sealed class HostileStoryTests
{
    [Test]
    public async Task No_server_executes_a_method_without_a_route_or_a_call_that_no_caller_made()
    {
        int ran = 0;
        await Seeds.ForEach(1000, async seed => ran += await new HostileStory(seed).Play());
        await Assert.That(ran).IsNotEqualTo(0);
    }
}
