using System.Formats.Tar;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FrameRpc.Tests.EndToEnd;

namespace FrameRpc.Tests.Deploy;

/// <summary>What is in the image, and what an engine is told about it.</summary>
[ClassDataSource<BuiltImage>(Shared = SharedType.PerTestSession)]
[NotInParallel(nameof(BuiltImage))] // There is one image, and one store of it.
public sealed class ImageTests(BuiltImage image)
{
    private const int SizeMax = 25_000_000;

    private static readonly bool Arm = RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64;

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

    [Test]
    public async Task It_holds_the_program_its_libraries_certificates_and_an_empty_configuration_and_nothing_else()
    {
        var entries = image.Entries();

        await Assert.That(entries.Where(entry => entry.Value.Entry.EntryType != TarEntryType.Directory).Select(entry => entry.Key))
            .IsSequence(Files.Order(StringComparer.Ordinal));
        string[] folders = [.. entries.Where(entry => entry.Value.Entry.EntryType == TarEntryType.Directory).Select(entry => entry.Key).Where(name => name != "/")];
        foreach (string folder in folders)
            await Assert.That(Files).Contains(file => file.StartsWith($"{folder}/", StringComparison.Ordinal));
        await Assert.That(entries["/frpc-gateway"].Content).IsSequence(File.ReadAllBytes(Path.Combine(Repository.Root, "frpc-gateway")));
        await Assert.That(entries["/etc/frpc/gateway.json"].Content).IsEmpty();
    }

    [Test]
    public async Task It_is_smaller_than_25_megabytes() =>
        await Assert.That(image.Entries().Sum(entry => (long)entry.Value.Content.Length)).IsBetween(1, SizeMax);

    [Test]
    public async Task All_of_it_is_roots_and_can_be_read_and_written_by_nobody_else()
    {
        foreach (KeyValuePair<string, (TarEntry Entry, byte[] Content)> entry in image.Entries())
        {
            TarEntry file = entry.Value.Entry;
            await Assert.That((file.Uid, file.Gid)).IsEqualTo((0, 0));
            UnixFileMode runs = file.EntryType == TarEntryType.Directory || entry.Key.Contains("/ld-", StringComparison.Ordinal) || entry.Key == "/frpc-gateway"
                ? UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute
                : UnixFileMode.None;
            // The folder that holds all others may be without the owner's right to write.
            await Assert.That(file.Mode & ~UnixFileMode.UserWrite).IsEqualTo(UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead | runs);
        }
    }

    [Test]
    public async Task The_certificates_are_those_of_the_package_and_none_that_this_machine_trusts_besides()
    {
        string bundle = Encoding.ASCII.GetString(image.Entries()["/etc/ssl/certs/ca-certificates.crt"].Content);

        string[] certificates = Directory.GetFiles("/usr/share/ca-certificates/mozilla", "*.crt");
        await Assert.That(bundle.Split("-----BEGIN CERTIFICATE-----").Length - 1).IsEqualTo(certificates.Length);
        foreach (string certificate in certificates)
            await Assert.That(bundle).Contains(File.ReadAllText(certificate), StringComparison.Ordinal);
    }

    [Test]
    public async Task An_engine_is_told_to_run_it_as_a_number_that_is_not_root()
    {
        JsonElement config = image.Configuration().GetProperty("config");

        await Assert.That(config.GetProperty("User").GetString()).IsEqualTo("65532:65532");
        await Assert.That(Strings(config.GetProperty("Entrypoint"))).IsSequence(["/frpc-gateway"]);
        await Assert.That(Strings(config.GetProperty("Cmd"))).IsSequence(["--config", "/etc/frpc/gateway.json"]);
        await Assert.That(config.GetProperty("StopSignal").GetString()).IsEqualTo("SIGTERM");
        await Assert.That(config.GetProperty("ExposedPorts").EnumerateObject().Select(port => port.Name).Order())
            .IsSequence(["11225/tcp", "8888/tcp", "9901/tcp"]);
    }

    [Test]
    public async Task Its_labels_say_what_it_is_and_from_what_it_was_built()
    {
        var labels = image.Configuration().GetProperty("config").GetProperty("Labels").EnumerateObject()
            .ToDictionary(label => label.Name.Replace("org.opencontainers.image.", "", StringComparison.Ordinal), label => label.Value.GetString()!);

        await Assert.That(labels.Keys.Order()).IsSequence(["created", "description", "licenses", "revision", "title", "version"]);
        await Assert.That((labels["title"], labels["licenses"])).IsEqualTo(("frpc-gateway", "Apache-2.0"));
        // "frpc-gateway VERSION", with the commit behind a plus where git knew it.
        string said = Binary.Run(Path.GetTempPath(), "--version").Output;
        await Assert.That(said).StartsWith($"frpc-gateway {labels["version"]}", StringComparison.Ordinal);
        await Assert.That(labels["revision"]).Matches("^([0-9a-f]{40}|unknown)$");
        await Assert.That(DateTimeOffset.Parse(labels["created"], null)).IsEqualTo(image.Configuration().GetProperty("created").GetDateTimeOffset());
    }

    [Test]
    public async Task Building_it_again_gives_the_same_image()
    {
        const string again = "localhost/frpc-gateway:again";
        string first = image.Report;

        string second = image.Build(again).Output;

        await Assert.That(first).Contains("\nid       ", StringComparison.Ordinal);
        await Assert.That(second.Split('\n')[1]).IsEqualTo(first.Split('\n')[1]);
    }

    [Test]
    public async Task An_engine_that_builds_all_stages_makes_the_same_image()
    {
        const string staged = "localhost/frpc-gateway:staged";
        var expected = image.Entries();

        Result built = image.BuildAllStages(staged);

        await Assert.That(built.Status == 0).IsTrue().Because(built.Output + built.Error);
        await Assert.That(Listing(image.Entries(staged))).IsSequence(Listing(expected));
        await Assert.That(Told(staged)).IsSequence(Told(BuiltImage.Tag));
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
