using System.Buffers;
using FrameRpc.Gateway.Admin.AccessLog;
using FrameRpc.Gateway.Formats;
using FrameRpc.Gateway.Routing;

namespace FrameRpc.Gateway.Admin.Metrics;

/// <summary>
/// The response of <c>/metrics</c>. Workers count without locks, so each counter is read at a slightly different moment, and sums may differ by what
/// happened meanwhile.
/// </summary>
internal sealed class MetricsPage(
    Func<Snapshot> snapshot, Func<Snapshot, IReadOnlyList<ServerStatus>> health, IReadOnlyList<WorkerStatistics> workers, AccessLogWriter? accessLog, Func<long> messagesSuppressed, Func<bool> isDraining)
{
    private readonly CallMetrics _calls = new(workers);
    private readonly ConnectionMetrics _connections = new(workers);
    private readonly WorkerMetrics _workers = new(workers);
    private readonly LogMetrics _logs = new(accessLog, messagesSuppressed);
    private readonly ProcessMetrics _process = new();

    public void WriteTo(IBufferWriter<byte> output)
    {
        var to = new MetricsWriter(output);
        to.Gauge("frpc_build_info", "Always 1; the version and the commit of this build are in the labels.");
        to.Sample(1, new Label("version", BuildVersion.Version), new Label("commit", BuildVersion.Commit));
        to.Gauge("frpc_configuration_generation", "Number of configurations this process has run with, including the current one.");
        to.Sample(snapshot().Options.Generation);
        to.Gauge("frpc_draining", "1 once the gateway drains or has been asked to stop, else 0.");
        to.Sample(isDraining() ? 1 : 0);
        _calls.Write(to);
        _connections.Write(to, health(snapshot()));
        _workers.Write(to);
        _logs.Write(to);
        _process.Write(to);
    }
}
