using System.Text.Json;

namespace FrameRpc.Tests.Deploy;

/// <summary>What a build calls itself: by the tags of its clone, by what git wrote into its archive, or by what it is told.</summary>
public sealed class VersionTests : IDisposable
{
    private const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly string _folder = TestNetwork.NewFolder();

    public VersionTests()
    {
        foreach (string file in (string[])["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "global.json", "version.archive"])
            File.Copy(Path.Combine(Repository.Root, file), Path.Combine(_folder, file));
        File.WriteAllText(Path.Combine(_folder, "Shipped.csproj"), """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFrameworks /><TargetFramework>net10.0</TargetFramework></PropertyGroup>
              <ItemGroup><PackageReference Include="MinVer" PrivateAssets="all" /></ItemGroup>
            </Project>
            """);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task A_tagged_commit_has_the_version_of_its_tag_and_one_behind_it_a_version_before_the_next()
    {
        Git("init", "--quiet");
        string[] versions = [Commited(), Tagged("v0.3.0"), Commited(), Tagged("v1.0.0-rc.1")];
        await Assert.That(versions).IsSequence(["0.2.0-dev.0", "0.3.0", "0.3.1-dev.0.1", "1.0.0-rc.1"]);
    }

    [Test]
    [Arguments("v0.3.0", "0.3.0", Commit)]
    [Arguments("v0.3.0-2-g0123456", "0.3.0-2-g0123456", Commit)]
    [Arguments("", "0.2.0-unknown", Commit)]
    public async Task An_archive_has_the_version_and_the_commit_that_git_wrote_into_it(string described, string version, string commit)
    {
        File.WriteAllText(Path.Combine(_folder, "version.archive"), $"version {described}\ncommit {Commit}\n");
        await Assert.That(Built()).IsEqualTo((version, commit));
    }

    [Test]
    public async Task A_copy_that_is_neither_clone_nor_archive_has_no_commit_and_says_that_its_version_is_not_known() =>
        await Assert.That(Built()).IsEqualTo(("0.2.0-unknown", ""));

    [Test]
    public async Task An_image_is_built_without_a_clone_and_is_told_both() =>
        await Assert.That(Built(("MinVerVersionOverride", "0.4.0"), ("SourceRevisionId", Commit))).IsEqualTo(("0.4.0", Commit));

    [Test]
    public async Task What_git_writes_into_an_archive_is_asked_for() =>
        await Assert.That((File.ReadAllText(Path.Combine(_folder, "version.archive")), File.ReadAllText(Path.Combine(Repository.Root, ".gitattributes"))))
            .IsEqualTo(("version $Format:%(describe:tags=true,match=v*)$\ncommit $Format:%H$\n", "# git archive writes version and commit into it; see Directory.Build.targets.\nversion.archive export-subst\n"));

    private string Commited()
    {
        Git("-c", "user.name=test", "-c", "user.email=test@localhost", "commit", "--quiet", "--allow-empty", "--message", "Change");
        return Built().Version;
    }

    private string Tagged(string tag)
    {
        Git("tag", tag);
        return Built().Version;
    }

    private void Git(params string[] args)
    {
        Result git = Programs.Run(Programs.Start("git", _folder, [], args));
        Must.Hold(git.Status == 0, git.Error);
    }

    /// <summary>Runs the target before which a build has its version.</summary>
    private (string Version, string Commit) Built(params (string, string)[] variables)
    {
        Result built = Programs.Run(Programs.Start("dotnet", _folder, variables,
            "build", "Shipped.csproj", "-t:GetAssemblyVersion", "-p:RestoreLockedMode=false", "-nologo", "-getProperty:Version,SourceRevisionId"));
        Must.Hold(built.Status == 0, built.Output + built.Error);
        JsonElement properties = JsonDocument.Parse(built.Output).RootElement.GetProperty("Properties");
        return (properties.GetProperty("Version").GetString()!, properties.GetProperty("SourceRevisionId").GetString()!);
    }
}
