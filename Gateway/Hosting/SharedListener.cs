using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.EventLoop;

namespace FrameRpc.Gateway.Hosting;

/// <summary>An address where callers come in, and what the workers share about it: where the next caller belongs, and whether there is room for it.</summary>
internal sealed class SharedListener(ListenerSockets point, ListenerOptions options, CallerLimit allCallers)
{
    public ListenerSockets Point => point;

    public WireProtocol Protocol => options.Protocol;

    public CallerSpread Spread { get; } = new();

    public CallerLimit Limit { get; } = new(options.ConnectionsMax, allCallers);
}
