using System.Text;
using System.Xml.Linq;
using FrameRpc.Tests.Configuration;
using Xunit;

namespace FrameRpc.Tests.Deploy;

/// <summary>What is built is fixed by files of the repository, and not by what a source of packages has at the moment.</summary>
public sealed class LockFileTests
{
    private static readonly string[] Systems = ["linux-x64", "linux-arm64"];
    private static readonly string[] Native = ["Gateway", "Protocol", "Generators", "AotProgram", "Greeter", "Reconnect", "Storage"];

    [Fact]
    public void A_restore_changes_no_lock_file_unless_it_is_asked_to()
    {
        XElement build = XElement.Parse(Encoding.UTF8.GetString(Repository.Read("Directory.Build.props")));
        Assert.Equal("true", Assert.Single(build.Descendants("RestorePackagesWithLockFile")).Value);
        Assert.Equal("true", Assert.Single(build.Descendants("RestoreLockedMode")).Value);
    }

    [Fact]
    public void Every_project_has_a_lock_file()
    {
        Assert.True(Projects().Count() > 5);
        Assert.All(Projects(), project => Assert.True(File.Exists(Beside(project, "packages.lock.json")), project));
    }

    [Fact]
    public void Every_native_program_and_all_that_it_is_made_of_has_one_for_each_system()
    {
        string[] native = [.. Projects().Where(project => File.Exists(Beside(project, "packages.linux-x64.lock.json")))];
        Assert.All(Native, name => Assert.Contains(native, project => project.EndsWith($"/{name}.csproj", StringComparison.Ordinal)));
        Assert.All(native, project => Assert.All(Systems, system => Assert.True(File.Exists(Beside(project, $"packages.{system}.lock.json")), $"{project} {system}")));
    }

    /// <summary>Otherwise a build with another patch of the SDK would ask for packs that no lock file has.</summary>
    [Fact]
    public void The_packs_have_one_version_whatever_the_SDK()
    {
        string version = XElement.Parse(Encoding.UTF8.GetString(Repository.Read("Directory.Build.targets"))).Descendants("PacksVersion").Single().Value;
        string[] packs = Encoding.UTF8.GetString(Repository.Read("packs.lock")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(packs, pack => Assert.Equal(version, pack.Split(' ')[1]));
        foreach (string system in Systems)
        {
            Assert.Contains(packs, pack => pack.StartsWith($"Microsoft.NETCore.App.Runtime.NativeAOT.{system} ", StringComparison.Ordinal));
            Assert.Contains(packs, pack => pack.StartsWith($"runtime.{system}.Microsoft.DotNet.ILCompiler ", StringComparison.Ordinal));
            Assert.Contains($"\"resolved\": \"{version}\"", Encoding.UTF8.GetString(Repository.Read($"Gateway/packages.{system}.lock.json")), StringComparison.Ordinal);
        }
    }

    private static string Beside(string project, string name) => Path.Combine(Path.GetDirectoryName(project)!, name);

    private static IEnumerable<string> Projects() =>
        Directory.EnumerateFiles(Repository.Root, "*.csproj", SearchOption.AllDirectories).Where(project => !project.Contains("/artifacts/", StringComparison.Ordinal) && !project.Contains("/node_modules/", StringComparison.Ordinal));
}
