using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FrameRpc.Gateway.Sockets;

/// <summary>The kind of file at a path.</summary>
internal enum FileKind
{
    None,
    Regular,
    Socket,
    NamedPipe,
    Other,
}

/// <summary>
/// Identifies a file even if another one takes its path. The kernel does not reuse the inode number while a socket or a descriptor refers to it.
/// </summary>
internal readonly record struct FileIdentity(uint DeviceMajor, uint DeviceMinor, ulong Inode);

internal readonly record struct FileFacts(FileKind Kind, UnixFileMode Mode, uint Owner, FileIdentity Identity);

/// <summary>
/// File operations that .NET has no API for: whether a path is a socket (opening one fails, and connecting to a regular file is refused) or a named
/// pipe, who owns it, whether it is still the same file, and whether a directory is writable.
/// </summary>
internal static unsafe partial class FileSystem
{
    private const int CurrentDirectory = -100, EmptyPath = 0x1000, NoFollow = 0x100;
    private const int WriteAndSearch = 2 | 1;
    private const int ReadOnly = 0, NoTerminal = 0x100, NonBlocking = 0x800, CloseOnExec = 0x80000;

    /// <summary><c>struct statx</c> rather than <c>stat</c>: its layout is the same on every architecture.</summary>
    private const int StatusBytes = 256, OwnerOffset = 20, ModeOffset = 28, InodeOffset = 32, MajorOffset = 136, MinorOffset = 140;
    private const uint TypeModeOwnerAndInode = 0x1 | 0x2 | 0x8 | 0x100;
    private const int TypeMask = 0xf000, PermissionMask = 0xfff;
    private const int RegularType = 0x8000, SocketType = 0xc000, NamedPipeType = 0x1000;

    /// <summary>Follows symbolic links.</summary>
    public static FileKind KindOf(string path) => Look(CurrentDirectory, path, 0)?.Kind ?? FileKind.None;

    /// <summary>The file at the path itself, which may be a symbolic link; null if there is none.</summary>
    public static FileFacts? Look(string path) => Look(CurrentDirectory, path, NoFollow);

    public static FileFacts? Look(SafeFileHandle file) => Look((int)file.DangerousGetHandle(), "", EmptyPath);

    public static bool IsWritable(string directory) => Access(directory, WriteAndSearch) == 0;

    /// <summary>Opens a file for reading without blocking: a named pipe opens whether it has a writer or not.</summary>
    /// <exception cref="IOException">It cannot be opened; the message has the reason.</exception>
    public static SafeFileHandle OpenWithoutWaiting(string path)
    {
        int descriptor = Open(path, ReadOnly | NoTerminal | NonBlocking | CloseOnExec);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw new IOException(Libc.Describe(Marshal.GetLastPInvokeError()));
    }

    /// <summary>Sets the mode of a file; a symbolic link is not followed.</summary>
    /// <exception cref="IOException">It failed; the message has the reason.</exception>
    public static void ChangeMode(string path, UnixFileMode mode) => Check(ChangeMode(CurrentDirectory, path, (uint)mode, NoFollow));

    /// <summary>Changes the user and group of a file, each unchanged if null; a symbolic link is not followed.</summary>
    /// <exception cref="IOException">It failed; the message has the reason.</exception>
    public static void ChangeOwner(string path, FileOwner owner) =>
        Check(ChangeOwner(path, owner.User ?? FileOwner.Unchanged, owner.Group ?? FileOwner.Unchanged));

    /// <summary>
    /// Gives a file a second name, atomically and only if the name is free. .NET's <see cref="File.Move(string, string, bool)"/> checks first and
    /// then renames, so of two concurrent calls the second replaces the first one's file.
    /// </summary>
    /// <exception cref="IOException">It failed; the message has the reason.</exception>
    public static void AddName(string path, string name) => Check(Link(path, name));

    private static FileFacts? Look(int directory, string path, int flags)
    {
        byte* status = stackalloc byte[StatusBytes];
        if (Statx(directory, path, flags, TypeModeOwnerAndInode, status) != 0)
            return null;
        int mode = *(ushort*)(status + ModeOffset);
        FileKind kind = (mode & TypeMask) switch
        {
            RegularType => FileKind.Regular,
            SocketType => FileKind.Socket,
            NamedPipeType => FileKind.NamedPipe,
            _ => FileKind.Other,
        };
        var identity = new FileIdentity(*(uint*)(status + MajorOffset), *(uint*)(status + MinorOffset), *(ulong*)(status + InodeOffset));
        return new FileFacts(kind, (UnixFileMode)(mode & PermissionMask), *(uint*)(status + OwnerOffset), identity);
    }

    private static void Check(int result)
    {
        if (result != 0)
            throw new IOException(Libc.Describe(Marshal.GetLastPInvokeError()));
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Link(string path, string name);

    [LibraryImport("libc", EntryPoint = "fchmodat", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int ChangeMode(int directory, string path, uint mode, int flags);

    [LibraryImport("libc", EntryPoint = "lchown", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int ChangeOwner(string path, uint user, uint group);
}
