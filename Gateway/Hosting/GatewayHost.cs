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
    /// <param name="options">What to run.</param>
    /// <param name="output">Gets a line for each step of its life.</param>
    /// <exception cref="IOException">An address, a file or a name cannot be had; the message says which and why.</exception>
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
        // Before callers are served: a gateway that could not be stopped as it should does not start.
        AdminToken? token = options.Admin is { TokenFile: { } file } ? AdminToken.Open(file, options.Admin.CreateToken) : null;
        using var announcements = new Announcements(output);
        using var lifecycle = new Lifecycle(serving, options.DrainTimeout, TimeProvider.System, announcements.Say);
        using var signals = new StopSignals(signal => lifecycle.Stop($"{signal}, and a second signal stops at once", delay: TimeSpan.Zero));
        using AccessLogWriter? accessLog = options.AccessLog is { } told ? AccessLogWriter.Start(told.To, serving.Statistics) : null;
        serving.Start();
        var metrics = new MetricsPage(() => serving.Snapshot, serving.Statistics, accessLog, () => logs.LeftOut, () => lifecycle.Stage != Stage.Serving);
        using AdminServer? admin = options.Admin is { } asked
            ? AdminServer.Start(asked, AdminEndpoints.Create(() => serving.Snapshot, serving.Statistics, Pulses(serving), metrics, lifecycle, token, log), TimeProvider.System, logs)
            : null;
        using var trim = new MemoryTrim(serving.Workers);
        var served = new ServedReport(serving.Statistics, trim);
        using PosixSignalRegistration onReport = ReportSignal.Register(() => announcements.Say(served.Line));
        announcements.Say(StartupReport.Of(options, serving.Addresses, admin?.Address));
        lifecycle.Stopped.Wait();
        serving.Stop();
        announcements.Say($"stopped: {serving.Sum(worker => worker.Counters.CallsAnswered)} calls answered by servers, {serving.Sum(worker => worker.Counters.CallsRefused)} by the gateway itself");
        announcements.Say(served.Line);
    }

    private static IReadOnlyList<WorkerPulse> Pulses(ServingWorkers serving) =>
        [.. serving.Workers.Select(worker => new WorkerPulse(worker.Statistics.Number, worker.Post))];
}
