namespace FrameRpc.Protocol.Transports;

/// <summary>Makes connections to one place; a client calls it whenever it needs a new one.</summary>
public interface IConnector
{
    /// <summary>The place, for people: <c>127.0.0.1:7001</c>, <c>unix:/run/x.sock</c>.</summary>
    string Address { get; }

    /// <summary>Makes one connection.</summary>
    /// <exception cref="IOException">There is nobody, or the other side refused.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">Likewise.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was cancelled.</exception>
    ValueTask<TransportConnection> ConnectAsync(CancellationToken cancel);
}
