using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Workers;

internal sealed partial class EventLoop
{
    [LoggerMessage(EventId = 100, Level = LogLevel.Error, Message = "A bug closed one {Kind}; the others go on.")]
    private partial void LogGaveUp(Exception bug, string kind);
}
