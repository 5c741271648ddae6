using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Backends;

/// <summary>What a backend needs of the wire format that its servers speak. Asked for each connection, never for a call.</summary>
internal interface IServerFormat
{
    /// <summary>The connection that speaks the format over this socket, which is being connected.</summary>
    ServerConnection Connect(Loop loop, ISocket socket, Server server, bool isExclusive);

    /// <summary>Serves the socket with the embedded server, in the same loop.</summary>
    /// <param name="onClosed">Called when the connection is gone.</param>
    Connection ServeDemo(Loop loop, ISocket socket, Action? onClosed = null);
}
