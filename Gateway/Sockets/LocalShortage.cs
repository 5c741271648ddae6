namespace FrameRpc.Gateway.Sockets;

/// <summary>The errors of a machine or process that has run out of something, which is the fault of no peer.</summary>
internal static class LocalShortage
{
    /// <summary>
    /// Descriptors (EMFILE, ENFILE), memory (ENOMEM, ENOBUFS), watches of epoll (ENOSPC) or ports (EADDRNOTAVAIL). EAGAIN is
    /// none: the queue of a server at a Unix path is full.
    /// </summary>
    public static bool Is(int error) => error is Libc.EMFILE or Libc.ENFILE or Libc.ENOMEM or Libc.ENOBUFS or Libc.ENOSPC or Libc.EADDRNOTAVAIL;
}

/// <summary>The descriptors that the process may hold, and so its connections. Most systems start programs with 1,024 and allow more.</summary>
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
