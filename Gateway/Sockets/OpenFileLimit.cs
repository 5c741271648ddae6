namespace FrameRpc.Gateway.Sockets;

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
