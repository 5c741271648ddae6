using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace FrameRpc.Gateway.Cli;

/// <summary>Where log messages go: to standard error, a line each, and rather nowhere than into a worker's way.</summary>
internal static class Logs
{
    public static ILoggerFactory ToStandardError() => LoggerFactory.Create(builder =>
    {
        builder.AddSimpleConsole(format =>
        {
            format.SingleLine = true;
            format.TimestampFormat = "HH:mm:ss.fff ";
            format.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        builder.Services.Configure<ConsoleLoggerOptions>(console =>
        {
            console.LogToStandardErrorThreshold = LogLevel.Trace;
            // A worker that logs while nobody reads our standard error must not wait for it.
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
        });
    });
}
