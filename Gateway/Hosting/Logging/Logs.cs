using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace FrameRpc.Gateway.Hosting.Logging;

/// <summary>Where log messages go: to standard error, a line each, and rather nowhere than into a worker's way.</summary>
internal static class Logs
{
    /// <summary>The category of every message, which is the program's name.</summary>
    public const string Category = "frpc-gateway";

    /// <summary>Lines that wait while nobody reads our standard error. A flood is stopped before it comes here, so this is minutes of trouble.</summary>
    private const int LinesWaitingMax = 1024;

    public static LimitedLogs ToStandardError() => new(LoggerFactory.Create(builder =>
    {
        builder.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
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
            console.MaxQueueLength = LinesWaitingMax;
        });
    }), TimeProvider.System);
}
