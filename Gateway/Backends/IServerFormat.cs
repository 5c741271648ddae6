using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Backends;

/// <summary>What a backend needs from the wire format of its servers. Called per connection, never per call.</summary>
internal interface IServerFormat
{
    /// <summary>Creates the connection for this socket, which is still connecting.</summary>
    ServerConnection Connect(Loop loop, ISocket socket, Server server, bool isExclusive);

    /// <summary>Serves the socket with the embedded server, in the same loop.</summary>
    /// <param name="onClosed">Called when the connection has closed.</param>
    Connection ServeDemo(Loop loop, ISocket socket, Action? onClosed = null);
}
