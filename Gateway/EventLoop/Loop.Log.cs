using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.EventLoop;

internal sealed partial class Loop
{
    [LoggerMessage(EventId = 100, Level = LogLevel.Error, Message = "A bug closed one {Kind}; the others go on.")]
    private partial void LogGaveUp(Exception bug, string kind);

    [LoggerMessage(EventId = 102, Level = LogLevel.Warning, Message = "File descriptors or memory have run out: callers wait until others leave.")]
    private partial void LogExhausted();

    [LoggerMessage(EventId = 103, Level = LogLevel.Warning, Message = "Connections to servers cannot be made for want of descriptors, ports or memory here ({Reason}): their calls are refused.")]
    private partial void LogConnectExhausted(string reason);

    [LoggerMessage(EventId = 104, Level = LogLevel.Warning, Message = "The system gives no memory for buffers: a connection that needs some is closed, or its call refused.")]
    private partial void LogBufferRefused();
}
