using System.Runtime.InteropServices;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>Signals to processes, as a shell, a service manager or a terminal sends them.</summary>
internal static partial class Signals
{
    public const int Interrupt = 2, Kill = 9, User1 = 10, Terminate = 15;

    /// <param name="process">The id of a process; negative for all of a process group, as Ctrl-C does it.</param>
    /// <param name="signal">One of the constants here.</param>
    public static void Send(int process, int signal)
    {
        if (!TrySend(process, signal))
            throw new InvalidOperationException($"signal {signal} did not reach process {process}: error {Marshal.GetLastPInvokeError()}");
    }

    /// <summary>False where there is no such process.</summary>
    public static bool TrySend(int process, int signal) => kill(process, signal) == 0;

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int process, int signal);
}
