using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Admin;

internal sealed partial class HealthCheck
{
    [LoggerMessage(EventId = 400, Level = LogLevel.Error, Message = "Worker {Number} has not answered a health check within {Seconds} s: its loop is stuck, and so are its callers.")]
    private static partial void LogSilent(ILogger log, int number, double seconds);
}
