using System.IO.Compression;
using System.Xml.Linq;
using FrameRpc.Tests.EndToEnd;

namespace FrameRpc.Tests.Deploy;

/// <summary>What deploy/release.sh makes, which is what a tag publishes.</summary>
[ClassDataSource<BuiltImage>(Shared = SharedType.PerTestSession)]
[NotInParallel(nameof(BuiltImage))] // It builds the image, too.
public sealed class ReleaseTests(BuiltImage image)
{
    private static readonly string Folder = Path.Combine(Repository.Root, "artifacts/release");

    [Test]
    public async Task A_release_is_binary_symbols_bill_image_package_and_their_checksums_under_one_version()
    {
        Must.Hold(image.Report.Length > 0);
        Result release = Programs.Run(Programs.Start(Path.Combine(Repository.Root, "deploy/release.sh"), Repository.Root, [image.Store], "--package"));
        await Assert.That((release.Status, release.Error)).IsEqualTo((0, ""));

        string version = Binary.Run(Folder, "--version").Output.Split(' ', '+')[1].Trim();
        string name = $"frpc-gateway-{version}-{StubbedSdk.System}";
        await Assert.That(Directory.GetFiles(Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)).IsSequence(
            [$"FrameRpc.Protocol.{version}.nupkg", name, $"{name}.cdx.json", $"{name}.dbg.gz", $"{name}.oci.tar", $"{name}.sha256"]);
        Result checkedSums = Programs.Run(Programs.Start("sha256sum", Folder, [], "--check", "--strict", $"{name}.sha256"));
        await Assert.That((checkedSums.Status, checkedSums.Output.Split('\n').Count(line => line.EndsWith(": OK", StringComparison.Ordinal)))).IsEqualTo((0, 5));
        await Assert.That(PackageMetadata($"FrameRpc.Protocol.{version}.nupkg")).IsEqualTo(("FrameRpc.Protocol", version, "Microsoft.Extensions.Logging.Abstractions, System.IO.Hashing"));
    }

    [Test]
    public async Task A_word_that_it_does_not_know_is_refused_before_anything_is_built()
    {
        Result refused = Programs.Run(Programs.Start(Path.Combine(Repository.Root, "deploy/release.sh"), Repository.Root, [], "--pack"));
        await Assert.That((refused.Status, refused.Output)).IsEqualTo((2, ""));
        await Assert.That(refused.Error).Contains("deploy/release.sh --package", StringComparison.Ordinal);
    }

    /// <summary>Id, version and what a project that uses the package gets with it.</summary>
    private static (string, string, string) PackageMetadata(string name)
    {
        using ZipArchive package = ZipFile.OpenRead(Path.Combine(Folder, name));
        using Stream nuspec = package.GetEntry("FrameRpc.Protocol.nuspec")!.Open();
        XElement[] all = [.. XDocument.Load(nuspec).Descendants()];
        string Text(string element) => all.First(found => found.Name.LocalName == element).Value;
        return (Text("id"), Text("version"), string.Join(", ", all.Where(found => found.Name.LocalName == "dependency").Select(found => found.Attribute("id")!.Value)));
    }
}
