namespace FrameRpc.Protocol.Client;

/// <summary>One timer for all calls of a connection, set for the earliest deadline.</summary>
/// <remarks>Everything except <see cref="Dispose"/> is called under the lock of <see cref="SmfClientSessions"/>.</remarks>
internal sealed class SmfDeadlines : IDisposable
{
    // Calls with close deadlines would make the timer fire for each: after a sweep it rests for this long, and a call may fail this much too late.
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(5);

    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private long _armedFor = long.MaxValue;

    public SmfDeadlines(TimeProvider clock, Action onDue)
    {
        _clock = clock;
        // The timer must not capture the execution context of the call that happened to establish the connection.
        using (ExecutionContext.SuppressFlow())
            _timer = clock.CreateTimer(static due => ((Action)due!)(), onDue, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A call begins with this deadline, as a timestamp of the clock.</summary>
    public void Watch(long deadline)
    {
        if (deadline < _armedFor)
            Arm(deadline, TimeSpan.Zero);
    }

    /// <summary>The timer has fired; this is the earliest deadline of the remaining calls.</summary>
    public void Rearm(long earliest)
    {
        if (earliest == long.MaxValue)
            _armedFor = long.MaxValue;
        else
            Arm(earliest, Rest);
    }

    public void Dispose() => _timer.Dispose();

    private void Arm(long deadline, TimeSpan atLeast)
    {
        _armedFor = deadline;
        // Timers truncate to milliseconds, and would fire before the call is due.
        var left = TimeSpan.FromMilliseconds(Math.Ceiling(_clock.GetElapsedTime(_clock.GetTimestamp(), deadline).TotalMilliseconds));
        _ = _timer.Change(left > atLeast ? left : atLeast, Timeout.InfiniteTimeSpan);
    }
}
