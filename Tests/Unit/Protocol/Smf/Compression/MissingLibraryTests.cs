using FrameRpc.Protocol.Smf.Compression;

namespace FrameRpc.Tests.Protocol.Smf.Compression;

public sealed class MissingLibraryTests
{
    [Test]
    public Task Without_libzstd_the_error_says_what_was_tried_and_what_to_install() =>
        SaysWhatToDo(
            SystemLibrary.Zstd, open => new ZstdLibrary(open), "libzstd ", "apt install libzstd1", "apk add zstd-libs", "brew install zstd", "libzstd.dll");

    [Test]
    public Task Without_liblz4_the_error_says_what_was_tried_and_what_to_install() =>
        SaysWhatToDo(
            SystemLibrary.Lz4, open => new Lz4Library(open), "liblz4 ", "apt install liblz4-1", "apk add lz4-libs", "brew install lz4", "liblz4.dll");

    [Test]
    public async Task The_versioned_file_name_is_tried_first_on_every_system()
    {
        await Assert.That(SystemLibrary.Zstd.Linux[0]).IsEqualTo("libzstd.so.1");
        await Assert.That(SystemLibrary.Zstd.MacOs[0]).IsEqualTo("libzstd.1.dylib");
        await Assert.That(SystemLibrary.Lz4.Linux[0]).IsEqualTo("liblz4.so.1");
        await Assert.That(SystemLibrary.Lz4.MacOs[0]).IsEqualTo("liblz4.1.dylib");
    }

    [Test]
    public async Task A_library_that_lies_beside_the_program_is_not_opened()
    {
        Skip.When(OperatingSystem.IsWindows(), "there it is looked for beside the program");
        const string Planted = "libfrpc-planted.so.1";
        string system = File.ReadLines("/proc/self/maps").First(line => line.EndsWith("/libm.so.6", StringComparison.Ordinal)).Split(' ')[^1];
        string path = Path.Combine(AppContext.BaseDirectory, Planted);
        File.Copy(system, path, overwrite: true);
        try
        {
            await Assert.That(SystemLibrary.OpenFromSystem(path, out _)).IsTrue().Because("it is one that can be opened");
            await Assert.That(SystemLibrary.OpenFromSystem(Planted, out _)).IsFalse();
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public async Task A_library_that_opens_under_its_last_name_will_do()
    {
        Skip.Unless(SystemLibrary.OpenFromSystem(SystemLibrary.Lz4.FileNames[0], out nint handle), "this machine has no liblz4");
        var library = new Lz4Library((string fileName, out nint opened) =>
        {
            opened = fileName == SystemLibrary.Lz4.FileNames[^1] ? handle : 0;
            return opened != 0;
        });
        await Assert.That(library.TryCompress(new byte[1000], new byte[100], level: 1, out _)).IsTrue();
    }

    [Test]
    public async Task Another_library_of_the_same_name_is_told_by_the_function_it_lacks()
    {
        Skip.Unless(SystemLibrary.OpenFromSystem(SystemLibrary.Lz4.FileNames[0], out nint handle), "this machine has no liblz4");
        var missing = Assert.ThrowsExactly<SmfCompressionUnavailableException>(() => _ = new ZstdLibrary((string _, out nint opened) =>
        {
            opened = handle;
            return true;
        }));
        await Assert.That(missing.Message).StartsWith("The libzstd of this system has no function ZSTD_compress.", StringComparison.Ordinal);
        await Assert.That(missing.Message).Contains("apt install libzstd1", StringComparison.Ordinal);
    }

    private static async Task SaysWhatToDo(SystemLibrary library, Func<LibraryOpener, object> load, params string[] advice)
    {
        List<string> tried = [];
        var missing = Assert.ThrowsExactly<SmfCompressionUnavailableException>(() => load((string fileName, out nint handle) =>
        {
            tried.Add(fileName);
            handle = 0;
            return false;
        }));
        await Assert.That(tried).IsSequence(library.FileNames);
        foreach (string expected in (string[])[.. tried, .. advice])
            await Assert.That(missing.Message).Contains(expected, StringComparison.Ordinal);
    }
}
