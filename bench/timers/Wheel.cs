using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.EventLoop;

namespace FrameRpc.Bench.Timers;

/// <summary>The load on the event loop's timer wheel.</summary>
internal sealed class Wheel
{
    private readonly Entry[] _entries;
    private int _fired;

    public Wheel(int timers) => _entries = [.. Enumerable.Range(0, timers).Select(_ => new Entry(this))];

    /// <summary>In the last run: the longest turn, in CPU time.</summary>
    public TimeSpan LongestTurn { get; private set; }

    /// <summary>In the last run: turns that fired or examined a timer.</summary>
    public int Turns { get; private set; }

    public void Run(Load load)
    {
        var wheel = new TimerWheel(Load.StartMs, static timer => ((Entry)timer).Fire());
        _fired = 0;
        (LongestTurn, Turns) = (TimeSpan.Zero, 0);
        for (int i = 0; i < load.Timers; i++)
            wheel.Arm(_entries[i], load.DueMs(i));
        for (int i = 0; i < load.Disarmed; i++)
            wheel.Disarm(_entries[i]);
        long nowMs = Load.StartMs;
        while (wheel.WaitMs(nowMs) is var waitMs and >= 0)
        {
            nowMs += waitMs;
            TimeSpan start = Environment.CpuUsage.TotalTime;
            wheel.Advance(nowMs);
            TimeSpan turn = Environment.CpuUsage.TotalTime - start;
            LongestTurn = turn > LongestTurn ? turn : LongestTurn;
            Turns++;
        }
        if (_fired != load.Timers - load.Disarmed)
            throw new InvalidOperationException($"{_fired} timers fired");
    }

    private sealed class Entry(Wheel owner) : TimerEntry
    {
        protected internal override IReadyHandler? Owner => null;

        public void Fire() => owner._fired++;

        protected internal override void OnDue() => Fire();
    }
}
