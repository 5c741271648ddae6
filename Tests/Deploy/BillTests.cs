using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json;
using FrameRpc.Tests.Cli;
using FrameRpc.Tests.Configuration;
using FrameRpc.Tests.EndToEnd;
using Xunit;

namespace FrameRpc.Tests.Deploy;

/// <summary>The bill of materials that deploy/image.sh leaves beside the image.</summary>
[Collection(nameof(Images))]
public sealed class BillTests(BuiltImage image)
{
    [Fact]
    public void It_is_what_the_schema_of_CycloneDX_asks_for()
    {
        Assert.NotEmpty(image.Report);

        Result result = NodeChecks.Run("bill.mjs", BuiltImage.BillPath);

        Assert.Equal(new Result(0, "", ""), result);
    }

    [Fact]
    public void Every_file_of_the_image_is_in_it_by_its_hash_and_no_other()
    {
        var files = image.Entries()
            .Where(entry => entry.Value.Entry.EntryType == TarEntryType.RegularFile)
            .Select(entry => $"{Convert.ToHexStringLower(SHA256.HashData(entry.Value.Content))} {entry.Key}");

        Assert.Equal(files.Order(), Components().SelectMany(Files).Select(file => $"{Hash(file)} {Name(file)}").Order());
    }

    [Theory]
    [InlineData("libc6", "libc.so.6", "libm.so.6", "ld-linux-")]
    [InlineData("libzstd1", "libzstd.so.1")]
    [InlineData("liblz4-1", "liblz4.so.1")]
    [InlineData("ca-certificates", "ca-certificates.crt")]
    public void A_file_of_the_distribution_stands_under_its_package_with_version_and_licences(string package, params string[] files)
    {
        Assert.NotEmpty(image.Report);
        JsonElement component = Assert.Single(Components(), component => Name(component) == package);

        string version = Binary.Run(Binary.StartProgram("dpkg-query", "/", [], "--show", "--showformat=${Version}\n", package)).Output.Split('\n')[0];
        Assert.Equal(version, component.GetProperty("version").GetString());
        Assert.StartsWith("pkg:deb/", component.GetProperty("purl").GetString(), StringComparison.Ordinal);
        Assert.All(files, file => Assert.Contains(Files(component), held => Path.GetFileName(Name(held)).StartsWith(file, StringComparison.Ordinal)));
        string licence = component.GetProperty("licenses")[0].GetProperty("license").GetProperty("text").GetProperty("content").GetString()!;
        Assert.Equal(File.ReadAllBytes($"/usr/share/doc/{package}/copyright"), Convert.FromBase64String(licence));
    }

    /// <summary>The compiler's own runtime besides, which no project asks for by name.</summary>
    [Fact]
    public void Every_package_that_the_gateway_is_built_with_is_in_it_with_its_licence()
    {
        Assert.NotEmpty(image.Report);
        using var lockFile = JsonDocument.Parse(Repository.Read("Gateway/packages.linux-x64.lock.json"));
        string[] asked =
        [
            .. lockFile.RootElement.GetProperty("dependencies").EnumerateObject().First().Value.EnumerateObject()
                .Where(package => package.Value.GetProperty("type").GetString() == "Direct" && !IsTool(package.Name))
                .Select(package => $"pkg:nuget/{package.Name}@{package.Value.GetProperty("resolved").GetString()}"),
        ];

        JsonElement[] packages = [.. Components()[1..].Where(component => component.GetProperty("purl").GetString()!.StartsWith("pkg:nuget/", StringComparison.Ordinal))];
        Assert.NotEmpty(asked);
        Assert.All(asked, package => Assert.Contains(packages, component => component.GetProperty("purl").GetString() == package));
        Assert.Contains(packages, component => Name(component).Contains("ILCompiler", StringComparison.Ordinal) || Name(component).Contains("NativeAOT", StringComparison.Ordinal));
        Assert.All(packages, component =>
        {
            JsonElement licence = component.GetProperty("licenses")[0].GetProperty("license");
            if (Name(component) == "HdrHistogram")
                Assert.StartsWith("https://", licence.GetProperty("url").GetString(), StringComparison.Ordinal);
            else
                Assert.Equal("MIT", licence.GetProperty("id").GetString());
            Assert.Equal(SHA512.HashSizeInBytes * 2, Hash(component).Length);
        });
    }

    [Fact]
    public void A_program_that_was_not_built_here_has_no_bill()
    {
        string root = GatewayProcess.NewFolder();
        File.WriteAllText(Path.Combine(root, "frpc-gateway"), "another");

        Result result = Binary.Run(Binary.StartProgram("/usr/bin/python3", Repository.Root, [("PYTHONDONTWRITEBYTECODE", "1")], "deploy/sbom", root));

        Directory.Delete(root, recursive: true);
        Assert.Equal((1, ""), (result.Status, result.Output));
        Assert.Contains("is not what ./publish.sh built last here; run it", result.Error, StringComparison.Ordinal);
    }

    // They work on the program and are no part of it; of the compiler, its package for the system is.
    private static bool IsTool(string package) => package is "Microsoft.NET.ILLink.Tasks" or "Microsoft.DotNet.ILCompiler";

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
