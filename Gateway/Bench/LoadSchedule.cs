namespace FrameRpc.Gateway.Bench;

/// <summary>
/// Decides when each call of one thread may begin. Without a rate: whenever a connection has room. With a rate: by the clock, whatever the server
/// does.
/// </summary>
/// <remarks>
/// With a rate, latency counts from the time at which a call was due. Counted from the time at which it could be sent, a server that stands still for
/// a second would show one slow call in place of a second's worth of them: the "coordinated omission" of load generators.
/// </remarks>
internal sealed class LoadSchedule
{
    private readonly long _startedAt;
    private readonly double _intervalNs;
    private long _begun;
    private long _measuredLeft;
    private readonly long _endsAt;
    private bool _measuresAny;

    /// <param name="plan">Of all threads together.</param>
    /// <param name="thread">This thread's number, from 0, which determines its share and phase.</param>
    /// <param name="startedAt">On <see cref="LoadClock"/>, the same for all threads.</param>
    public LoadSchedule(LoadPlan plan, int thread, long startedAt)
    {
        _startedAt = startedAt;
        MeasuredFrom = startedAt + LoadClock.Of(plan.WarmUp);
        _endsAt = plan.Count is null ? MeasuredFrom + LoadClock.Of(plan.Duration) : long.MaxValue;
        _measuredLeft = plan.Count is { } count ? count / plan.Threads + (thread < count % plan.Threads ? 1 : 0) : long.MaxValue;
        if (plan.CallsPerSecond is not { } rate)
            return;
        _intervalNs = (double)LoadClock.NanosecondsPerSecond * plan.Threads / rate;
        // Interleaves the calls of the threads.
        _startedAt += (long)(_intervalNs * thread / plan.Threads);
    }

    /// <summary>Calls due from here on are measured; those before are warm-up.</summary>
    public long MeasuredFrom { get; }

    public bool HasRate => _intervalNs > 0;

    /// <summary>When the next call is due, with a rate.</summary>
    public long NextAt => _startedAt + (long)(_begun * _intervalNs);

    public bool IsOver(long now) => _measuredLeft == 0 || (now >= _endsAt && !AwaitsFirst);

    /// <summary>No further call begins.</summary>
    public void End() => _measuredLeft = 0;

    /// <summary>Begins a call, if one is due.</summary>
    /// <param name="now">The clock.</param>
    /// <param name="intendedAt">When it was due: its latency counts from here.</param>
    public bool TryBegin(long now, out long intendedAt)
    {
        if (HasRate && now >= MeasuredFrom && NextAt < MeasuredFrom)
            _begun = FirstMeasured;
        intendedAt = HasRate ? NextAt : now;
        if (intendedAt > now || IsOver(now))
            return false;
        _begun++;
        if (intendedAt >= MeasuredFrom)
        {
            _measuredLeft--;
            _measuresAny = true;
        }
        return true;
    }

    /// <summary>
    /// The warm-up took until the end, so no measured call has begun: one more may begin, because a measurement needs at least one.
    /// </summary>
    private bool AwaitsFirst => !HasRate && !_measuresAny;

    /// <summary>Calls that the warm-up could not send are dropped: the measurement begins with a server that is warm, not late.</summary>
    private long FirstMeasured => (long)Math.Ceiling((MeasuredFrom - _startedAt) / _intervalNs);

    /// <summary>Measured calls that were due but could not begin, because every connection was full.</summary>
    public long CountUnsent(long now)
    {
        if (!HasRate || _measuredLeft == 0)
            return 0;
        return Math.Max(0, (long)Math.Ceiling((Math.Min(now, _endsAt) - _startedAt) / _intervalNs) - Math.Max(_begun, FirstMeasured));
    }
}
