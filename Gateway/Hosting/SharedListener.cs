using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Hosting;

/// <summary>A listener, and what the workers share of it: where the next caller belongs, and whether there is room for it.</summary>
internal sealed class SharedListener(IOpenedAddress opened, ListenerOptions options, CallerLimit allCallers)
{
    public string Name => options.Name;

    public IOpenedAddress Opened => opened;

    /// <summary>The wire format of its callers.</summary>
    public WireFormat Protocol => options.Protocol;

    public CallerSpread Spread { get; } = new();

    public CallerLimit Limit { get; } = new(options.ConnectionsMax, allCallers);
}
