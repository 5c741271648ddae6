using FrameRpc.Tests.Simulation;
using Xunit;

namespace FrameRpc.Tests.Proxy.Frames;

public sealed class HostileStoryTests
{
    [Fact]
    public void No_server_runs_what_has_no_route_or_what_no_caller_asked_for()
    {
        int ran = 0;
        Seeds.ForEach(1000, seed => ran += new HostileStory(seed).Tell());
        Assert.NotEqual(0, ran);
    }
}
