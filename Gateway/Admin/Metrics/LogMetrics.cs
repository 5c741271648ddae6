using FrameRpc.Gateway.Admin.AccessLog;

namespace FrameRpc.Gateway.Admin.Metrics;

/// <summary>Lines written and dropped by the access log, and messages suppressed by the log.</summary>
internal sealed class LogMetrics(AccessLogWriter? accessLog, Func<long> messagesSuppressed)
{
    public void Write(MetricsWriter to)
    {
        to.Counter("frpc_access_log_lines_total", "Access log lines written.");
        to.Sample(accessLog?.Lines ?? 0);
        to.Counter("frpc_access_log_dropped_total", "Access log lines dropped because calls ended faster than lines could be written.");
        to.Sample(accessLog?.Dropped ?? 0);
        to.Counter("frpc_log_messages_suppressed_total", "Log messages suppressed by the rate limit of their kind.");
        to.Sample(messagesSuppressed());
    }
}
