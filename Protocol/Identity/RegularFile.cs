using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FrameRpc.Protocol.Identity;

/// <summary>
/// Opens a file for reading, and refuses anything else: reading a named pipe or a terminal may never end, and opening a device may have side effects.
/// </summary>
/// <remarks>.NET can neither query the type of a path nor open without blocking, so on Linux the kernel is called directly.</remarks>
internal static unsafe partial class RegularFile
{
    private const int ReadOnly = 0, NoTerminal = 0x100, NonBlocking = 0x800, CloseOnExec = 0x80000;
    private const int CurrentDirectory = -100, EmptyPath = 0x1000;
    private const int NotFound = 2, NoPermission = 13, NoDirectory = 20;
    private const int TypeMask = 0xf000, DirectoryType = 0x4000, NamedPipeType = 0x1000, SocketType = 0xc000, RegularType = 0x8000;

    /// <summary><c>struct statx</c>, which is the same on every architecture: the mode is a 16-bit number at byte 28.</summary>
    private const int StatusBytes = 256, ModeOffset = 28;
    private const uint TypeOnly = 1;

    /// <summary>The file, or null if it does not exist. Never blocks.</summary>
    /// <exception cref="IOException">It is not a regular file, or cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">Access is denied.</exception>
    public static FileStream? Open(string path) => OperatingSystem.IsLinux() ? OpenOnLinux(path) : OpenElsewhere(path);

    private static FileStream? OpenOnLinux(string path)
    {
        // Checked before, because opening a device may have side effects, and again afterwards, because the path may have changed in between.
        if (!TryRequireRegular(CurrentDirectory, path, 0))
            return null;
        int descriptor = OpenFile(path, ReadOnly | NoTerminal | NonBlocking | CloseOnExec);
        if (descriptor < 0)
        {
            ThrowUnlessMissing();
            return null;
        }
        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            _ = TryRequireRegular(descriptor, "", EmptyPath);
            return new FileStream(handle, FileAccess.Read, bufferSize: 0);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private static FileStream? OpenElsewhere(string path) =>
        File.Exists(path) ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0) : null;

    /// <summary>False if it does not exist.</summary>
    private static bool TryRequireRegular(int directory, string path, int flags)
    {
        byte* status = stackalloc byte[StatusBytes];
        if (Statx(directory, path, flags, TypeOnly, status) != 0)
        {
            ThrowUnlessMissing();
            return false;
        }
        int type = *(ushort*)(status + ModeOffset) & TypeMask;
        return type == RegularType ? true : throw new IOException($"it is {Describe(type)}, not a regular file");
    }

    private static void ThrowUnlessMissing()
    {
        int error = Marshal.GetLastPInvokeError();
        if (error == NoPermission)
            throw new UnauthorizedAccessException(Marshal.GetPInvokeErrorMessage(error));
        if (error is not (NotFound or NoDirectory))
            throw new IOException(Marshal.GetPInvokeErrorMessage(error));
    }

    private static string Describe(int type) => type switch
    {
        DirectoryType => "a directory",
        NamedPipeType => "a named pipe",
        SocketType => "a socket",
        _ => "a device",
    };

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Statx(int directory, string path, int flags, uint mask, byte* status);
}
