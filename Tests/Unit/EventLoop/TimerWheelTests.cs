using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.EventLoop;

namespace FrameRpc.Tests.EventLoop;

public sealed class TimerWheelTests
{
    private const long StartMs = 1_000_003;

    private readonly TimerWheel _wheel = new(StartMs, timer => timer.OnDue());

    [Test]
    [Arguments(0)]
    [Arguments(1)]
    [Arguments(7)]
    [Arguments(8)]
    [Arguments(500)]
    [Arguments(30_000)]
    [Arguments(3_600_000)]
    public async Task A_timer_is_never_early_and_at_most_a_tick_late(long delayMs)
    {
        var timer = new Recorder();
        _wheel.Arm(timer, StartMs + delayMs);

        long nowMs = StartMs;
        while (timer.Fired == 0)
        {
            int waitMs = _wheel.WaitMs(nowMs);
            await Assert.That((long)waitMs).IsBetween(0, delayMs + TimerWheel.TickMs);
            nowMs += Math.Max(1, waitMs);
            _wheel.Advance(nowMs);
        }

        await Assert.That(nowMs - StartMs).IsBetween(delayMs, Math.Max(delayMs, 1) + (2 * TimerWheel.TickMs));
        await Assert.That(_wheel.WaitMs(nowMs)).IsEqualTo(-1);
    }

    [Test]
    public async Task A_disarmed_timer_does_not_fire_and_leaves_nothing_to_wait_for()
    {
        var timer = new Recorder();
        _wheel.Arm(timer, StartMs + 100);
        _wheel.Disarm(timer);
        _wheel.Disarm(timer);

        await Assert.That(_wheel.WaitMs(StartMs)).IsEqualTo(-1);
        _wheel.Advance(StartMs + 10_000);
        await Assert.That(timer.Fired).IsEqualTo(0);
    }

    [Test]
    public async Task Arming_again_moves_a_timer()
    {
        var timer = new Recorder();
        _wheel.Arm(timer, StartMs + 100);
        _wheel.Arm(timer, StartMs + 1000);

        _wheel.Advance(StartMs + 900);
        await Assert.That(timer.Fired).IsEqualTo(0);
        _wheel.Advance(StartMs + 1100);
        await Assert.That(timer.Fired).IsEqualTo(1);
        await Assert.That(_wheel.Count).IsEqualTo(0);
    }

    [Test]
    public async Task A_timer_may_arm_and_disarm_others_and_itself_while_it_fires()
    {
        var victim = new Recorder();
        var late = new Recorder();
        int again = 0;
        CallbackTimer? self = null;
        self = new CallbackTimer(new Nobody(), () =>
        {
            _wheel.Disarm(victim);
            _wheel.Arm(late, StartMs + 400);
            if (++again < 3)
                _wheel.Arm(self!, StartMs + 100 + (again * 50));
        });
        // Same slot, so that one list is walked and changed at once.
        _wheel.Arm(self, StartMs + 100);
        _wheel.Arm(victim, StartMs + 100);

        for (long nowMs = StartMs; nowMs < StartMs + 500; nowMs++)
            _wheel.Advance(nowMs);

        await Assert.That(victim.Fired).IsEqualTo(0);
        await Assert.That(again).IsEqualTo(3);
        await Assert.That(late.Fired).IsEqualTo(1);
    }

    [Test]
    public async Task After_a_long_sleep_everything_that_is_due_fires_once()
    {
        Recorder[] timers = [.. Enumerable.Range(0, 5000).Select(_ => new Recorder())];
        for (int i = 0; i < timers.Length; i++)
            _wheel.Arm(timers[i], StartMs + (i * 7));

        // More than a turn may fire.
        for (int turn = 0; turn < 5; turn++)
            _wheel.Advance(StartMs + 10_000_000);

        foreach (Recorder timer in timers)
            await Assert.That(timer.Fired).IsEqualTo(1);
    }

    [Test]
    [Arguments(1)]
    [Arguments(2)]
    [Arguments(3)]
    public async Task Whatever_is_armed_and_disarmed_fires_as_a_plain_list_would(int seed)
    {
        var random = new Random(seed);
        var expected = new Dictionary<Recorder, long>();
        Recorder[] timers = [.. Enumerable.Range(0, 200).Select(_ => new Recorder())];
        long nowMs = StartMs;
        for (int step = 0; step < 20_000; step++)
        {
            Recorder timer = timers[random.Next(timers.Length)];
            switch (random.Next(4))
            {
                case 0:
                    _wheel.Disarm(timer);
                    expected.Remove(timer);
                    break;
                case 1 or 2:
                    expected[timer] = nowMs + random.Next(20_000);
                    _wheel.Arm(timer, expected[timer]);
                    break;
                default:
                    nowMs += random.Next(60);
                    await AssertFired(timers, expected, nowMs);
                    break;
            }
            await Assert.That(_wheel.Count).IsEqualTo(expected.Count);
        }
    }

    private async Task AssertFired(Recorder[] timers, Dictionary<Recorder, long> expected, long nowMs)
    {
        foreach (Recorder timer in timers)
            timer.Fired = 0;
        _wheel.Advance(nowMs);
        foreach (Recorder timer in timers.Where(timer => timer.Fired > 0))
        {
            await Assert.That(timer.Fired).IsEqualTo(1);
            await Assert.That(expected[timer] <= nowMs).IsTrue().Because("early");
            expected.Remove(timer);
        }
        foreach (long dueMs in expected.Values)
            await Assert.That(dueMs > nowMs - (2 * TimerWheel.TickMs)).IsTrue().Because("late");
    }

    private sealed class Nobody : IReadyHandler
    {
        public void OnReady(Readiness readiness)
        {
        }

        public void OnException(Exception exception)
        {
        }
    }

    private sealed class Recorder : TimerEntry
    {
        protected internal override IReadyHandler? Owner => null;

        public int Fired { get; set; }

        protected internal override void OnDue() => Fired++;
    }
}
