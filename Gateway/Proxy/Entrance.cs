using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Workers;

namespace FrameRpc.Gateway.Proxy;

/// <summary>An address where callers come in, and what the workers share about it: where the next caller belongs, and whether there is room for it.</summary>
internal sealed class Entrance(ListenPoint point, ListenerOptions options, CallerLimit allCallers)
{
    public ListenPoint Point => point;

    public WireProtocol Protocol => options.Protocol;

    public CallerSpread Spread { get; } = new();

    public CallerLimit Limit { get; } = new(options.ConnectionsMax, allCallers);
}
