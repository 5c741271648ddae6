using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Hosting.Logging;

/// <summary>Passes each kind of message on as often as its limit admits it.</summary>
internal sealed partial class LimitedLogger(ILogger inner, TimeProvider time) : ILogger
{
    private readonly ConcurrentDictionary<(EventId Id, LogLevel Level), MessageLimit> _limits = [];

    /// <summary>Messages left out since the start.</summary>
    public long LeftOut => _limits.Values.Sum(limit => limit.LeftOut);

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

    /// <summary>Says in a line for each kind how many were left out since the last time.</summary>
    public void TellLeftOut()
    {
        foreach (((EventId _, LogLevel level), MessageLimit limit) in _limits)
        {
            if (limit.TakeLeftOut() is > 0 and var leftOut)
                LogLeftOut(inner, level, leftOut, limit.Template ?? "");
        }
    }

    /// <summary>Where Microsoft.Extensions.Logging keeps the text with its placeholders: it is the last of the message's values.</summary>
    private static string? TemplateOf<TState>(TState state) =>
        state is IReadOnlyList<KeyValuePair<string, object?>> { Count: > 0 } values ? values[^1].Value as string : null;

    [LoggerMessage(EventId = 300, Message = "Suppressed {Count:N0} more: {Template}")]
    private static partial void LogLeftOut(ILogger log, LogLevel level, long count, string template);
}
