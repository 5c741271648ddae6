namespace FrameRpc.Protocol.Transports;

/// <summary>A place where callers connect; a server takes them one after the other. Disposing it gives the place up.</summary>
public interface IListener : IAsyncDisposable
{
    /// <summary>The place, for people; with the port that the system chose, where it was asked to.</summary>
    string Address { get; }

    /// <summary>The next caller.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was cancelled.</exception>
    ValueTask<TransportConnection> AcceptAsync(CancellationToken cancel);
}
