using Microsoft.Extensions.Logging;

namespace FrameRpc.Tests.Simulation;

/// <summary>Keeps what the gateway said, and the exceptions that it survived: each is a bug, and fails the test it happened in.</summary>
internal sealed class BugLog : ILogger
{
    public List<Exception> Bugs { get; } = [];

    /// <summary>Without those about bugs, which have their exception.</summary>
    public List<string> Messages { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (exception is not null)
            Bugs.Add(exception);
        else
            Messages.Add(formatter(state, exception));
    }
}
