using Microsoft.Extensions.Logging;

namespace FrameRpc.Protocol.Transports;

internal static partial class TransportLog
{
    [LoggerMessage(32, LogLevel.Debug, "{Address}: the handshake of {Peer} lost its place to another; ClientHello received: {Greeted}")]
    public static partial void HandshakeDropped(ILogger logger, string address, string peer, bool greeted);

    [LoggerMessage(33, LogLevel.Warning, "{Address}: {Count} stalled handshakes lost their places to others, the last one of {Peer}; "
        + "at most {PlacesMax} may be in progress, and half of them from one address")]
    public static partial void HandshakesDropped(ILogger logger, string address, long count, int placesMax, string peer);
}
