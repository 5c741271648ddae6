using System.Runtime.InteropServices;

namespace FrameRpc.Gateway.Hosting;

/// <summary>SIGTERM and SIGINT: the first one drains, the second one exits immediately.</summary>
internal sealed class StopSignals : IDisposable
{
    /// <summary>Exit status after a second signal: calls in flight are lost.</summary>
    private const int SecondSignalStatus = 1;

    private readonly ManualResetEventSlim _first = new();
    private readonly Action<PosixSignal>? _onFirst;
    private readonly PosixSignalRegistration[] _registrations;

    /// <param name="onFirst">Called on the first signal.</param>
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

    /// <summary>Set by the first signal, so that it can be waited for together with other events.</summary>
    public WaitHandle First => _first.WaitHandle;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        _first.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        // Without Cancel, the runtime would end the process, and with it the calls in flight.
        context.Cancel = true;
        if (_first.IsSet)
            Environment.Exit(SecondSignalStatus);
        _first.Set();
        _onFirst?.Invoke(context.Signal);
    }
}

/// <summary>SIGUSR1: reports the counters and continues.</summary>
internal static class ReportSignal
{
    /// <summary>The number of SIGUSR1 on Linux, on x64 and arm64.</summary>
    private const PosixSignal Usr1 = (PosixSignal)10;

    public static PosixSignalRegistration Register(Action report) => PosixSignalRegistration.Create(Usr1, context =>
    {
        // Without Cancel, the signal's default action would end the process.
        context.Cancel = true;
        report();
    });
}
