using FrameRpc.Gateway.Admin.AccessLog;

namespace FrameRpc.Gateway.Admin.Metrics;

/// <summary>What was told of calls one by one and of trouble, and what was not.</summary>
internal sealed class LogMetrics(AccessLogWriter? accessLog, Func<long> messagesLeftOut)
{
    public void Write(MetricsWriter to)
    {
        to.Counter("frpc_access_log_lines_total", "Lines of the access log that were written.");
        to.Sample(accessLog?.Lines ?? 0);
        to.Counter("frpc_access_log_dropped_total", "Lines of the access log that were lost: it could not be written as fast as calls ended.");
        to.Sample(accessLog?.Dropped ?? 0);
        to.Counter("frpc_log_messages_suppressed_total", "Log messages that were left out, because there were too many of their kind at once.");
        to.Sample(messagesLeftOut());
    }
}
