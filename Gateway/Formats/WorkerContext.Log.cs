using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Formats;

internal sealed partial class WorkerContext
{
    [LoggerMessage(EventId = 205, Level = LogLevel.Warning, Message = "Listener {Listener}: caller {Caller} is closed: {Why}.")]
    private partial void LogSlow(string listener, string caller, string why);
}
