using System.Collections.Concurrent;
using FrameRpc.Gateway.Admin;
using FrameRpc.Gateway.Hosting;
using FrameRpc.Tests.Protocol;

namespace FrameRpc.Tests.Hosting;

public sealed class LifecycleTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1), DrainTimeout = 10 * Second;

    private readonly ManualTimeProvider _time = new();
    private readonly HeldServing _serving = new();
    private readonly ConcurrentQueue<string> _said = [];
    private readonly Lifecycle _lifecycle;

    public LifecycleTests() => _lifecycle = new Lifecycle(_serving, DrainTimeout, _time, _said.Enqueue);

    private static CancellationToken Cancel => TestContext.Current!.Execution.CancellationToken;

    public void Dispose() => _lifecycle.Dispose();

    [Test]
    public async Task A_gateway_begins_by_serving()
    {
        await Assert.That(_lifecycle.Stage).IsEqualTo(Stage.Serving);
        await Assert.That(_lifecycle.Stopped.IsCompleted).IsFalse();
        await Assert.That(_serving.Drains).IsEqualTo(0);
    }

    [Test]
    public async Task A_stop_drains_at_once_and_is_done_when_the_last_caller_has_left()
    {
        _lifecycle.Stop("SIGTERM", TimeSpan.Zero);
        await Assert.That((_lifecycle.Stage, _serving.Drains, _lifecycle.Stopped.IsCompleted)).IsEqualTo((Stage.Draining, 1, false));

        await LetAllLeaveAsync();

        await Assert.That((_lifecycle.Stage, _serving.Aborts)).IsEqualTo((Stage.Stopped, 0));
        await Assert.That(_said).IsSequence(["draining: requested by SIGTERM; calls in flight have 10 s to finish"]);
    }

    [Test]
    public async Task A_stop_cuts_off_whoever_is_left_when_the_time_limit_is_reached()
    {
        _serving.Callers = 3;
        _lifecycle.Stop("SIGTERM", TimeSpan.Zero);

        _time.Advance(DrainTimeout - TimeSpan.FromMilliseconds(1));
        await Assert.That(_serving.Aborts).IsEqualTo(0);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await Assert.That((_serving.Aborts, _lifecycle.Stage)).IsEqualTo((1, Stage.Draining));
        await LetAllLeaveAsync();

        await Assert.That(_lifecycle.Stage).IsEqualTo(Stage.Stopped);
        await Assert.That(_said.Last()).IsEqualTo("cutting off 3 callers whose calls did not finish");
    }

    [Test]
    public async Task A_stop_with_a_delay_serves_on_and_then_drains()
    {
        _lifecycle.Stop("POST /shutdown from ::1", 5 * Second);
        await Assert.That((_lifecycle.Stage, _serving.Drains)).IsEqualTo((Stage.Leaving, 0));
        _time.Advance(5 * Second - TimeSpan.FromMilliseconds(1));
        await Assert.That((_lifecycle.Stage, _serving.Drains)).IsEqualTo((Stage.Leaving, 0));

        _time.Advance(TimeSpan.FromMilliseconds(1));

        await Assert.That((_lifecycle.Stage, _serving.Drains)).IsEqualTo((Stage.Draining, 1));
        await LetAllLeaveAsync();
        await Assert.That(_said).IsSequence([
                "leaving: requested by POST /shutdown from ::1; callers are served normally for 5 s",
                "draining: the delay is over; calls in flight have 10 s to finish",
            ]);
    }

    [Test]
    public async Task The_time_limit_of_a_stop_with_a_delay_begins_after_the_delay()
    {
        _lifecycle.Stop("x", 5 * Second);

        _time.Advance(5 * Second);
        _time.Advance(DrainTimeout - TimeSpan.FromMilliseconds(1));
        await Assert.That(_serving.Aborts).IsEqualTo(0);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await Assert.That(_serving.Aborts).IsEqualTo(1);
    }

    [Test]
    public async Task A_drain_has_no_time_limit_and_the_process_stays()
    {
        _lifecycle.Drain("POST /drain from a Unix socket");
        _time.Advance(TimeSpan.FromDays(1));
        await Assert.That((_lifecycle.Stage, _serving.Drains, _serving.Aborts)).IsEqualTo((Stage.Draining, 1, 0));

        await LetAllLeaveAsync(stops: false);

        await Assert.That((_lifecycle.Stage, _lifecycle.Stopped.IsCompleted)).IsEqualTo((Stage.Draining, false));
        await Assert.That(_said).IsSequence([
                "draining: requested by POST /drain from a Unix socket; calls in flight finish, and the process keeps running until it is told to stop",
                "drained: all callers have disconnected; SIGTERM or POST /shutdown ends the process",
            ]);
    }

    [Test]
    public async Task A_stop_after_a_drain_that_is_over_is_done_at_once_whatever_its_delay()
    {
        _lifecycle.Drain("x");
        await LetAllLeaveAsync(stops: false);

        _lifecycle.Stop("y", 5 * Second);

        await Assert.That(_lifecycle.Stage).IsEqualTo(Stage.Stopped);
        await _lifecycle.Stopped.WaitAsync(Cancel);
        await Assert.That(_serving.Drains).IsEqualTo(1);
    }

    [Test]
    public async Task A_stop_after_a_drain_that_goes_on_gives_it_the_time_limit_from_then()
    {
        _lifecycle.Drain("x");
        _time.Advance(TimeSpan.FromHours(1));

        _lifecycle.Stop("SIGTERM", 5 * Second);

        await Assert.That(_said.Last()).IsEqualTo("draining: requested by SIGTERM; calls in flight have 10 s to finish");
        _time.Advance(DrainTimeout - TimeSpan.FromMilliseconds(1));
        await Assert.That(_serving.Aborts).IsEqualTo(0);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await Assert.That((_serving.Aborts, _serving.Drains)).IsEqualTo((1, 1));
    }

    [Test]
    public async Task A_drain_cuts_a_delay_short_and_the_stop_still_comes()
    {
        _lifecycle.Stop("x", 5 * Second);
        _time.Advance(Second);

        _lifecycle.Drain("y");

        await Assert.That((_lifecycle.Stage, _serving.Drains)).IsEqualTo((Stage.Draining, 1));
        await Assert.That(_said.Last()).IsEqualTo("draining: requested by y; calls in flight have 10 s to finish");
        await LetAllLeaveAsync();
        await Assert.That(_lifecycle.Stage).IsEqualTo(Stage.Stopped);
    }

    [Test]
    [Arguments(0, 0)]
    [Arguments(1, 1)]
    [Arguments(3, 3)]
    [Arguments(4, 4)]
    [Arguments(60, 4)]
    public async Task A_second_stop_can_shorten_a_delay_and_never_lengthen_it(int secondDelay, int left)
    {
        _lifecycle.Stop("x", 5 * Second);
        _time.Advance(Second);

        _lifecycle.Stop("y", secondDelay * Second);

        if (left > 0)
        {
            _time.Advance(left * Second - TimeSpan.FromMilliseconds(1));
            await Assert.That(_lifecycle.Stage).IsEqualTo(Stage.Leaving);
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }
        await Assert.That((_lifecycle.Stage, _serving.Drains)).IsEqualTo((Stage.Draining, 1));
    }

    [Test]
    public async Task Asking_again_while_a_stop_drains_changes_nothing()
    {
        _lifecycle.Stop("x", TimeSpan.Zero);
        _time.Advance(9 * Second);

        _lifecycle.Stop("y", TimeSpan.Zero);
        _lifecycle.Stop("y", 5 * Second);
        _lifecycle.Drain("z");

        await Assert.That((_serving.Drains, _said.Count)).IsEqualTo((1, 1));
        _time.Advance(Second);
        await Assert.That(_serving.Aborts).IsEqualTo(1);
    }

    [Test]
    public async Task Asking_after_the_end_changes_nothing()
    {
        _lifecycle.Stop("x", TimeSpan.Zero);
        await LetAllLeaveAsync();

        _lifecycle.Drain("y");
        _lifecycle.Stop("y", TimeSpan.Zero);
        _time.Advance(TimeSpan.FromHours(2));

        await Assert.That((_lifecycle.Stage, _serving.Drains, _serving.Aborts, _said.Count)).IsEqualTo((Stage.Stopped, 1, 0, 1));
    }

    /// <summary>The callers leave, and whoever waits for that, on the thread pool, has been told.</summary>
    private async Task LetAllLeaveAsync(bool stops = true)
    {
        _serving.LetAllLeave();
        if (stops)
            await _lifecycle.Stopped.WaitAsync(Cancel);
        while (!stops && !_said.Any(line => line.StartsWith("drained: ", StringComparison.Ordinal)))
            await Task.Yield();
    }

    /// <summary>Callers that leave when they are told to.</summary>
    private sealed class HeldServing : IServing
    {
        private readonly TaskCompletionSource _drained = new();

        public long Callers { get; set; }

        public int Drains { get; private set; }

        public int Aborts { get; private set; }

        public Task Drain()
        {
            Drains++;
            return _drained.Task;
        }

        public void Abort() => Aborts++;

        public void LetAllLeave() => _drained.SetResult();
    }
}
