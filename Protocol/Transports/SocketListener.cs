using System.Net;
using System.Net.Sockets;

namespace FrameRpc.Protocol.Transports;

/// <summary>Listens on TCP or a Unix socket.</summary>
public sealed class SocketListener : IListener
{
    private const int Backlog = 512;

    private readonly Socket _socket;

    /// <summary>Starts to listen on an endpoint.</summary>
    /// <param name="endpoint">An <see cref="IPEndPoint"/>, whose port 0 lets the system choose, or a <see cref="UnixDomainSocketEndPoint"/>.</param>
    /// <exception cref="SocketException">The address is in use, or is not this machine's.</exception>
    public SocketListener(EndPoint endpoint)
    {
        bool unix = endpoint is UnixDomainSocketEndPoint;
        _socket = new Socket(unix ? AddressFamily.Unix : endpoint.AddressFamily, SocketType.Stream, unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        try
        {
            _socket.Bind(endpoint);
            _socket.Listen(Backlog);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
        Address = TransportAddress.Display(unix ? endpoint : _socket.LocalEndPoint);
    }

    /// <summary>Starts to listen on an address: <c>127.0.0.1:11225</c>, <c>[::1]:0</c>, <c>unix:/run/x.sock</c>.</summary>
    /// <exception cref="FormatException">It has none of these forms.</exception>
    /// <exception cref="SocketException">The address is in use, or is not this machine's.</exception>
    public SocketListener(string address)
        : this(Resolve(TransportAddress.Parse(address)))
    {
    }

    /// <inheritdoc/>
    public string Address { get; }

    /// <inheritdoc/>
    public async ValueTask<TransportConnection> AcceptAsync(CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                Socket caller = await _socket.AcceptAsync(cancel).ConfigureAwait(false);
                return new SocketConnection(caller, Caller(caller));
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
            {
                // That caller disconnected before it was accepted; the listener itself is fine.
            }
        }
    }

    /// <summary>Stops listening. The file of a Unix socket is removed.</summary>
    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    // A caller on a Unix socket has no address of its own.
    private EndPoint? Caller(Socket caller) => caller.AddressFamily is AddressFamily.Unix ? _socket.LocalEndPoint : caller.RemoteEndPoint;

    private static EndPoint Resolve(EndPoint endpoint) =>
        endpoint is DnsEndPoint name ? new IPEndPoint(Dns.GetHostAddresses(name.Host)[0], name.Port) : endpoint;
}
