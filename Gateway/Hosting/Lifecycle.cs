using System.Globalization;
using FrameRpc.Gateway.Admin;

namespace FrameRpc.Gateway.Hosting;

/// <summary>Drains and stops a gateway, at the request of signals and the admin endpoints: serving → leaving → draining → stopped.</summary>
/// <remarks>
/// A later request can shorten a pending shutdown but never extend or cancel it; a request that would is ignored. So a drain ends the delay of a stop
/// early, a stop gives a drain its time limit, and a delay longer than what is left of the current one changes nothing.
/// </remarks>
internal sealed class Lifecycle : ILifecycle, IDisposable
{
    private readonly Lock _gate = new();
    private readonly IServing _serving;
    private readonly TimeSpan _drainTimeout;
    private readonly TimeProvider _time;
    private readonly Action<string> _announce;
    private readonly ITimer _timer;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Stage _stage;
    private bool _isStopRequested;
    private bool _isDrained;
    private long _armedAt;
    private TimeSpan _armedFor;

    /// <param name="serving">The callers and workers to stop.</param>
    /// <param name="drainTimeout">Time limit for calls in flight once a stop was requested.</param>
    /// <param name="time">The clock of the delay and of the time limit.</param>
    /// <param name="announce">Receives a line for each completed step. Must not block: it runs under the lock.</param>
    public Lifecycle(IServing serving, TimeSpan drainTimeout, TimeProvider time, Action<string> announce)
    {
        _serving = serving;
        _drainTimeout = drainTimeout;
        _time = time;
        _announce = announce;
        _timer = time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public Stage Stage => _stage;

    /// <summary>Completes when a stop was requested and all callers have left.</summary>
    public Task Stopped => _stopped.Task;

    private TimeSpan TimeLeft => _armedFor - _time.GetElapsedTime(_armedAt);

    public void Drain(string requestedBy)
    {
        lock (_gate)
        {
            if (_stage < Stage.Draining)
                BeginDraining($"requested by {requestedBy}");
        }
    }

    public void Stop(string requestedBy, TimeSpan delay)
    {
        lock (_gate)
        {
            bool wasStopRequested = _isStopRequested;
            _isStopRequested = true;
            if (_stage == Stage.Draining && !wasStopRequested)
                BoundDraining($"requested by {requestedBy}");
            else if (_stage < Stage.Draining && delay <= TimeSpan.Zero)
                BeginDraining($"requested by {requestedBy}");
            else if (_stage == Stage.Serving || (_stage == Stage.Leaving && delay < TimeLeft))
                Leave($"requested by {requestedBy}", delay);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Leave(string why, TimeSpan delay)
    {
        if (_stage == Stage.Serving)
            Enter(Stage.Leaving);
        Arm(delay);
        _announce($"leaving: {why}; callers are served normally for {Seconds(delay)}");
    }

    private void BeginDraining(string why)
    {
        Enter(Stage.Draining);
        _serving.Drain().ContinueWith(_ => OnDrained(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        if (_isStopRequested)
            BoundDraining(why);
        else
            _announce($"draining: {why}; calls in flight finish, and the process keeps running until it is told to stop");
    }

    private void BoundDraining(string why)
    {
        Arm(_drainTimeout);
        _announce($"draining: {why}; calls in flight have {Seconds(_drainTimeout)} to finish");
        StopWhenDrained();
    }

    private void OnDrained()
    {
        lock (_gate)
        {
            _isDrained = true;
            if (!_isStopRequested)
                _announce("drained: all callers have disconnected; SIGTERM or POST /shutdown ends the process");
            StopWhenDrained();
        }
    }

    private void StopWhenDrained()
    {
        if (!_isDrained || !_isStopRequested)
            return;
        Enter(Stage.Stopped);
        _stopped.SetResult();
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            // Ignores a tick that was under way when the timer was set again, and any tick after the end.
            if (_stage == Stage.Stopped)
                return;
            if (TimeLeft > TimeSpan.Zero)
                _timer.Change(TimeLeft, Timeout.InfiniteTimeSpan);
            else if (_stage == Stage.Leaving)
                BeginDraining("the delay is over");
            else
                CutOff();
        }
    }

    private void CutOff()
    {
        long callers = _serving.Callers;
        _serving.Abort();
        _announce($"cutting off {callers} callers whose calls did not finish");
    }

    private void Arm(TimeSpan time)
    {
        _armedAt = _time.GetTimestamp();
        _armedFor = time;
        _timer.Change(time, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The only place where the stage changes. Requests are checked against the stage before; an impossible transition is a bug.</summary>
    private void Enter(Stage next)
    {
        _stage = (_stage, next) switch
        {
            (Stage.Serving, Stage.Leaving) => next,
            (Stage.Serving or Stage.Leaving, Stage.Draining) => next,
            (Stage.Draining, Stage.Stopped) => next,
            _ => throw new InvalidOperationException($"a gateway cannot go from {_stage} to {next}"),
        };
    }

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");
}

/// <summary>What the lifecycle needs from the workers.</summary>
internal interface IServing
{
    /// <summary>Callers connected.</summary>
    long Callers { get; }

    /// <summary>Accepts no more callers or calls. The task completes when the last caller has left.</summary>
    Task Drain();

    /// <summary>Resets the callers that are left.</summary>
    void Abort();
}
