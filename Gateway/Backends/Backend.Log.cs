using FrameRpc.Gateway.Sockets;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Backends;

internal sealed partial class Backend
{
    [LoggerMessage(EventId = 202, Level = LogLevel.Warning,
        Message = "Backend {Backend}: {Waiting} calls wait for an exclusive connection, which is callsWaitingMax; "
            + "further calls are refused until one of them is served.")]
    private static partial void LogQueueFull(ILogger log, string backend, int waiting);

    [LoggerMessage(EventId = 203, Level = LogLevel.Warning,
        Message = "Backend {Backend}: server {Address} closed a connection with {Calls} calls in flight; each of them gets an error.")]
    private static partial void LogLost(ILogger log, string backend, Address address, int calls);

    [LoggerMessage(EventId = 204, Level = LogLevel.Warning,
        Message = "Backend {Backend}: server {Address} sent a reply to route {Route} that cannot be forwarded: {Why}.")]
    private static partial void LogBadReply(ILogger log, string backend, Address address, string route, string why);

    [LoggerMessage(EventId = 206, Level = LogLevel.Warning,
        Message = "Backend {Backend}: server {Address} sent a reply that matches no call (last route of its session: {Route}); "
            + "the connection takes no further calls.")]
    private static partial void LogUnknownSession(ILogger log, string backend, Address address, string route);
}
