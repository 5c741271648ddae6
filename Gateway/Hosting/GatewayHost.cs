using System.Runtime.InteropServices;
using FrameRpc.Gateway.Admin;
using FrameRpc.Gateway.Admin.AccessLog;
using FrameRpc.Gateway.Admin.Metrics;
using FrameRpc.Gateway.Hosting.Logging;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Sockets;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Hosting;

/// <summary>Runs a gateway until it is told to stop.</summary>
internal static class GatewayHost
{
    /// <param name="options">The configuration.</param>
    /// <param name="output">Receives status lines.</param>
    /// <exception cref="IOException">An address, a file or a name is not available; the message says which and why.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The same, from the resolver.</exception>
    internal static void Run(GatewayOptions options, TextWriter output)
    {
        OpenFileLimit.Raise();
        using LimitedLogs logs = Logs.ToStandardError();
        ILogger log = logs.CreateLogger(Logs.Category);
        using var serving = ServingWorkers.Open(options, log);
        Serve(options, serving, logs, log, output);
    }

    private static void Serve(GatewayOptions options, ServingWorkers serving, LimitedLogs logs, ILogger log, TextWriter output)
    {
        // Before callers are served: a gateway that could not be stopped with its token must not start.
        AdminToken? token = options.Admin is { TokenFile: { } file } ? AdminToken.Open(file, options.Admin.CreateToken) : null;
        using var announcements = new Announcements(output);
        using var lifecycle = new Lifecycle(serving, options.DrainTimeout, TimeProvider.System, announcements.Post);
        using var signals = new StopSignals(signal => lifecycle.Stop($"{signal} (a second signal stops immediately)", delay: TimeSpan.Zero));
        using AccessLogWriter? accessLog = options.AccessLog is { } logged ? AccessLogWriter.Start(logged.To, serving.Statistics) : null;
        serving.Start();
        var metrics = new MetricsPage(() => serving.Snapshot, serving.Health.Read, serving.Statistics, accessLog, () => logs.Suppressed, () => lifecycle.Stage != Stage.Serving);
        using AdminServer? admin = options.Admin is { } adminOptions
            ? AdminServer.Start(
                adminOptions, AdminEndpoints.Create(() => serving.Snapshot, serving.Health.Read, serving.Statistics, Pulses(serving), metrics, lifecycle, token, log),
                 TimeProvider.System, logs)
            : null;
        using var trim = new MemoryTrim(serving.Workers);
        var served = new ServedReport(serving.Statistics, trim);
        using PosixSignalRegistration onReport = ReportSignal.Register(() => announcements.Post(served.Line));
        announcements.Post(StartupReport.Of(options, serving.Addresses, admin?.Address));
        lifecycle.Stopped.Wait();
        serving.Stop();
        announcements.Post($"stopped: {serving.Sum(worker => worker.Counters.CallsAnswered)} calls answered by servers, "
            + $"{serving.Sum(worker => worker.Counters.CallsRefused)} by the gateway itself");
        announcements.Post(served.Line);
    }

    private static IReadOnlyList<WorkerPulse> Pulses(ServingWorkers serving) =>
        [.. serving.Workers.Select(worker => new WorkerPulse(worker.Statistics.Number, worker.Post))];
}
