using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Admin;

internal sealed partial class HealthCheck
{
    [LoggerMessage(EventId = 400, Level = LogLevel.Error,
        Message = "Worker {Number} did not answer a health check within {Seconds} s: its event loop is stuck, and its callers are not served.")]
    private static partial void LogSilent(ILogger log, int number, double seconds);
}
