
namespace FrameRpc.Tests.Deploy;

/// <summary>The checks in deploy/test, which hold files against schemas that only packages of npm carry.</summary>
internal static class NodeChecks
{
    public static string Folder { get; } = Path.Combine(Repository.Root, "deploy/test");

    public static Result Run(params string[] args)
    {
        Skip.Unless(Directory.Exists(Path.Combine(Folder, "node_modules")), "the packages of deploy/test are not here: npm ci --prefix deploy/test");
        return Programs.Run(Programs.Start("node", Folder, [], args));
    }
}
