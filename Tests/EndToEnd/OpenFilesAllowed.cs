using System.Runtime.InteropServices;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>How many connections the system lets this process and a gateway have, where a test wants very many.</summary>
internal static partial class OpenFilesAllowed
{
    /// <summary>This process and the gateway may each open as many files as the limit says; some are for other things.</summary>
    public static unsafe int Of(int connectionsWanted)
    {
        const int RlimitNofile = 7;
        const int others = 1000;
        ulong* limit = stackalloc ulong[2];
        Must.Hold(getrlimit(RlimitNofile, limit) == 0);
        int allowed = (int)Math.Min(connectionsWanted, Math.Max(0, (long)Math.Min(limit[1], int.MaxValue) - others));
        Skip.When(allowed < 100, $"a process may open no more than {limit[1]} files here (ulimit -Hn)");
        if (allowed < connectionsWanted)
            TestContext.Current!.OutputWriter!.WriteLine($"only {allowed} connections: a process may open no more than {limit[1]} files here (ulimit -Hn)");
        return allowed;
    }

    [LibraryImport("libc")]
    private static unsafe partial int getrlimit(int resource, ulong* limit);
}
