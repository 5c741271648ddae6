using System.Net.Sockets;
using FrameRpc.Protocol.Errors;

namespace FrameRpc.Protocol.Transports;

/// <summary>Recognizes the exceptions of a lost connection, and converts them for callers.</summary>
internal static class ConnectionLoss
{
    /// <summary>Whether a pipe throws this for a connection that failed, or was aborted while in use.</summary>
    public static bool Is(Exception e) => e is (IOException and not RpcException) or SocketException or ObjectDisposedException or InvalidOperationException;

    public static RpcConnectionException Of(TransportConnection connection, string before, Exception? reason = null) =>
        new($"{connection.Peer}: the connection was lost before {before}{(reason is null ? "" : $": {reason.Message}")}", mayHaveRun: true, reason);
}
