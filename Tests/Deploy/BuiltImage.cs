using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using FrameRpc.Tests.EndToEnd;

namespace FrameRpc.Tests.Deploy;

/// <summary>The image as deploy/image.sh builds it, in a store of its own and as an archive. Built once for all tests.</summary>
public sealed class BuiltImage : IDisposable
{
    public const string Tag = "localhost/frpc-gateway:test";

    private readonly string _folder = TestNetwork.NewFolder();
    private readonly Lazy<Result> _built;

    public BuiltImage() => _built = new Lazy<Result>(() => Build(Tag));

    /// <summary>The machine's own store is left as it is, and plain folders work on any file system.</summary>
    internal (string, string) Store
    {
        get
        {
            string file = Path.Combine(_folder, "storage.conf");
            if (!File.Exists(file))
                File.WriteAllText(file, $"[storage]\ndriver = \"vfs\"\ngraphroot = \"{_folder}/images\"\nrunroot = \"{_folder}/running\"\n");
            return ("CONTAINERS_STORAGE_CONF", file);
        }
    }

    /// <summary>What deploy/image.sh said; the test is skipped where it cannot build.</summary>
    internal string Report
    {
        get
        {
            Skip.Unless(Environment.IsPrivilegedProcess, "buildah runs a program in an image without an engine only for root");
            Skip.When(ComparisonTests.LacksPrograms(_built.Value), _built.Value.Error);
            Must.Hold(_built.Value.Status == 0, $"status {_built.Value.Status}\n{_built.Value.Output}{_built.Value.Error}");
            return _built.Value.Output;
        }
    }

    /// <summary>The bill of materials that was written with it.</summary>
    internal static string BillPath => Path.Combine(Repository.Root, "artifacts/image/frpc-gateway.cdx.json");

    /// <summary>From what is published, as where no engine runs.</summary>
    internal Result Build(string tag) => Run("deploy/image.sh", "--tag", tag, "--output", $"oci-archive:{ArchivePath(tag)}");

    /// <summary>All stages of the Containerfile, as an engine builds it.</summary>
    internal Result BuildAllStages(string tag) => Run("deploy/test/all-stages.sh", tag, ArchivePath(tag));

    /// <summary>What an engine does when it runs the image: user, program and so on.</summary>
    internal JsonElement Configuration(string tag = Tag) => JsonSerializer.SerializeToElement(Blob(tag, Manifest(tag).GetProperty("config")).RootElement);

    /// <summary>Everything inside, layer upon layer, folders and all.</summary>
    internal IReadOnlyDictionary<string, (TarEntry Entry, byte[] Content)> Entries(string tag = Tag)
    {
        var entries = new SortedDictionary<string, (TarEntry, byte[])>(StringComparer.Ordinal);
        foreach (JsonElement layer in Manifest(tag).GetProperty("layers").EnumerateArray())
        {
            using var tar = new TarReader(new GZipStream(new MemoryStream(BlobBytes(tag, layer)), CompressionMode.Decompress));
            while (tar.GetNextEntry() is { } entry)
            {
                var content = new MemoryStream();
                entry.DataStream?.CopyTo(content);
                entries[$"/{entry.Name.TrimEnd('/')}"] = (entry, content.ToArray());
            }
        }
        return entries;
    }

    public void Dispose()
    {
        // The store's own mounts go before its files.
        if (_built.IsValueCreated)
            Programs.Run(Programs.Start("buildah", _folder, [Store], "rm", "--all"));
        Directory.Delete(_folder, recursive: true);
    }

    private Result Run(string script, params string[] args) => Programs.Run(Programs.Start(Path.Combine(Repository.Root, script), Repository.Root, [Store], args));

    private string ArchivePath(string tag) => Path.Combine(_folder, $"{tag.Replace('/', '-').Replace(':', '-')}.tar");

    private JsonElement Manifest(string tag)
    {
        Must.Hold(Report.Length > 0);
        using var index = JsonDocument.Parse(FileOf(tag, "index.json"));
        using JsonDocument manifest = Blob(tag, index.RootElement.GetProperty("manifests")[0]);
        return manifest.RootElement.Clone();
    }

    private JsonDocument Blob(string tag, JsonElement descriptor) => JsonDocument.Parse(BlobBytes(tag, descriptor));

    private byte[] BlobBytes(string tag, JsonElement descriptor) => FileOf(tag, $"blobs/{descriptor.GetProperty("digest").GetString()!.Replace(':', '/')}");

    private byte[] FileOf(string tag, string name)
    {
        using var tar = new TarReader(File.OpenRead(ArchivePath(tag)));
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.Name != name)
                continue;
            var content = new MemoryStream();
            entry.DataStream!.CopyTo(content);
            return content.ToArray();
        }
        throw new FileNotFoundException($"{name} is not in the archive of {tag}");
    }
}
