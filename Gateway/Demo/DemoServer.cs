using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.EventLoop;

namespace FrameRpc.Gateway.Demo;

/// <summary>The embedded server <c>demo:echo</c>: answers whatever it is sent, in either format, so that the gateway can be tried with nothing else at hand.</summary>
internal static class DemoServer
{
    /// <summary>Serves one connection in the loop of a worker.</summary>
    /// <param name="onClosed">Called when the connection is gone.</param>
    public static Connection Serve(Loop loop, ISocket socket, WireProtocol protocol, Action? onClosed = null) =>
        protocol == WireProtocol.Smf ? new SmfDemoConnection(loop, socket, onClosed) : new FrameDemoConnection(loop, socket, onClosed);
}
