using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.EventLoop;

internal sealed partial class Loop
{
    [LoggerMessage(EventId = 100, Level = LogLevel.Error, Message = "A bug closed one {Kind}; the others are not affected.")]
    private partial void LogGaveUp(Exception bug, string kind);

    [LoggerMessage(EventId = 102, Level = LogLevel.Warning, Message = "Out of file descriptors or memory: new callers wait until others disconnect.")]
    private partial void LogExhausted();

    [LoggerMessage(EventId = 103, Level = LogLevel.Warning,
        Message = "Cannot connect to servers: this process or machine is out of descriptors, ports or memory ({Reason}); the calls are refused.")]
    private partial void LogConnectExhausted(string reason);

    [LoggerMessage(EventId = 104, Level = LogLevel.Warning,
        Message = "Out of memory for buffers: a connection that needs one is closed, or its call is refused.")]
    private partial void LogBufferRefused();
}
