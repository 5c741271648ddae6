using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Reconnect;

/// <summary>Writes what happens to standard output, with the milliseconds since the start. As a logger it takes what the client has to say, too.</summary>
internal sealed class Diary : ILogger
{
    private readonly long _start = Stopwatch.GetTimestamp();

    public void Write(string text) => Console.WriteLine($"{Stopwatch.GetElapsedTime(_start).TotalMilliseconds,6:0} ms  {text}");

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Write($"    log: {formatter(state, exception)}");

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;
}
