using System.Globalization;
using FrameRpc.Gateway.Admin;

namespace FrameRpc.Gateway.Hosting;

/// <summary>
/// The way of a gateway to its end, on which signals and the admin endpoint send it alike: serving → leaving → draining → stopped.
/// </summary>
/// <remarks>
/// The rule for whoever asks next: an ask may hasten what was asked before, and never takes back or puts off any of it; one that
/// would is no error and does nothing. So a drain cuts the delay of a stop short, a stop gives a drain its time limit, and a
/// delay longer than what is left of the one that runs changes nothing.
/// </remarks>
internal sealed class Lifecycle : ILifecycle, IDisposable
{
    private readonly Lock _gate = new();
    private readonly IServing _serving;
    private readonly TimeSpan _drainTimeout;
    private readonly TimeProvider _time;
    private readonly Action<string> _say;
    private readonly ITimer _timer;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Stage _stage;
    private bool _isStopAsked;
    private bool _isDrained;
    private long _armedAt;
    private TimeSpan _armedFor;

    /// <param name="serving">What is brought to its end.</param>
    /// <param name="drainTimeout">How long calls in flight may take once a stop was asked for.</param>
    /// <param name="time">The clock of the delay and of the time limit.</param>
    /// <param name="say">Told of each step, in a line, when the step is done. Never waits: whoever asks next waits for it.</param>
    public Lifecycle(IServing serving, TimeSpan drainTimeout, TimeProvider time, Action<string> say)
    {
        _serving = serving;
        _drainTimeout = drainTimeout;
        _time = time;
        _say = say;
        _timer = time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public Stage Stage => _stage;

    /// <summary>Ends when a stop was asked for and nobody is served any more.</summary>
    public Task Stopped => _stopped.Task;

    private TimeSpan TimeLeft => _armedFor - _time.GetElapsedTime(_armedAt);

    public void Drain(string asked)
    {
        lock (_gate)
        {
            if (_stage < Stage.Draining)
                BeginDraining($"asked by {asked}");
        }
    }

    public void Stop(string asked, TimeSpan delay)
    {
        lock (_gate)
        {
            bool wasAsked = _isStopAsked;
            _isStopAsked = true;
            if (_stage == Stage.Draining && !wasAsked)
                BoundDraining($"asked by {asked}");
            else if (_stage < Stage.Draining && delay <= TimeSpan.Zero)
                BeginDraining($"asked by {asked}");
            else if (_stage == Stage.Serving || (_stage == Stage.Leaving && delay < TimeLeft))
                Leave($"asked by {asked}", delay);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Leave(string why, TimeSpan delay)
    {
        if (_stage == Stage.Serving)
            Enter(Stage.Leaving);
        Arm(delay);
        _say($"leaving: {why}; callers are served as before for {Seconds(delay)}");
    }

    private void BeginDraining(string why)
    {
        Enter(Stage.Draining);
        _serving.Drain().ContinueWith(_ => OnDrained(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        if (_isStopAsked)
            BoundDraining(why);
        else
            _say($"draining: {why}; calls in flight finish, and then this process waits to be told to stop");
    }

    private void BoundDraining(string why)
    {
        Arm(_drainTimeout);
        _say($"draining: {why}; calls in flight have {Seconds(_drainTimeout)} to finish");
        StopWhenDrained();
    }

    private void OnDrained()
    {
        lock (_gate)
        {
            _isDrained = true;
            if (!_isStopAsked)
                _say("drained: every caller has left; SIGTERM or POST /shutdown ends this process");
            StopWhenDrained();
        }
    }

    private void StopWhenDrained()
    {
        if (!_isDrained || !_isStopAsked)
            return;
        Enter(Stage.Stopped);
        _stopped.SetResult();
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            // A shot that was on its way when the timer was armed anew is early, and none counts after the end.
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
        _say($"cutting off {callers} callers whose calls did not finish");
    }

    private void Arm(TimeSpan time)
    {
        _armedAt = _time.GetTimestamp();
        _armedFor = time;
        _timer.Change(time, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The one place where the stage changes. Whoever asks is held against the stage before; what is impossible here is a bug.</summary>
    private void Enter(Stage next)
    {
        _stage = (_stage, next) switch
        {
            (Stage.Serving, Stage.Leaving) => next,
            (Stage.Serving or Stage.Leaving, Stage.Draining) => next,
            (Stage.Draining, Stage.Stopped) => next,
            _ => throw new InvalidOperationException($"a gateway does not go from {_stage} to {next}"),
        };
    }

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");
}

/// <summary>What serves callers, as far as the end of it goes.</summary>
internal interface IServing
{
    /// <summary>Callers connected.</summary>
    long Callers { get; }

    /// <summary>Accepts nobody any more, and no new calls. The task ends when the last caller has left.</summary>
    Task Drain();

    /// <summary>Cuts off whoever is left of those who were to leave.</summary>
    void Abort();
}
