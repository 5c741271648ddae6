namespace FrameRpc.Gateway.Hosting.Logging;

/// <summary>
/// How often one kind of message may be logged: a token bucket, filled with <see cref="PerSecondMax"/> tokens a second up to as
/// many. A thousand callers with the same trouble write the same line, and the first ten say all of it.
/// </summary>
/// <remarks>
/// Workers come here: no locks, and nothing is allocated. The bucket is one number, the time at which it is full again, which
/// each message puts off by its share of a second.
/// </remarks>
internal sealed class MessageLimit(TimeProvider time)
{
    public const int PerSecondMax = 10;

    private readonly long _share = time.TimestampFrequency / PerSecondMax;
    private long _fullAt = time.GetTimestamp();
    private long _leftOut;
    private long _told;

    /// <summary>What the messages left out look like.</summary>
    public string? Template { get; set; }

    /// <summary>Messages left out since the start.</summary>
    public long LeftOut => Volatile.Read(ref _leftOut);

    /// <summary>Whether one more may be logged now; counts it as left out if not.</summary>
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
        Interlocked.Increment(ref _leftOut);
        return false;
    }

    /// <summary>Messages left out since this was asked last. One thread asks.</summary>
    public long TakeLeftOut()
    {
        long leftOut = LeftOut;
        long fresh = leftOut - _told;
        _told = leftOut;
        return fresh;
    }
}
