using System.Net;
using System.Net.Sockets;

namespace FrameRpc.Protocol.Transports;

/// <summary>Connects over TCP or a Unix socket.</summary>
public sealed class SocketConnector : IConnector
{
    private readonly EndPoint _endpoint;

    /// <summary>Creates a connector for an endpoint.</summary>
    /// <param name="endpoint">An <see cref="IPEndPoint"/>, <see cref="DnsEndPoint"/> or <see cref="UnixDomainSocketEndPoint"/>.</param>
    public SocketConnector(EndPoint endpoint)
    {
        _endpoint = endpoint;
        Address = TransportAddress.Display(endpoint);
    }

    /// <summary>Creates a connector for an address: <c>127.0.0.1:11225</c>, <c>[::1]:11225</c>, <c>name:port</c>, <c>unix:/run/x.sock</c>.</summary>
    /// <exception cref="FormatException">It has none of these forms.</exception>
    public SocketConnector(string address)
        : this(TransportAddress.Parse(address))
    {
    }

    /// <inheritdoc/>
    public string Address { get; }

    /// <inheritdoc/>
    public async ValueTask<TransportConnection> ConnectAsync(CancellationToken cancel)
    {
        Socket socket = _endpoint is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(_endpoint, cancel).ConfigureAwait(false);
            return new SocketConnection(socket, _endpoint);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
