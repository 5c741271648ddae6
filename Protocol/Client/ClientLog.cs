using Microsoft.Extensions.Logging;

namespace FrameRpc.Protocol.Client;

internal static partial class ClientLog
{
    [LoggerMessage(1, LogLevel.Debug, "{Address}: connected")]
    public static partial void Connected(ILogger logger, string address);

    [LoggerMessage(2, LogLevel.Warning, "{Address}: no connection: {Reason}; next attempt in at least {PauseMs:0} ms")]
    public static partial void NotConnected(ILogger logger, string address, string reason, double pauseMs);

    [LoggerMessage(3, LogLevel.Warning, "{Address}: the connection was lost: {Reason}")]
    public static partial void Lost(ILogger logger, string address, string reason);

    [LoggerMessage(4, LogLevel.Debug, "{Address}: the connection was closed: {Reason}")]
    public static partial void Dropped(ILogger logger, string address, string reason);

    [LoggerMessage(10, LogLevel.Warning,
        "{Address}: {Abandoned} calls that timed out or were cancelled were never answered; further calls go to a new connection")]
    public static partial void Retired(ILogger logger, string address, int abandoned);

    [LoggerMessage(11, LogLevel.Warning, "{Address}: a reply arrived for session {Session}, which no call has; further calls go to a new connection, "
        + "and this one is closed when its calls in flight have ended")]
    public static partial void UnknownSession(ILogger logger, string address, ushort session);

    [LoggerMessage(12, LogLevel.Debug, "{Address}: the server ended the connection while no call was in flight")]
    public static partial void Closed(ILogger logger, string address);
}
