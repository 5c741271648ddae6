namespace FrameRpc.Gateway.Bench;

/// <summary>
/// Says of one thread's calls when each may begin. Without a rate: whenever a connection is free for one. With a rate: by
/// the clock, whatever the server does.
/// </summary>
/// <remarks>
/// With a rate a call's latency counts from the time it was meant to be sent at. Counted from when it could be sent, a
/// server that stands still for a second would show one slow call in place of a second's worth of them: the "coordinated
/// omission" of load generators.
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
    /// <param name="thread">This thread's number, from 0: shares and phases follow from it.</param>
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
        // The threads' calls fall between each other's.
        _startedAt += (long)(_intervalNs * thread / plan.Threads);
    }

    /// <summary>Calls meant to begin from here on are measured; those before are warm-up.</summary>
    public long MeasuredFrom { get; }

    public bool HasRate => _intervalNs > 0;

    /// <summary>When the next call is due, where there is a rate.</summary>
    public long NextAt => _startedAt + (long)(_begun * _intervalNs);

    public bool IsOver(long now) => _measuredLeft == 0 || (now >= _endsAt && !AwaitsFirst);

    /// <summary>From now on no call begins.</summary>
    public void End() => _measuredLeft = 0;

    /// <summary>Begins a call, if one is due.</summary>
    /// <param name="now">The clock.</param>
    /// <param name="intendedAt">When it was meant to begin: what its latency counts from.</param>
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

    /// <summary>Calls of the warm-up took so long that the end came before any other could begin: one still does, because a measurement of nothing says nothing.</summary>
    private bool AwaitsFirst => !HasRate && !_measuresAny;

    /// <summary>What the warm-up could not send is dropped with it: the measurement begins with a server that is warm, not late.</summary>
    private long FirstMeasured => (long)Math.Ceiling((MeasuredFrom - _startedAt) / _intervalNs);

    /// <summary>Measured calls that were due and could not begin, because every connection had all its calls in flight.</summary>
    public long CountUnsent(long now)
    {
        if (!HasRate || _measuredLeft == 0)
            return 0;
        return Math.Max(0, (long)Math.Ceiling((Math.Min(now, _endsAt) - _startedAt) / _intervalNs) - Math.Max(_begun, FirstMeasured));
    }
}
