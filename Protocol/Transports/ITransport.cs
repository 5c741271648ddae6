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

/// <summary>A place where callers connect; a server takes them one after the other. Disposing it gives the place up.</summary>
public interface IListener : IAsyncDisposable
{
    /// <summary>The place, for people; with the port that the system chose, where it was asked to.</summary>
    string Address { get; }

    /// <summary>The next caller.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was cancelled.</exception>
    ValueTask<TransportConnection> AcceptAsync(CancellationToken cancel);
}
