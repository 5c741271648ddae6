using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Hosting.Logging;

/// <summary>Passes messages on within the rate limit of their kind.</summary>
internal sealed partial class LimitedLogger(ILogger inner, TimeProvider time) : ILogger
{
    private readonly ConcurrentDictionary<(EventId Id, LogLevel Level), MessageLimit> _limits = [];

    /// <summary>Messages suppressed since the start.</summary>
    public long Suppressed => _limits.Values.Sum(limit => limit.Suppressed);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!inner.IsEnabled(logLevel))
            return;
        MessageLimit limit = _limits.GetOrAdd((eventId, logLevel), static (_, time) => new MessageLimit(time), time);
        if (limit.Admits())
            inner.Log(logLevel, eventId, state, exception, formatter);
        else
            limit.Template ??= TemplateOf(state) ?? eventId.ToString();
    }

    /// <summary>Logs a line for each kind of message that was suppressed since the last report.</summary>
    public void ReportSuppressed()
    {
        foreach (((EventId _, LogLevel level), MessageLimit limit) in _limits)
        {
            if (limit.TakeSuppressed() is > 0 and var suppressed)
                LogSuppressed(inner, level, suppressed, limit.Template ?? "");
        }
    }

    /// <summary>Microsoft.Extensions.Logging keeps the message template as the last of the message's values.</summary>
    private static string? TemplateOf<TState>(TState state) =>
        state is IReadOnlyList<KeyValuePair<string, object?>> { Count: > 0 } values ? values[^1].Value as string : null;

    [LoggerMessage(EventId = 300, Message = "Suppressed {Count:N0} more: {Template}")]
    private static partial void LogSuppressed(ILogger log, LogLevel level, long count, string template);
}
