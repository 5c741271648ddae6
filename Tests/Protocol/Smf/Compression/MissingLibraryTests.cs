using FrameRpc.Protocol.Smf.Compression;
using Xunit;

namespace FrameRpc.Tests.Protocol.Smf.Compression;

public sealed class MissingLibraryTests
{
    [Fact]
    public void Without_libzstd_the_error_says_what_was_tried_and_what_to_install() =>
        SaysWhatToDo(
            SystemLibrary.Zstd, open => new ZstdLibrary(open), "libzstd ", "apt install libzstd1", "apk add zstd-libs", "brew install zstd", "libzstd.dll");

    [Fact]
    public void Without_liblz4_the_error_says_what_was_tried_and_what_to_install() =>
        SaysWhatToDo(
            SystemLibrary.Lz4, open => new Lz4Library(open), "liblz4 ", "apt install liblz4-1", "apk add lz4-libs", "brew install lz4", "liblz4.dll");

    [Fact]
    public void The_versioned_file_name_is_tried_first_on_every_system()
    {
        Assert.Equal("libzstd.so.1", SystemLibrary.Zstd.Linux[0]);
        Assert.Equal("libzstd.1.dylib", SystemLibrary.Zstd.MacOs[0]);
        Assert.Equal("liblz4.so.1", SystemLibrary.Lz4.Linux[0]);
        Assert.Equal("liblz4.1.dylib", SystemLibrary.Lz4.MacOs[0]);
    }

    [Fact]
    public void A_library_that_lies_beside_the_program_is_not_opened()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there it is looked for beside the program");
        const string Planted = "libfrpc-planted.so.1";
        string system = File.ReadLines("/proc/self/maps").First(line => line.EndsWith("/libm.so.6", StringComparison.Ordinal)).Split(' ')[^1];
        string path = Path.Combine(AppContext.BaseDirectory, Planted);
        File.Copy(system, path, overwrite: true);
        try
        {
            Assert.True(SystemLibrary.OpenFromSystem(path, out _), "it is one that can be opened");
            Assert.False(SystemLibrary.OpenFromSystem(Planted, out _));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_library_that_opens_under_its_last_name_will_do()
    {
        Assert.SkipUnless(SystemLibrary.OpenFromSystem(SystemLibrary.Lz4.FileNames[0], out nint handle), "this machine has no liblz4");
        var library = new Lz4Library((string fileName, out nint opened) =>
        {
            opened = fileName == SystemLibrary.Lz4.FileNames[^1] ? handle : 0;
            return opened != 0;
        });
        Assert.True(library.TryCompress(new byte[1000], new byte[100], level: 1, out _));
    }

    [Fact]
    public void Another_library_of_the_same_name_is_told_by_the_function_it_lacks()
    {
        Assert.SkipUnless(SystemLibrary.OpenFromSystem(SystemLibrary.Lz4.FileNames[0], out nint handle), "this machine has no liblz4");
        var missing = Assert.Throws<SmfCompressionUnavailableException>(() => new ZstdLibrary((string _, out nint opened) =>
        {
            opened = handle;
            return true;
        }));
        Assert.StartsWith("The libzstd of this system has no function ZSTD_compress.", missing.Message, StringComparison.Ordinal);
        Assert.Contains("apt install libzstd1", missing.Message, StringComparison.Ordinal);
    }

    private static void SaysWhatToDo(SystemLibrary library, Func<LibraryOpener, object> load, params string[] advice)
    {
        List<string> tried = [];
        var missing = Assert.Throws<SmfCompressionUnavailableException>(() => load((string fileName, out nint handle) =>
        {
            tried.Add(fileName);
            handle = 0;
            return false;
        }));
        Assert.Equal(library.FileNames, tried);
        Assert.All([.. tried, .. advice], expected => Assert.Contains(expected, missing.Message, StringComparison.Ordinal));
    }
}
