using FrameRpc.Gateway.Sockets;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Backends;

internal sealed partial class Backend
{
    [LoggerMessage(EventId = 200, Level = LogLevel.Warning, Message = "Backend {Backend}: server {Address} cannot be reached ({Reason}); passed over for {BackOffMs} ms.")]
    private static partial void LogUnreachable(ILogger log, string backend, Address address, string reason, int backOffMs);

    [LoggerMessage(EventId = 201, Level = LogLevel.Information, Message = "Backend {Backend}: server {Address} can be reached again.")]
    private static partial void LogReached(ILogger log, string backend, Address address);

    [LoggerMessage(EventId = 202, Level = LogLevel.Warning,
        Message = "Backend {Backend}: {Waiting} calls wait for a connection of their own, and no more may; the next are refused until one is answered.")]
    private static partial void LogQueueFull(ILogger log, string backend, int waiting);

    [LoggerMessage(EventId = 203, Level = LogLevel.Warning, Message = "Backend {Backend}: server {Address} closed a connection with {Calls} calls in flight; their callers are told.")]
    private static partial void LogLost(ILogger log, string backend, Address address, int calls);

    [LoggerMessage(EventId = 204, Level = LogLevel.Warning, Message = "Backend {Backend}: server {Address} sent a reply that cannot be passed on: its header or its checksum is wrong, or its payload is no table.")]
    private static partial void LogBadReply(ILogger log, string backend, Address address);

    [LoggerMessage(EventId = 206, Level = LogLevel.Warning,
        Message = "Backend {Backend}: server {Address} sent a reply that no call waits for (route of the session's last call: {Route}); its connection takes no further calls.")]
    private static partial void LogUnknownSession(ILogger log, string backend, Address address, string route);
}
