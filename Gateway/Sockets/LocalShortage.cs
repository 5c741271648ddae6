namespace FrameRpc.Gateway.Sockets;

/// <summary>Errors of a machine or process that has run out of a resource, for which no peer is to blame.</summary>
internal static class LocalShortage
{
    /// <summary>
    /// Descriptors (EMFILE, ENFILE), memory (ENOMEM, ENOBUFS), epoll watches (ENOSPC), ports (EADDRNOTAVAIL), or room in the queue of a Unix socket
    /// (EAGAIN of a connect), which a server empties in its own time.
    /// </summary>
    public static bool Is(int error) =>
        error is Libc.EMFILE or Libc.ENFILE or Libc.ENOMEM or Libc.ENOBUFS or Libc.ENOSPC or Libc.EADDRNOTAVAIL or Libc.EAGAIN;
}

/// <summary>The limit on descriptors, and so on connections. Most systems start programs with 1,024 and allow more.</summary>
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
