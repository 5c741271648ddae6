using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.EventLoop;

namespace FrameRpc.Gateway.Demo;

/// <summary>A connection of the embedded server, which reports its end to the listener.</summary>
internal abstract class DemoConnection(Loop loop, ISocket socket, Action? onClosed) : Connection(loop, socket, ConnectionState.Open)
{
    /// <summary>While a client has this much of its replies unread, no further request is read.</summary>
    protected const int OutputBytesMax = 256 * 1024;

    /// <summary>Below this, the next requests are read, or more of a stream is written: enough to keep the socket busy meanwhile.</summary>
    protected const int OutputLowBytes = 64 * 1024;

    /// <summary>The client cannot receive replies any more, and unread bytes can only be requests.</summary>
    protected override void OnBrokenWhilePaused() => Abort();

    protected override void OnClosed() => onClosed?.Invoke();
}
