using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Hosting;

internal sealed partial class WorkerThread
{
    [LoggerMessage(EventId = 101, Level = LogLevel.Critical, Message = "A bug ended the event loop of worker {Number}; the process aborts.")]
    private partial void LogLoopFailed(Exception bug, int number);
}
