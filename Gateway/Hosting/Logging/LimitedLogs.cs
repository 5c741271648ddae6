using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Hosting.Logging;

/// <summary>
/// Loggers with a rate limit for each kind of message: see <see cref="MessageLimit"/>. The number suppressed is reported regularly.
/// </summary>
internal sealed class LimitedLogs : ILoggerFactory
{
    /// <summary>Short enough for the report to appear near the messages that it is about.</summary>
    public static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(5);

    private readonly ILoggerFactory _inner;
    private readonly TimeProvider _time;
    private readonly ITimer _report;
    private readonly ConcurrentDictionary<string, LimitedLogger> _loggers = [];

    public LimitedLogs(ILoggerFactory inner, TimeProvider time)
    {
        _inner = inner;
        _time = time;
        _report = time.CreateTimer(_ => ReportSuppressed(), null, ReportInterval, ReportInterval);
    }

    /// <summary>Messages suppressed since the start.</summary>
    public long Suppressed => _loggers.Values.Sum(logger => logger.Suppressed);

    public ILogger CreateLogger(string categoryName) =>
        _loggers.GetOrAdd(categoryName, static (name, logs) => new LimitedLogger(logs._inner.CreateLogger(name), logs._time), this);

    public void AddProvider(ILoggerProvider provider) => _inner.AddProvider(provider);

    public void Dispose()
    {
        _report.Dispose();
        ReportSuppressed();
        _inner.Dispose();
    }

    private void ReportSuppressed()
    {
        foreach (LimitedLogger logger in _loggers.Values)
            logger.ReportSuppressed();
    }
}
