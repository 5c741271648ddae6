using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.EventLoop;

namespace FrameRpc.Gateway.Demo;

/// <summary>A connection of the embedded server, which tells whoever accepted it when it is gone.</summary>
internal abstract class DemoConnection(Loop loop, ISocket socket, Action? onClosed) : Connection(loop, socket, ConnectionState.Open)
{
    /// <summary>A client that has this much of its replies unread gets no further request read, until it has read on.</summary>
    protected const int OutputBytesMax = 256 * 1024;

    /// <summary>When this little is left to send, the next requests are read, or more of a stream is made: enough to keep the socket busy meanwhile.</summary>
    protected const int OutputLowBytes = 64 * 1024;

    /// <summary>Nobody is left to read a reply; what is unread can only be requests.</summary>
    protected override void OnBrokenWhilePaused() => Abort();

    protected override void OnClosed() => onClosed?.Invoke();
}
