namespace FrameRpc.Protocol.Transports;

/// <summary>
/// Aborts a connection whose other side stalls while it is waited for, because the waiting call holds memory and a place that others need.
/// </summary>
/// <remarks>It costs nothing while reads and writes complete at once.</remarks>
internal sealed class StallGuard : IDisposable
{
    private readonly ITimer _timer;
    private readonly TimeSpan _max;

    public StallGuard(TransportConnection connection, TimeSpan max, TimeProvider clock)
    {
        _max = max;
        _timer = clock.CreateTimer(static connection => ((TransportConnection)connection!).Abort(), connection,
            Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Begin() => _timer.Change(_max, Timeout.InfiniteTimeSpan);

    public void End() => _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public void Dispose() => _timer.Dispose();
}
