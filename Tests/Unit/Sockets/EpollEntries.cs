using System.Globalization;
using System.Runtime.InteropServices;

namespace FrameRpc.Tests.Sockets;

/// <summary>What the kernel says of this process's descriptors and of the epolls that watch them.</summary>
internal static partial class EpollEntries
{
    private const string Descriptors = "/proc/self/fd";

    /// <summary>The socket behind a descriptor: the same for all its duplicates.</summary>
    public static long InodeOf(int descriptor)
    {
        string link = LinkOf(descriptor) ?? throw new IOException($"descriptor {descriptor} is closed");
        return long.Parse(link["socket:[".Length..^1], CultureInfo.InvariantCulture);
    }

    /// <summary>The epolls of this process that watch a socket, through whatever descriptor, each as often as it does.</summary>
    public static int[] WatchersOf(long inode) =>
        [.. Open().Where(descriptor => LinkOf(descriptor) == "anon_inode:[eventpoll]").SelectMany(epoll => Enumerable.Repeat(epoll, EntriesOf(epoll, inode)))];

    /// <summary>All sockets that this process has open.</summary>
    public static long[] Sockets() => [.. Open().Where(descriptor => LinkOf(descriptor)?.StartsWith("socket:", StringComparison.Ordinal) == true).Select(InodeOf).Order()];

    /// <summary>Has every further call on the epoll fail: its descriptor becomes one of /dev/null.</summary>
    public static void Break(int epoll)
    {
        using FileStream nothing = File.OpenRead("/dev/null");
        if (Dup2((int)nothing.SafeFileHandle.DangerousGetHandle(), epoll) < 0)
            throw new IOException($"dup2: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    private static int[] Open() => [.. Directory.GetFiles(Descriptors).Select(Path.GetFileName).Select(name => int.Parse(name!, CultureInfo.InvariantCulture))];

    /// <summary>Null where another thread has closed it meanwhile.</summary>
    private static string? LinkOf(int descriptor)
    {
        try
        {
            return File.ResolveLinkTarget($"{Descriptors}/{descriptor}", returnFinalTarget: false) is { } target ? Path.GetFileName(target.FullName) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static int EntriesOf(int epoll, long inode)
    {
        try
        {
            string wanted = $" ino:{inode:x} ";
            return File.ReadLines($"/proc/self/fdinfo/{epoll}").Count(line => line.StartsWith("tfd:", StringComparison.Ordinal) && line.Contains(wanted, StringComparison.Ordinal));
        }
        catch (IOException)
        {
            return 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int Dup2(int from, int to);
}
