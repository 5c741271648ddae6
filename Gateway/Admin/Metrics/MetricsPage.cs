using System.Buffers;
using FrameRpc.Gateway.Admin.AccessLog;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Proxy;

namespace FrameRpc.Gateway.Admin.Metrics;

/// <summary>
/// What <c>/metrics</c> shows. Workers count without locks and know nothing of it: a page is read from their counters, each
/// at its own moment, so sums over several may differ by what happened meanwhile.
/// </summary>
internal sealed class MetricsPage(
    GatewayOptions options, IReadOnlyList<ProxyWorker> workers, AccessLogWriter? accessLog, Func<long> messagesLeftOut, Func<bool> isDraining)
{
    private readonly CallMetrics _calls = new(options, workers);
    private readonly ConnectionMetrics _connections = new(options, workers);
    private readonly WorkerMetrics _workers = new(workers);
    private readonly LogMetrics _logs = new(accessLog, messagesLeftOut);
    private readonly ProcessMetrics _process = new();

    public void WriteTo(IBufferWriter<byte> output)
    {
        var to = new MetricsWriter(output);
        to.Gauge("frpc_build_info", "Always 1; the labels are the version and the commit of this build.");
        to.Sample(1, new Label("version", BuildVersion.Version), new Label("commit", BuildVersion.Commit));
        to.Gauge("frpc_configuration_generation", "How many configurations this process has run with, this one included.");
        to.Sample(options.Generation);
        to.Gauge("frpc_draining", "1 from the moment the gateway drains or is told to stop.");
        to.Sample(isDraining() ? 1 : 0);
        _calls.Write(to);
        _connections.Write(to);
        _workers.Write(to);
        _logs.Write(to);
        _process.Write(to);
    }
}
