namespace FrameRpc.Protocol.Transports;

/// <summary>Establishes connections to one address; a client calls it whenever it needs a new one.</summary>
public interface IConnector
{
    /// <summary>The address, for people: <c>127.0.0.1:7001</c>, <c>unix:/run/x.sock</c>.</summary>
    string Address { get; }

    /// <summary>Establishes one connection.</summary>
    /// <exception cref="IOException">It was refused, or nothing listens there.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The same.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was cancelled.</exception>
    ValueTask<TransportConnection> ConnectAsync(CancellationToken cancel);
}

/// <summary>Accepts callers on one address. Disposing it closes the address.</summary>
public interface IListener : IAsyncDisposable
{
    /// <summary>The address, for people; for port 0, with the port that the system chose.</summary>
    string Address { get; }

    /// <summary>The next caller.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was cancelled.</exception>
    ValueTask<TransportConnection> AcceptAsync(CancellationToken cancel);
}
