namespace FrameRpc.Protocol.Limits;

/// <summary>Times that something may take at most, as options give them.</summary>
internal static class TimeLimit
{
    /// <exception cref="ArgumentOutOfRangeException">It is neither infinite nor above 0 and within what timers can count: 24 days.</exception>
    public static void Validate(TimeSpan limit)
    {
        if (limit == Timeout.InfiniteTimeSpan)
            return;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, TimeSpan.FromMilliseconds(int.MaxValue));
    }
}
