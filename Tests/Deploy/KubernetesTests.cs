namespace FrameRpc.Tests.Deploy;

public sealed class KubernetesTests
{
    /// <summary>deploy/test/*.test.mjs say what that is.</summary>
    [Test]
    public async Task The_manifests_are_right_and_fit_each_other_and_the_gateway()
    {
        Result tests = NodeChecks.Run(["--test", .. Directory.GetFiles(NodeChecks.Folder, "*.test.mjs")]);

        await Assert.That(tests.Status == 0).IsTrue().Because(tests.Output + tests.Error);
        await Assert.That(tests.Output).Contains("\n# fail 0\n", StringComparison.Ordinal);
        await Assert.That(tests.Output).DoesNotContain("\n# pass 0\n", StringComparison.Ordinal);
    }
}
