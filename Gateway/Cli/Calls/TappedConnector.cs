using FrameRpc.Protocol.Transports;

namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>Makes connections whose bytes are watched as they pass.</summary>
/// <param name="inner">Makes the connections.</param>
/// <param name="tap">Sees them and their bytes.</param>
internal sealed class TappedConnector(IConnector inner, WireTap tap) : IConnector
{
    public string Address => inner.Address;

    public async ValueTask<TransportConnection> ConnectAsync(CancellationToken cancel)
    {
        tap.OnConnecting(inner.Address);
        TransportConnection connection = await inner.ConnectAsync(cancel).ConfigureAwait(false);
        tap.OnConnected();
        return new TappedConnection(connection, tap);
    }
}
