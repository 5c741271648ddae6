using Microsoft.Extensions.Logging;

namespace FrameRpc.Tests.Simulation;

/// <summary>Records the gateway's messages, and the exceptions that it survived: each is a bug and fails its test.</summary>
internal sealed class BugLog : ILogger
{
    public List<Exception> Bugs { get; } = [];

    /// <summary>Without messages about bugs, which have an exception.</summary>
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
