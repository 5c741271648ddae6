using FrameRpc.Gateway.Admin;
using FrameRpc.Gateway.Hosting;

namespace FrameRpc.Tests.Hosting;

/// <summary>A timer counts milliseconds on another clock than the one that is asked for the time: it can be early, or late where it was armed anew meanwhile.</summary>
public sealed class EarlyTimerTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1), Tick = TimeSpan.FromMilliseconds(1);

    [Test]
    public async Task A_shot_before_its_time_does_nothing_and_comes_again_for_the_rest()
    {
        var time = new HandFiredTime();
        var serving = new NobodyServed();
        using var lifecycle = new Lifecycle(serving, 10 * Second, time, _ => { });
        lifecycle.Stop("x", 5 * Second);

        time.Now += 5 * Second - Tick;
        time.Fire();
        await Assert.That((lifecycle.Stage, time.Due)).IsEqualTo((Stage.Leaving, Tick));

        time.Now += Tick;
        time.Fire();
        await Assert.That((lifecycle.Stage, time.Due)).IsEqualTo((Stage.Draining, 10 * Second));
        // One more of the delay's, which was on its way already.
        time.Fire();
        await Assert.That(serving.Aborts).IsEqualTo(0);
    }

    private sealed class HandFiredTime : TimeProvider, ITimer
    {
        private TimerCallback? _callback;

        public TimeSpan Now { get; set; } = TimeSpan.FromDays(1);

        public TimeSpan Due { get; private set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _callback = callback;
            return this;
        }

        public void Fire() => _callback!(null);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime;
            return true;
        }

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class NobodyServed : IServing
    {
        public long Callers => 0;

        public int Aborts { get; private set; }

        public Task Drain() => Task.Delay(Timeout.Infinite, TestContext.Current!.Execution.CancellationToken);

        public void Abort() => Aborts++;
    }
}
