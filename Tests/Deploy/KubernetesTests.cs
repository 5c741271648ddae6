using FrameRpc.Tests.Cli;
using Xunit;

namespace FrameRpc.Tests.Deploy;

public sealed class KubernetesTests
{
    /// <summary>deploy/test/*.test.mjs say what that is.</summary>
    [Fact]
    public void The_manifests_are_right_and_fit_each_other_and_the_gateway()
    {
        Result tests = NodeChecks.Run(["--test", .. Directory.GetFiles(NodeChecks.Folder, "*.test.mjs")]);

        Assert.True(tests.Status == 0, tests.Output + tests.Error);
        Assert.Contains("\n# fail 0\n", tests.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\n# pass 0\n", tests.Output, StringComparison.Ordinal);
    }
}
