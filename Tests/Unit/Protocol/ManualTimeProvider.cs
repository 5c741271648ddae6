namespace FrameRpc.Tests.Protocol;

/// <summary>A clock that stands still until it is moved, and whose timers fire on the thread that moves it, in order.</summary>
internal sealed class ManualTimeProvider : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private TimeSpan _now = TimeSpan.FromDays(1);

    /// <summary>How many timers will fire some day.</summary>
    public int TimersArmed
    {
        get
        {
            lock (_lock)
                return _timers.Count;
        }
    }

    /// <summary>How many times any timer was given a time to fire at.</summary>
    public int TimesArmed { get; private set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        lock (_lock)
            return _now.Ticks;
    }

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        _ = timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan time)
    {
        TimeSpan until;
        lock (_lock)
            until = _now + time;
        while (NextBefore(until) is { } timer)
            timer.Fire();
    }

    /// <summary>Waits, without moving the clock, until so many timers are armed: for code that arms one on another thread.</summary>
    public async Task WaitForTimersAsync(int count, CancellationToken cancel)
    {
        while (TimersArmed < count)
        {
            cancel.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private ManualTimer? NextBefore(TimeSpan until)
    {
        lock (_lock)
        {
            ManualTimer? next = _timers.MinBy(timer => timer.Due);
            if (next is null || next.Due > until)
            {
                _now = until;
                return null;
            }
            _now = next.Due > _now ? next.Due : _now;
            next.TakeTurn();
            return next;
        }
    }

    private sealed class ManualTimer(ManualTimeProvider clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public TimeSpan Due { get; private set; }

        public void Fire() => callback(state);

        /// <summary>Leaves the clock, or stands in line again if it is periodic.</summary>
        public void TakeTurn()
        {
            if (_period > TimeSpan.Zero)
                Due += _period;
            else
                _ = clock._timers.Remove(this);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                _ = clock._timers.Remove(this);
                _period = period;
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;
                Due = clock._now + dueTime;
                clock._timers.Add(this);
                clock.TimesArmed++;
                return true;
            }
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
