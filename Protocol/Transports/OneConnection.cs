using System.IO.Pipelines;

namespace FrameRpc.Protocol.Transports;

/// <summary>An existing connection, for a client or a server: any pair of pipes. It is returned once.</summary>
/// <param name="pipe">The two pipes; completed by the user of the connection.</param>
/// <param name="name">Its name, for people.</param>
public sealed class OneConnection(IDuplexPipe pipe, string name = "pipe") : IConnector, IListener
{
    private readonly CancellationTokenSource _disposed = new();
    private int _given;

    /// <inheritdoc cref="IConnector.Address"/>
    public string Address => name;

    /// <inheritdoc/>
    /// <exception cref="IOException">It was already returned, and there is no other.</exception>
    public ValueTask<TransportConnection> ConnectAsync(CancellationToken cancel) =>
        IsFirst()
            ? ValueTask.FromResult(TransportConnection.Over(pipe, name))
            : ValueTask.FromException<TransportConnection>(new IOException($"{name}: the only connection was already used"));

    /// <summary>The connection, the first time; afterwards waits until <paramref name="cancel"/> is cancelled.</summary>
    public ValueTask<TransportConnection> AcceptAsync(CancellationToken cancel) =>
        IsFirst() ? ValueTask.FromResult(TransportConnection.Over(pipe, name)) : NeverAsync(cancel);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _disposed.CancelAsync().ConfigureAwait(false);

    private bool IsFirst() => Interlocked.Exchange(ref _given, 1) == 0;

    private async ValueTask<TransportConnection> NeverAsync(CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _disposed.Token);
        await Task.Delay(Timeout.Infinite, either.Token).ConfigureAwait(false);
        throw new OperationCanceledException(cancel);
    }
}
