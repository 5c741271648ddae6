namespace FrameRpc.Protocol.Transports;

/// <summary>Counts and logs dropped handshakes. A flood of them causes one warning a minute.</summary>
internal sealed class DroppedHandshakes(string address, TlsListenerOptions options)
{
    private static readonly TimeSpan WarningInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private long _count;
    private long _warnedCount;
    private long? _warnedAt;

    public long Count => Interlocked.Read(ref _count);

    public void Add(Handshake dropped)
    {
        long count = Interlocked.Increment(ref _count);
        TransportLog.HandshakeDropped(options.Logger, address, dropped.Connection.Peer, !dropped.IsSilent);
        lock (_lock)
        {
            long now = options.TimeProvider.GetTimestamp();
            if (_warnedAt is { } warned && options.TimeProvider.GetElapsedTime(warned, now) < WarningInterval)
                return;
            _warnedAt = now;
            TransportLog.HandshakesDropped(options.Logger, address, count - _warnedCount, TlsListener.HandshakesMax, dropped.Connection.Peer);
            _warnedCount = count;
        }
    }
}
