namespace FrameRpc.Protocol.Client;

/// <summary>One timer for all calls of a connection, set for the first that is due.</summary>
/// <remarks>Everything but <see cref="Dispose"/> is called under the lock of <see cref="SmfClientSessions"/>.</remarks>
internal sealed class SmfDeadlines : IDisposable
{
    // A stream of calls with near deadlines would have the timer fire for each: after a sweep it rests so long, and a call may be failed so much too late.
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(5);

    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private long _armedFor = long.MaxValue;

    public SmfDeadlines(TimeProvider clock, Action onDue)
    {
        _clock = clock;
        // The timer must not keep the values that flow with the call that happened to make the connection.
        using (ExecutionContext.SuppressFlow())
            _timer = clock.CreateTimer(static due => ((Action)due!)(), onDue, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A call begins that is due then, as a timestamp of the clock.</summary>
    public void Watch(long deadline)
    {
        if (deadline < _armedFor)
            Arm(deadline, TimeSpan.Zero);
    }

    /// <summary>The timer has fired; of the calls that are left, this is the first that is due.</summary>
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
        // Timers drop what is less than a millisecond, and would fire before the call is due.
        var left = TimeSpan.FromMilliseconds(Math.Ceiling(_clock.GetElapsedTime(_clock.GetTimestamp(), deadline).TotalMilliseconds));
        _ = _timer.Change(left > atLeast ? left : atLeast, Timeout.InfiniteTimeSpan);
    }
}
