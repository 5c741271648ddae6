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
