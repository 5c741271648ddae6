namespace FrameRpc.Gateway.Sockets;

/// <summary>What this machine or process has no more of, which is the fault of no peer.</summary>
internal static class LocalShortage
{
    /// <summary>
    /// Descriptors (EMFILE, ENFILE), memory (ENOMEM, ENOBUFS), watches of epoll (ENOSPC) or ports (EADDRNOTAVAIL). EAGAIN is
    /// none: it says that the queue of a server at a Unix path is full.
    /// </summary>
    public static bool Is(int error) => error is Libc.EMFILE or Libc.ENFILE or Libc.ENOMEM or Libc.ENOBUFS or Libc.ENOSPC or Libc.EADDRNOTAVAIL;
}

/// <summary>How many connections the process may hold. Most systems start programs with 1,024, and let them ask for more.</summary>
internal static unsafe class OpenFileLimit
{
    public static void Raise()
    {
        Libc.ResourceLimit limit;
        if (Libc.getrlimit(Libc.RLIMIT_NOFILE, &limit) != 0 || limit.Current == limit.Maximum)
            return;
        limit.Current = limit.Maximum;
        _ = Libc.setrlimit(Libc.RLIMIT_NOFILE, &limit);
    }
}
