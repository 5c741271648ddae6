using System.Runtime.InteropServices;

namespace FrameRpc.Gateway.Hosting;

/// <summary>SIGTERM and SIGINT: the first asks to stop, the second stops.</summary>
internal sealed class StopSignals : IDisposable
{
    /// <summary>The exit status after a second signal: what was in flight is lost.</summary>
    private const int SecondSignalStatus = 1;

    private readonly ManualResetEventSlim _first = new();
    private readonly Action<PosixSignal>? _onFirst;
    private readonly PosixSignalRegistration[] _registrations;

    /// <param name="onFirst">Called by the first signal.</param>
    public StopSignals(Action<PosixSignal>? onFirst = null)
    {
        _onFirst = onFirst;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
        ];
    }

    public void WaitForFirst() => _first.Wait();

    /// <summary>Set by the first signal, for those who wait for something else, too.</summary>
    public WaitHandle First => _first.WaitHandle;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        _first.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        // Without a cancel, the runtime's own answer to the signal would end the process under the calls in flight.
        context.Cancel = true;
        if (_first.IsSet)
            Environment.Exit(SecondSignalStatus);
        _first.Set();
        _onFirst?.Invoke(context.Signal);
    }
}

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
