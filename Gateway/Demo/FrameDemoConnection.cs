using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Workers;

namespace FrameRpc.Gateway.Demo;

internal sealed class FrameDemoConnection(EventLoop loop, ISocket socket) : Connection(loop, socket, ConnectionState.Open)
{
    protected override int Consume(ReadOnlySpan<byte> bytes) => bytes.Length;

    protected override void OnPeerEnded() => EndAfterOutput();

    protected override void OnClosed()
    {
    }
}
