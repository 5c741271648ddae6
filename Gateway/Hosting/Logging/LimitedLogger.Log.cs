using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Hosting.Logging;

internal sealed partial class LimitedLogger
{
    [LoggerMessage(EventId = 300, Message = "{Count:N0} more like it were left out: {Template}")]
    private static partial void LogLeftOut(ILogger log, LogLevel level, long count, string template);
}
