using System.Net.Sockets;
using FrameRpc.Protocol.Errors;

namespace FrameRpc.Protocol.Transports;

/// <summary>What the pipes of a connection throw when it is lost, and what is made of it for whoever made a call.</summary>
internal static class ConnectionLoss
{
    /// <summary>Whether a pipe throws this for a connection that failed, or that was aborted while it was in use.</summary>
    public static bool Is(Exception e) => e is (IOException and not RpcException) or SocketException or ObjectDisposedException or InvalidOperationException;

    public static RpcConnectionException Of(TransportConnection connection, string before, Exception? reason = null) =>
        new($"{connection.Peer}: the connection was lost before {before}{(reason is null ? "" : $": {reason.Message}")}", mayHaveRun: true, reason);
}
