using Microsoft.Extensions.Logging;

namespace FrameRpc.Protocol.Transports;

/// <summary>What listeners log.</summary>
internal static partial class TransportLog
{
    [LoggerMessage(32, LogLevel.Debug, "{Address}: the handshake of {Peer} lost its place to another; its ClientHello had come: {Greeted}")]
    public static partial void HandshakeDropped(ILogger logger, string address, string peer, bool greeted);

    [LoggerMessage(33, LogLevel.Warning, "{Address}: {Count} handshakes that did not go on lost their places to others, the last one of {Peer}: {PlacesMax} in progress at once are allowed, and half of them to one address")]
    public static partial void HandshakesDropped(ILogger logger, string address, long count, int placesMax, string peer);
}
