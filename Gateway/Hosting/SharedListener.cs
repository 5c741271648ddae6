using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Hosting;

/// <summary>A listener and the state that workers share: the spread of callers over workers, and the limit on callers.</summary>
internal sealed class SharedListener(IOpenedAddress opened, ListenerOptions options, CallerLimit allCallers)
{
    public string Name => options.Name;

    public IOpenedAddress Opened => opened;

    /// <summary>The wire format of its callers.</summary>
    public WireFormat Protocol => options.Protocol;

    public CallerSpread Spread { get; } = new();

    public CallerLimit Limit { get; } = new(options.ConnectionsMax, allCallers);
}
