using System.Runtime.InteropServices;

namespace FrameRpc.Protocol.Smf.Compression;

/// <summary>Opens a file that may be a library, from the system's library folders.</summary>
/// <returns>False if there is no such file, or it is for another architecture.</returns>
internal delegate bool LibraryOpener(string fileName, out nint handle);

/// <summary>A C library of the operating system: its file names, and how to install it.</summary>
/// <param name="Name">Its usual name.</param>
/// <param name="Linux">
/// File names in the order to try them. The one with the ABI's number is first: the bare one belongs to development packages.
/// </param>
/// <param name="MacOs">The same; the loader does not search Homebrew's folder on Apple silicon, so its path is listed.</param>
/// <param name="Windows">The same; the library's own releases and MSYS2 name the file differently.</param>
/// <param name="Installation">What to install, for each system.</param>
internal sealed record SystemLibrary(string Name, string[] Linux, string[] MacOs, string[] Windows, string Installation)
{
    public static readonly SystemLibrary Zstd = new(
        "libzstd",
        ["libzstd.so.1", "libzstd.so"],
        ["libzstd.1.dylib", "libzstd.dylib", "/opt/homebrew/lib/libzstd.1.dylib"],
        ["libzstd.dll", "zstd.dll"],
        "Debian: apt install libzstd1. Alpine: apk add zstd-libs. macOS: brew install zstd. "
            + "Windows: put libzstd.dll of https://github.com/facebook/zstd/releases in the directory of the program.");

    public static readonly SystemLibrary Lz4 = new(
        "liblz4",
        ["liblz4.so.1", "liblz4.so"],
        ["liblz4.1.dylib", "liblz4.dylib", "/opt/homebrew/lib/liblz4.1.dylib"],
        ["liblz4.dll", "lz4.dll", "msys-lz4-1.dll"],
        "Debian: apt install liblz4-1. Alpine: apk add lz4-libs. macOS: brew install lz4. "
            + "Windows: put liblz4.dll of https://github.com/lz4/lz4/releases in the directory of the program.");

    /// <summary>The file names to try on this system.</summary>
    public string[] FileNames => OperatingSystem.IsWindows() ? Windows : OperatingSystem.IsMacOS() ? MacOs : Linux;

    /// <summary>
    /// From the system's folders only: .NET would first look in the program's directory, which others may be able to write to. Windows has no such
    /// library of its own, so there the program's directory is searched too.
    /// </summary>
    public static bool OpenFromSystem(string fileName, out nint handle) =>
        NativeLibrary.TryLoad(fileName, typeof(SystemLibrary).Assembly, OperatingSystem.IsWindows() ? null : DllImportSearchPath.SafeDirectories, out handle);

    /// <summary>The handle of the first file that opens. It is never closed: function pointers into it live as long as the process.</summary>
    /// <exception cref="SmfCompressionUnavailableException">None does.</exception>
    public nint Open(LibraryOpener open)
    {
        foreach (string fileName in FileNames)
        {
            if (open(fileName, out nint handle))
                return handle;
        }
        throw new SmfCompressionUnavailableException(
            $"{Name} is needed for smf payloads compressed with it, but none of {string.Join(", ", FileNames)} could be loaded. "
                + $"Install it and start again. {Installation}");
    }

    /// <summary>The address of a function in an opened library.</summary>
    /// <exception cref="SmfCompressionUnavailableException">The library is too old to have it, or another one of the same name.</exception>
    public nint Function(nint handle, string function) =>
        NativeLibrary.TryGetExport(handle, function, out nint address)
            ? address
            : throw new SmfCompressionUnavailableException(
                $"The {Name} of this system has no function {function}. Install a newer one and start again. {Installation}");
}
