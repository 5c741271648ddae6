using Microsoft.Extensions.Logging;

namespace FrameRpc.Tests.Simulation;

/// <summary>Keeps the exceptions that the gateway survived: each is a bug, and fails the test it happened in.</summary>
internal sealed class BugLog : ILogger
{
    public List<Exception> Bugs { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (exception is not null)
            Bugs.Add(exception);
    }
}
