using Microsoft.Extensions.Logging;

namespace FrameRpc.Protocol.Server;

internal static partial class ServerLog
{
    [LoggerMessage(20, LogLevel.Information, "{Address}: serving")]
    public static partial void Serving(ILogger logger, string address);

    [LoggerMessage(21, LogLevel.Information, "{Address}: stopped")]
    public static partial void Stopped(ILogger logger, string address);

    [LoggerMessage(22, LogLevel.Debug, "{Address}: {Peer} connected")]
    public static partial void Accepted(ILogger logger, string address, string peer);

    [LoggerMessage(23, LogLevel.Debug, "{Address}: the connection of {Peer} has ended")]
    public static partial void Ended(ILogger logger, string address, string peer);

    [LoggerMessage(24, LogLevel.Error, "{Address}: callers cannot be accepted; next attempt in {PauseMs:0} ms")]
    public static partial void AcceptFailed(ILogger logger, string address, double pauseMs, Exception reason);

    [LoggerMessage(25, LogLevel.Error, "{Address}: serving {Peer} failed: a bug of the server, not of its caller")]
    public static partial void Failed(ILogger logger, string address, string peer, Exception reason);

    [LoggerMessage(27, LogLevel.Debug, "{Peer}: the connection cannot continue: {Reason}")]
    public static partial void Lost(ILogger logger, string peer, string reason);

    [LoggerMessage(28, LogLevel.Warning, "{Method}: the handler failed")]
    public static partial void HandlerFailed(ILogger logger, string method, Exception reason);

    [LoggerMessage(26, LogLevel.Warning, "{Address}: {Count} connections were cut off: their calls did not finish within {GraceMs:0} ms")]
    public static partial void CutOff(ILogger logger, string address, int count, double graceMs);

    [LoggerMessage(30, LogLevel.Warning, "{Method}: the handler failed; {Peer} gets status 500")]
    public static partial void HandlerFailed(ILogger logger, string method, string peer, Exception reason);

    [LoggerMessage(31, LogLevel.Warning,
        "{Method}: a reply of {Bytes} bytes (at most {BytesMax}) and checksum {Checksum} (not 0) cannot be sent; its caller gets status 500")]
    public static partial void Unsendable(ILogger logger, string method, int bytes, int bytesMax, uint checksum);
}
