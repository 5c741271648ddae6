using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Hosting.Logging;

/// <summary>Loggers that do not flood: see <see cref="MessageLimit"/>. What they left out is counted, and told when the flood is over or goes on.</summary>
internal sealed class LimitedLogs : ILoggerFactory
{
    /// <summary>Often enough to be read beside the messages that it is about.</summary>
    public static readonly TimeSpan TellInterval = TimeSpan.FromSeconds(5);

    private readonly ILoggerFactory _inner;
    private readonly TimeProvider _time;
    private readonly ITimer _tell;
    private readonly ConcurrentDictionary<string, LimitedLogger> _loggers = [];

    public LimitedLogs(ILoggerFactory inner, TimeProvider time)
    {
        _inner = inner;
        _time = time;
        _tell = time.CreateTimer(_ => TellLeftOut(), null, TellInterval, TellInterval);
    }

    /// <summary>Messages left out since the start.</summary>
    public long LeftOut => _loggers.Values.Sum(logger => logger.LeftOut);

    public ILogger CreateLogger(string categoryName) =>
        _loggers.GetOrAdd(categoryName, static (name, logs) => new LimitedLogger(logs._inner.CreateLogger(name), logs._time), this);

    public void AddProvider(ILoggerProvider provider) => _inner.AddProvider(provider);

    public void Dispose()
    {
        _tell.Dispose();
        TellLeftOut();
        _inner.Dispose();
    }

    private void TellLeftOut()
    {
        foreach (LimitedLogger logger in _loggers.Values)
            logger.TellLeftOut();
    }
}
