using System.Text;
using System.Xml.Linq;

namespace FrameRpc.Tests.Deploy;

/// <summary>What is built is fixed by files of the repository, and not by what a source of packages has at the moment.</summary>
public sealed class LockFileTests
{
    private static readonly string[] Systems = ["linux-x64", "linux-arm64"];
    private static readonly string[] Native = ["Gateway", "Protocol", "Generators", "AotProgram", "Greeter", "Reconnect", "Storage"];

    [Test]
    public async Task A_restore_changes_no_lock_file_unless_it_is_asked_to()
    {
        XElement build = XElement.Parse(Encoding.UTF8.GetString(Repository.Read("Directory.Build.props")));
        await Assert.That((await Assert.That(build.Descendants("RestorePackagesWithLockFile")).HasSingleItem()).Value).IsEqualTo("true");
        await Assert.That((await Assert.That(build.Descendants("RestoreLockedMode")).HasSingleItem()).Value).IsEqualTo("true");
    }

    [Test]
    public async Task Every_project_has_a_lock_file()
    {
        await Assert.That(Projects().Count() > 5).IsTrue();
        foreach (string project in Projects())
            await Assert.That(File.Exists(Beside(project, "packages.lock.json"))).IsTrue().Because(project);
    }

    [Test]
    public async Task Every_native_program_and_all_that_it_is_made_of_has_one_for_each_system()
    {
        string[] native = [.. Projects().Where(project => File.Exists(Beside(project, "packages.linux-x64.lock.json")))];
        foreach (string name in Native)
            await Assert.That(native).Contains(project => project.EndsWith($"/{name}.csproj", StringComparison.Ordinal));
        foreach (string project in native)
            foreach (string system in Systems)
                await Assert.That(File.Exists(Beside(project, $"packages.{system}.lock.json"))).IsTrue().Because($"{project} {system}");
    }

    /// <summary>Otherwise a build with another patch of the SDK would ask for packs that no lock file has.</summary>
    [Test]
    public async Task The_packs_have_one_version_whatever_the_SDK()
    {
        string version = XElement.Parse(Encoding.UTF8.GetString(Repository.Read("Directory.Build.targets"))).Descendants("PacksVersion").Single().Value;
        string[] packs = Encoding.UTF8.GetString(Repository.Read("packs.lock")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (string pack in packs)
            await Assert.That(pack.Split(' ')[1]).IsEqualTo(version);
        foreach (string system in Systems)
        {
            await Assert.That(packs).Contains(pack => pack.StartsWith($"Microsoft.NETCore.App.Runtime.NativeAOT.{system} ", StringComparison.Ordinal));
            await Assert.That(packs).Contains(pack => pack.StartsWith($"runtime.{system}.Microsoft.DotNet.ILCompiler ", StringComparison.Ordinal));
            await Assert.That(Encoding.UTF8.GetString(Repository.Read($"Gateway/packages.{system}.lock.json")))
                .Contains($"\"resolved\": \"{version}\"", StringComparison.Ordinal);
        }
    }

    private static string Beside(string project, string name) => Path.Combine(Path.GetDirectoryName(project)!, name);

    private static IEnumerable<string> Projects() =>
        Directory.EnumerateFiles(Repository.Root, "*.csproj", SearchOption.AllDirectories).Where(project => !project.Contains("/artifacts/", StringComparison.Ordinal) && !project.Contains("/node_modules/", StringComparison.Ordinal));
}
