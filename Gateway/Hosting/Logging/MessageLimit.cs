namespace FrameRpc.Gateway.Hosting.Logging;

/// <summary>
/// Rate limit for one kind of message: a token bucket that holds <see cref="PerSecondMax"/> tokens and is refilled at that many a second. A thousand
/// callers with the same trouble cause the same line, and the first ten are enough.
/// </summary>
/// <remarks>
/// Called by workers: no locks, no allocation. The bucket is one number, the time at which it is full again, which each message moves forward by its
/// share of a second.
/// </remarks>
internal sealed class MessageLimit(TimeProvider time)
{
    public const int PerSecondMax = 10;

    private readonly long _share = time.TimestampFrequency / PerSecondMax;
    private long _fullAt = time.GetTimestamp();
    private long _suppressed;
    private long _told;

    /// <summary>The template of the suppressed messages.</summary>
    public string? Template { get; set; }

    /// <summary>Messages suppressed since the start.</summary>
    public long Suppressed => Volatile.Read(ref _suppressed);

    /// <summary>Whether another message may be logged now; counts it as suppressed if not.</summary>
    public bool Admits()
    {
        long now = time.GetTimestamp();
        long fullAt = Volatile.Read(ref _fullAt);
        while (fullAt - now <= (PerSecondMax - 1) * _share)
        {
            long found = Interlocked.CompareExchange(ref _fullAt, Math.Max(fullAt, now) + _share, fullAt);
            if (found == fullAt)
                return true;
            fullAt = found;
        }
        Interlocked.Increment(ref _suppressed);
        return false;
    }

    /// <summary>Messages suppressed since the last call. For one thread only.</summary>
    public long TakeSuppressed()
    {
        long suppressed = Suppressed;
        long fresh = suppressed - _told;
        _told = suppressed;
        return fresh;
    }
}
