namespace FrameRpc.Protocol.Limits;

/// <summary>Validation of time limits in options.</summary>
internal static class TimeLimit
{
    /// <exception cref="ArgumentOutOfRangeException">It is neither infinite nor between 0 and the maximum of timers, 24 days.</exception>
    public static void Validate(TimeSpan limit)
    {
        if (limit == Timeout.InfiniteTimeSpan)
            return;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, TimeSpan.FromMilliseconds(int.MaxValue));
    }
}
