using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json;

namespace FrameRpc.Tests.Deploy;

/// <summary>The bill of materials that deploy/image.sh leaves beside the image.</summary>
[ClassDataSource<BuiltImage>(Shared = SharedType.PerTestSession)]
[NotInParallel(nameof(BuiltImage))] // There is one image, and one store of it.
public sealed class BillTests(BuiltImage image)
{
    [Test]
    public async Task It_is_what_the_schema_of_CycloneDX_asks_for()
    {
        await Assert.That(image.Report).IsNotEmpty();

        Result result = NodeChecks.Run("bill.mjs", BuiltImage.BillPath);

        await Assert.That(result).IsEqualTo(new Result(0, "", ""));
    }

    [Test]
    public async Task Every_file_of_the_image_is_in_it_by_its_hash_and_no_other()
    {
        var files = image.Entries()
            .Where(entry => entry.Value.Entry.EntryType == TarEntryType.RegularFile)
            .Select(entry => $"{Convert.ToHexStringLower(SHA256.HashData(entry.Value.Content))} {entry.Key}");

        await Assert.That(Components().SelectMany(Files).Select(file => $"{Hash(file)} {Name(file)}").Order()).IsSequence(files.Order());
    }

    [Test]
    [Arguments("libc6", "libc.so.6", "libm.so.6", "ld-linux-")]
    [Arguments("libzstd1", "libzstd.so.1")]
    [Arguments("liblz4-1", "liblz4.so.1")]
    [Arguments("ca-certificates", "ca-certificates.crt")]
    public async Task A_file_of_the_distribution_stands_under_its_package_with_version_and_licences(string package, params string[] files)
    {
        await Assert.That(image.Report).IsNotEmpty();
        JsonElement component = await Assert.That(Components()).HasSingleItem(component => Name(component) == package);

        string version = Programs.Run(Programs.Start("dpkg-query", "/", [], "--show", "--showformat=${Version}\n", package)).Output.Split('\n')[0];
        await Assert.That(component.GetProperty("version").GetString()).IsEqualTo(version);
        await Assert.That(component.GetProperty("purl").GetString()).StartsWith("pkg:deb/", StringComparison.Ordinal);
        foreach (string file in files)
            await Assert.That(Files(component)).Contains(held => Path.GetFileName(Name(held)).StartsWith(file, StringComparison.Ordinal));
        string licence = component.GetProperty("licenses")[0].GetProperty("license").GetProperty("text").GetProperty("content").GetString()!;
        await Assert.That(Convert.FromBase64String(licence)).IsSequence(File.ReadAllBytes($"/usr/share/doc/{package}/copyright"));
    }

    /// <summary>The compiler's own runtime besides, which no project asks for by name.</summary>
    [Test]
    public async Task Every_package_that_the_gateway_is_built_with_is_in_it_with_its_licence()
    {
        await Assert.That(image.Report).IsNotEmpty();
        using var lockFile = JsonDocument.Parse(Repository.Read("Gateway/packages.linux-x64.lock.json"));
        string[] asked =
        [
            .. lockFile.RootElement.GetProperty("dependencies").EnumerateObject().First().Value.EnumerateObject()
                .Where(package => package.Value.GetProperty("type").GetString() == "Direct" && !IsTool(package.Name))
                .Select(package => $"pkg:nuget/{package.Name}@{package.Value.GetProperty("resolved").GetString()}"),
        ];

        JsonElement[] packages = [.. Components()[1..].Where(component => component.GetProperty("purl").GetString()!.StartsWith("pkg:nuget/", StringComparison.Ordinal))];
        await Assert.That(asked).IsNotEmpty();
        foreach (string package in asked)
            await Assert.That(packages).Contains(component => component.GetProperty("purl").GetString() == package);
        await Assert.That(packages)
            .Contains(component => Name(component).Contains("ILCompiler", StringComparison.Ordinal) || Name(component).Contains("NativeAOT", StringComparison.Ordinal));
        foreach (JsonElement component in packages)
        {
            JsonElement licence = component.GetProperty("licenses")[0].GetProperty("license");
            if (Name(component) == "HdrHistogram")
                await Assert.That(licence.GetProperty("url").GetString()).StartsWith("https://", StringComparison.Ordinal);
            else
                await Assert.That(licence.GetProperty("id").GetString()).IsEqualTo("MIT");
            await Assert.That(Hash(component).Length).IsEqualTo(SHA512.HashSizeInBytes * 2);
        }
    }

    [Test]
    public async Task A_program_that_was_not_built_here_has_no_bill()
    {
        string root = TestNetwork.NewFolder();
        File.WriteAllText(Path.Combine(root, "frpc-gateway"), "another");

        Result result = Programs.Run(Programs.Start("/usr/bin/python3", Repository.Root, [("PYTHONDONTWRITEBYTECODE", "1")], "deploy/sbom", root));

        Directory.Delete(root, recursive: true);
        await Assert.That((result.Status, result.Output)).IsEqualTo((1, ""));
        await Assert.That(result.Error).Contains("is not what ./publish.sh built last here; run it", StringComparison.Ordinal);
    }

    // They work on the program and are no part of it; of the compiler, its package for the system is.
    private static bool IsTool(string package) => package is "MinVer" or "Microsoft.NET.ILLink.Tasks" or "Microsoft.DotNet.ILCompiler";

    /// <summary>The program first.</summary>
    private static JsonElement[] Components()
    {
        using var bill = JsonDocument.Parse(File.ReadAllBytes(BuiltImage.BillPath));
        JsonElement program = bill.RootElement.GetProperty("metadata").GetProperty("component").Clone();
        return [program, .. bill.RootElement.GetProperty("components").EnumerateArray().Select(component => component.Clone())];
    }

    private static IEnumerable<JsonElement> Files(JsonElement component) =>
        component.TryGetProperty("components", out JsonElement files) ? files.EnumerateArray() : [];

    private static string Name(JsonElement component) => component.GetProperty("name").GetString()!;

    private static string Hash(JsonElement component) => component.GetProperty("hashes")[0].GetProperty("content").GetString()!;
}
