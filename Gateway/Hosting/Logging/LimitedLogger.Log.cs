using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Hosting.Logging;

internal sealed partial class LimitedLogger
{
    [LoggerMessage(EventId = 300, Message = "Suppressed {Count:N0} more: {Template}")]
    private static partial void LogLeftOut(ILogger log, LogLevel level, long count, string template);
}
