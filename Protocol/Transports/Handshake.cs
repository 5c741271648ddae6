namespace FrameRpc.Protocol.Transports;

/// <summary>A connection that was accepted and has not finished its handshake.</summary>
/// <param name="peer">Who shares its part of the places: equal for all connections of one address.</param>
/// <param name="connection">Aborted when its place is given to another.</param>
internal sealed class Handshake(object peer, TransportConnection connection)
{
    private readonly TaskCompletionSource _placed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public object Peer => peer;

    public TransportConnection Connection => connection;

    /// <summary>Completed when it may begin; cancelled when it was dropped before.</summary>
    public Task Placed => _placed.Task;

    /// <summary>When it began, as <see cref="TimeProvider.GetTimestamp"/> tells it.</summary>
    public long PlacedAt { get; set; }

    /// <summary>When its ClientHello was whole, as <see cref="TimeProvider.GetTimestamp"/> tells it; null until then.</summary>
    public long? GreetedAt { get; set; }

    /// <summary>Whether its ClientHello has not come whole.</summary>
    public bool IsSilent => GreetedAt is null;

    public void Place() => _placed.TrySetResult();

    public void Drop()
    {
        _ = _placed.TrySetCanceled();
        connection.Abort();
    }
}
