using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace FrameRpc.Gateway.Hosting.Logging;

/// <summary>Log messages go to standard error, one line each; they are dropped rather than block a worker.</summary>
internal static class Logs
{
    /// <summary>The category of every message: the program's name.</summary>
    public const string Category = "frpc-gateway";

    /// <summary>Lines that wait while standard error is not read. Messages are rate-limited before, so this holds minutes of trouble.</summary>
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
            // A worker must not block if standard error is not read.
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
            console.MaxQueueLength = LinesWaitingMax;
        });
    }), TimeProvider.System);
}
