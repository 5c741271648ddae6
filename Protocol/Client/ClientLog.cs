using Microsoft.Extensions.Logging;

namespace FrameRpc.Protocol.Client;

/// <summary>What the clients log.</summary>
internal static partial class ClientLog
{
    [LoggerMessage(1, LogLevel.Debug, "{Address}: connected")]
    public static partial void Connected(ILogger logger, string address);

    [LoggerMessage(2, LogLevel.Warning, "{Address}: no connection: {Reason}; the next attempt is {PauseMs:0} ms away at least")]
    public static partial void NotConnected(ILogger logger, string address, string reason, double pauseMs);

    [LoggerMessage(3, LogLevel.Debug, "{Address}: the connection was closed: {Reason}")]
    public static partial void Closed(ILogger logger, string address, string reason);
}
