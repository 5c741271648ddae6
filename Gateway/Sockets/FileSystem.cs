using System.Runtime.InteropServices;

namespace FrameRpc.Gateway.Sockets;

/// <summary>What is found at a path.</summary>
internal enum FileKind
{
    None,
    Socket,
    NamedPipe,
    Other,
}

/// <summary>
/// What .NET does not tell about a path: whether a socket is there (opening one fails, connecting to a file is refused) or a named pipe, and whether a
/// directory can be written to.
/// </summary>
internal static unsafe partial class FileSystem
{
    private const int CurrentDirectory = -100;
    private const uint ModeOnly = 1;
    private const int WriteAndSearch = 2 | 1;
    private const int StatxBytes = 256;
    private const int StatxModeOffset = 28;
    private const int TypeMask = 0xf000;
    private const int SocketType = 0xc000;
    private const int NamedPipeType = 0x1000;

    public static FileKind KindOf(string path)
    {
        // statx, and not stat: its layout is the same on every processor.
        byte* status = stackalloc byte[StatxBytes];
        if (Statx(CurrentDirectory, path, 0, ModeOnly, status) != 0)
            return FileKind.None;
        ushort mode = *(ushort*)(status + StatxModeOffset);
        return (mode & TypeMask) switch
        {
            SocketType => FileKind.Socket,
            NamedPipeType => FileKind.NamedPipe,
            _ => FileKind.Other,
        };
    }

    public static bool IsWritable(string directory) => Access(directory, WriteAndSearch) == 0;

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);
}
