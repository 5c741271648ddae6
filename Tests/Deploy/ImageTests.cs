using System.Formats.Tar;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FrameRpc.Tests.Cli;
using FrameRpc.Tests.Configuration;
using FrameRpc.Tests.EndToEnd;
using Xunit;

namespace FrameRpc.Tests.Deploy;

/// <summary>What is in the image, and what an engine is told about it.</summary>
[Collection(nameof(Images))]
public sealed class ImageTests(BuiltImage image)
{
    private const int SizeMax = 25_000_000;

    private static readonly bool Arm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    private static readonly string Libraries = Arm ? "/lib/aarch64-linux-gnu" : "/lib/x86_64-linux-gnu";

    private static readonly string[] Files =
    [
        "/etc/frpc/gateway.json",
        "/etc/ssl/certs/ca-certificates.crt",
        "/frpc-gateway",
        $"{Libraries}/libc.so.6",
        $"{Libraries}/liblz4.so.1",
        $"{Libraries}/libm.so.6",
        $"{Libraries}/libzstd.so.1",
        Arm ? "/lib/ld-linux-aarch64.so.1" : "/lib64/ld-linux-x86-64.so.2",
    ];

    [Fact]
    public void It_holds_the_program_its_libraries_certificates_and_an_empty_configuration_and_nothing_else()
    {
        var entries = image.Entries();

        Assert.Equal(Files.Order(StringComparer.Ordinal), entries.Where(entry => entry.Value.Entry.EntryType != TarEntryType.Directory).Select(entry => entry.Key));
        string[] folders = [.. entries.Where(entry => entry.Value.Entry.EntryType == TarEntryType.Directory).Select(entry => entry.Key).Where(name => name != "/")];
        Assert.All(folders, folder => Assert.Contains(Files, file => file.StartsWith($"{folder}/", StringComparison.Ordinal)));
        Assert.Equal(File.ReadAllBytes(Path.Combine(Repository.Root, "frpc-gateway")), entries["/frpc-gateway"].Content);
        Assert.Empty(entries["/etc/frpc/gateway.json"].Content);
    }

    [Fact]
    public void It_is_smaller_than_25_megabytes() =>
        Assert.InRange(image.Entries().Sum(entry => (long)entry.Value.Content.Length), 1, SizeMax);

    [Fact]
    public void All_of_it_is_roots_and_can_be_read_and_written_by_nobody_else() => Assert.All(image.Entries(), entry =>
    {
        TarEntry file = entry.Value.Entry;
        Assert.Equal((0, 0), (file.Uid, file.Gid));
        UnixFileMode runs = file.EntryType == TarEntryType.Directory || entry.Key.Contains("/ld-", StringComparison.Ordinal) || entry.Key == "/frpc-gateway"
            ? UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute
            : UnixFileMode.None;
        // The folder that holds all others may be without the owner's right to write.
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead | runs, file.Mode & ~UnixFileMode.UserWrite);
    });

    [Fact]
    public void The_certificates_are_those_of_the_package_and_none_that_this_machine_trusts_besides()
    {
        string bundle = Encoding.ASCII.GetString(image.Entries()["/etc/ssl/certs/ca-certificates.crt"].Content);

        string[] certificates = Directory.GetFiles("/usr/share/ca-certificates/mozilla", "*.crt");
        Assert.Equal(certificates.Length, bundle.Split("-----BEGIN CERTIFICATE-----").Length - 1);
        Assert.All(certificates, certificate => Assert.Contains(File.ReadAllText(certificate), bundle, StringComparison.Ordinal));
    }

    [Fact]
    public void An_engine_is_told_to_run_it_as_a_number_that_is_not_root()
    {
        JsonElement config = image.Configuration().GetProperty("config");

        Assert.Equal("65532:65532", config.GetProperty("User").GetString());
        Assert.Equal(["/frpc-gateway"], Strings(config.GetProperty("Entrypoint")));
        Assert.Equal(["--config", "/etc/frpc/gateway.json"], Strings(config.GetProperty("Cmd")));
        Assert.Equal("SIGTERM", config.GetProperty("StopSignal").GetString());
        Assert.Equal(["11225/tcp", "8888/tcp", "9901/tcp"], config.GetProperty("ExposedPorts").EnumerateObject().Select(port => port.Name).Order());
    }

    [Fact]
    public void Its_labels_say_what_it_is_and_from_what_it_was_built()
    {
        var labels = image.Configuration().GetProperty("config").GetProperty("Labels").EnumerateObject()
            .ToDictionary(label => label.Name.Replace("org.opencontainers.image.", "", StringComparison.Ordinal), label => label.Value.GetString()!);

        Assert.Equal(["created", "description", "licenses", "revision", "title", "version"], labels.Keys.Order());
        Assert.Equal(("frpc-gateway", "Apache-2.0"), (labels["title"], labels["licenses"]));
        // "frpc-gateway VERSION", with the commit behind a plus where git knew it.
        string said = Binary.Run(Path.GetTempPath(), "--version").Output;
        Assert.StartsWith($"frpc-gateway {labels["version"]}", said, StringComparison.Ordinal);
        Assert.Matches("^([0-9a-f]{40}|unknown)$", labels["revision"]);
        Assert.Equal(image.Configuration().GetProperty("created").GetDateTimeOffset(), DateTimeOffset.Parse(labels["created"], null));
    }

    [Fact]
    public void Building_it_again_gives_the_same_image()
    {
        const string again = "localhost/frpc-gateway:again";
        string first = image.Report;

        string second = image.Build(again).Output;

        Assert.Contains("\nid       ", first, StringComparison.Ordinal);
        Assert.Equal(first.Split('\n')[1], second.Split('\n')[1]);
    }

    [Fact]
    public void An_engine_that_builds_all_stages_makes_the_same_image()
    {
        const string staged = "localhost/frpc-gateway:staged";
        var expected = image.Entries();

        Result built = image.BuildAllStages(staged);

        Assert.True(built.Status == 0, built.Output + built.Error);
        Assert.Equal(Listing(expected), Listing(image.Entries(staged)));
        Assert.Equal(Told(BuiltImage.Tag), Told(staged));
    }

    /// <summary>Each name with kind and rights, and its content where that is not compiled anew.</summary>
    private static IEnumerable<string> Listing(IReadOnlyDictionary<string, (TarEntry Entry, byte[] Content)> entries) => entries
        .Where(entry => entry.Value.Entry.EntryType != TarEntryType.Directory)
        .Select(entry => $"{entry.Value.Entry.Mode} {entry.Key} {(entry.Key == "/frpc-gateway" ? "" : Convert.ToHexString(SHA256.HashData(entry.Value.Content)))}");

    /// <summary>What an engine is told, without the labels that say from which commit and when.</summary>
    private IEnumerable<string> Told(string tag) => image.Configuration(tag).GetProperty("config").EnumerateObject()
        .Where(setting => setting.Name != "Labels")
        .Select(setting => setting.ToString())
        .Append(string.Join(' ', image.Configuration(tag).GetProperty("config").GetProperty("Labels").EnumerateObject().Select(label => label.Name).Where(name => name.StartsWith("org.", StringComparison.Ordinal)).Order()));

    private static IEnumerable<string> Strings(JsonElement list) => list.EnumerateArray().Select(item => item.GetString()!);
}
