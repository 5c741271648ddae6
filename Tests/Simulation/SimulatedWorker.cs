using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Hosting;

namespace FrameRpc.Tests.Simulation;

/// <summary>
/// One worker of a simulated gateway, and whether it has a reason to turn: it sleeps until something is ready, it is woken, or its wait is over.
/// </summary>
internal sealed class SimulatedWorker(ServingWorker serving, SimulatedWorld world)
{
    private readonly Loop _loop = serving.Loop;
    private readonly SimulatedNetwork _network = (SimulatedNetwork)serving.Loop.Network;
    private bool _hasMoreToDo = true;
    private long _waitsUntilMs;
    private long _standsUntilMs;

    public ServingWorker Serving => serving;

    public Loop Loop => _loop;

    public int Number => _network.Worker;

    public bool StandsStill => world.Time.NowMs < _standsUntilMs;

    /// <summary>Whether a turn would do more than wait.</summary>
    public bool CanTurn => !StandsStill && (_hasMoreToDo || _network.HasEvents || world.Time.NowMs >= _waitsUntilMs);

    /// <summary>When it turns at the latest, if nothing else happens.</summary>
    public long NextTurnMs => Math.Max(_standsUntilMs, _hasMoreToDo || _network.HasEvents ? 0 : _waitsUntilMs);

    /// <summary>The worker gets no CPU for this long: it does not turn, and its clock stands still.</summary>
    public void StandStill(long ms)
    {
        _standsUntilMs = world.Time.NowMs + ms;
        world.Events.Note("worker {0} stands still for {1} ms", Number, ms);
    }

    public void Turn()
    {
        bool wasWoken = _network.IsWoken;
        int timers = _loop.Timers.Count;
        long looks = _loop.Timers.Looks;
        world.WasActive = false;
        _loop.Turn(waitMsMax: -1);
        AssertTimersWereCheap(timers, _loop.Timers.Looks - looks);
        _hasMoreToDo = wasWoken || world.WasActive || _network.WantedWaitMs == 0 || _loop.Timers.Count != timers;
        _waitsUntilMs = _network.WantedWaitMs < 0 ? long.MaxValue : world.Time.NowMs + _network.WantedWaitMs;
        if (_hasMoreToDo)
            world.Events.Note("worker {0} has turned, {1} timers", Number, _loop.Timers.Count);
    }

    /// <summary>A due timer is examined once, and one that is due in a later round at most twice: before and after a long sleep.</summary>
    private void AssertTimersWereCheap(int timersBefore, long looks)
    {
        // Timers armed while the worker was reading are after the clock, but one round may bring the walk to their slot.
        int timersMax = Math.Max(timersBefore, _loop.Timers.Count) + (_loop.Timers.Count - timersBefore is > 0 and var armed ? armed : 0);
        Must.Hold(looks <= 2L * timersMax, $"worker {Number} looked at timers {looks} times in one turn, and has {timersMax}");
    }
}
