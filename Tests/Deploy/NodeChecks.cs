using FrameRpc.Tests.Cli;
using FrameRpc.Tests.Configuration;
using FrameRpc.Tests.EndToEnd;
using Xunit;

namespace FrameRpc.Tests.Deploy;

/// <summary>The checks in deploy/test, which hold files against schemas that only packages of npm carry.</summary>
internal static class NodeChecks
{
    public static string Folder { get; } = Path.Combine(Repository.Root, "deploy/test");

    public static Result Run(params string[] args)
    {
        Assert.SkipUnless(Directory.Exists(Path.Combine(Folder, "node_modules")), "the packages of deploy/test are not here: npm ci --prefix deploy/test");
        return Binary.Run(Binary.StartProgram("node", Folder, [], args));
    }
}
