namespace FrameRpc.Protocol.Transports;

/// <summary>An accepted connection that has not completed its handshake.</summary>
/// <param name="peer">Equal for all connections that share a peer's limit.</param>
/// <param name="connection">Aborted when its place is given to another.</param>
internal sealed class Handshake(object peer, TransportConnection connection)
{
    private readonly TaskCompletionSource _placed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public object Peer => peer;

    public TransportConnection Connection => connection;

    /// <summary>Completes when it may begin; cancelled if it was dropped before.</summary>
    public Task Placed => _placed.Task;

    /// <summary>When it began, as a timestamp of <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long PlacedAt { get; set; }

    /// <summary>When its ClientHello was complete, as a timestamp of <see cref="TimeProvider.GetTimestamp"/>; null until then.</summary>
    public long? GreetedAt { get; set; }

    /// <summary>Whether its ClientHello is incomplete.</summary>
    public bool IsSilent => GreetedAt is null;

    public void Place() => _placed.TrySetResult();

    public void Drop()
    {
        _ = _placed.TrySetCanceled();
        connection.Abort();
    }
}
