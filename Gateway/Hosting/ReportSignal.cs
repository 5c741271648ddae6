using System.Runtime.InteropServices;

namespace FrameRpc.Gateway.Hosting;

/// <summary>SIGUSR1: says how things are, and goes on.</summary>
internal static class ReportSignal
{
    /// <summary>SIGUSR1 on Linux, on x64 and arm64.</summary>
    private const PosixSignal Usr1 = (PosixSignal)10;

    public static PosixSignalRegistration Register(Action report) => PosixSignalRegistration.Create(Usr1, context =>
    {
        // Without a cancel, the signal's own effect follows: the end of the process.
        context.Cancel = true;
        report();
    });
}
