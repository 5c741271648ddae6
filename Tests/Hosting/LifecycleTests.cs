using System.Collections.Concurrent;
using FrameRpc.Gateway.Hosting;
using FrameRpc.Tests.Protocol;
using Xunit;

namespace FrameRpc.Tests.Hosting;

public sealed class LifecycleTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1), DrainTimeout = 10 * Second;

    private readonly ManualTimeProvider _time = new();
    private readonly HeldServing _serving = new();
    private readonly ConcurrentQueue<string> _said = [];
    private readonly Lifecycle _lifecycle;

    public LifecycleTests() => _lifecycle = new Lifecycle(_serving, DrainTimeout, _time, _said.Enqueue);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _lifecycle.Dispose();

    [Fact]
    public void A_gateway_begins_by_serving()
    {
        Assert.Equal(Stage.Serving, _lifecycle.Stage);
        Assert.False(_lifecycle.Stopped.IsCompleted);
        Assert.Equal(0, _serving.Drains);
    }

    [Fact]
    public async Task A_stop_drains_at_once_and_is_done_when_the_last_caller_has_left()
    {
        _lifecycle.Stop("SIGTERM", TimeSpan.Zero);
        Assert.Equal((Stage.Draining, 1, false), (_lifecycle.Stage, _serving.Drains, _lifecycle.Stopped.IsCompleted));

        await LetAllLeaveAsync();

        Assert.Equal((Stage.Stopped, 0), (_lifecycle.Stage, _serving.Aborts));
        Assert.Equal(["draining: asked by SIGTERM; calls in flight have 10 s to finish"], _said);
    }

    [Fact]
    public async Task A_stop_cuts_off_whoever_is_left_when_the_time_limit_is_reached()
    {
        _serving.Callers = 3;
        _lifecycle.Stop("SIGTERM", TimeSpan.Zero);

        _time.Advance(DrainTimeout - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, _serving.Aborts);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal((1, Stage.Draining), (_serving.Aborts, _lifecycle.Stage));
        await LetAllLeaveAsync();

        Assert.Equal(Stage.Stopped, _lifecycle.Stage);
        Assert.Equal("cutting off 3 callers whose calls did not finish", _said.Last());
    }

    [Fact]
    public async Task A_stop_with_a_delay_serves_on_and_then_drains()
    {
        _lifecycle.Stop("POST /shutdown from ::1", 5 * Second);
        Assert.Equal((Stage.Leaving, 0), (_lifecycle.Stage, _serving.Drains));
        _time.Advance(5 * Second - TimeSpan.FromMilliseconds(1));
        Assert.Equal((Stage.Leaving, 0), (_lifecycle.Stage, _serving.Drains));

        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal((Stage.Draining, 1), (_lifecycle.Stage, _serving.Drains));
        await LetAllLeaveAsync();
        Assert.Equal(
            [
                "leaving: asked by POST /shutdown from ::1; callers are served as before for 5 s",
                "draining: the delay is over; calls in flight have 10 s to finish",
            ],
            _said);
    }

    [Fact]
    public void The_time_limit_of_a_stop_with_a_delay_begins_after_the_delay()
    {
        _lifecycle.Stop("x", 5 * Second);

        _time.Advance(5 * Second);
        _time.Advance(DrainTimeout - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, _serving.Aborts);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, _serving.Aborts);
    }

    [Fact]
    public async Task A_drain_has_no_time_limit_and_the_process_stays()
    {
        _lifecycle.Drain("POST /drain from a Unix socket");
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal((Stage.Draining, 1, 0), (_lifecycle.Stage, _serving.Drains, _serving.Aborts));

        await LetAllLeaveAsync(stops: false);

        Assert.Equal((Stage.Draining, false), (_lifecycle.Stage, _lifecycle.Stopped.IsCompleted));
        Assert.Equal(
            [
                "draining: asked by POST /drain from a Unix socket; calls in flight finish, and then this process waits to be told to stop",
                "drained: every caller has left; SIGTERM or POST /shutdown ends this process",
            ],
            _said);
    }

    [Fact]
    public async Task A_stop_after_a_drain_that_is_over_is_done_at_once_whatever_its_delay()
    {
        _lifecycle.Drain("x");
        await LetAllLeaveAsync(stops: false);

        _lifecycle.Stop("y", 5 * Second);

        Assert.Equal(Stage.Stopped, _lifecycle.Stage);
        await _lifecycle.Stopped.WaitAsync(Cancel);
        Assert.Equal(1, _serving.Drains);
    }

    [Fact]
    public void A_stop_after_a_drain_that_goes_on_gives_it_the_time_limit_from_then()
    {
        _lifecycle.Drain("x");
        _time.Advance(TimeSpan.FromHours(1));

        _lifecycle.Stop("SIGTERM", 5 * Second);

        Assert.Equal("draining: asked by SIGTERM; calls in flight have 10 s to finish", _said.Last());
        _time.Advance(DrainTimeout - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, _serving.Aborts);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal((1, 1), (_serving.Aborts, _serving.Drains));
    }

    [Fact]
    public async Task A_drain_cuts_a_delay_short_and_the_stop_still_comes()
    {
        _lifecycle.Stop("x", 5 * Second);
        _time.Advance(Second);

        _lifecycle.Drain("y");

        Assert.Equal((Stage.Draining, 1), (_lifecycle.Stage, _serving.Drains));
        Assert.Equal("draining: asked by y; calls in flight have 10 s to finish", _said.Last());
        await LetAllLeaveAsync();
        Assert.Equal(Stage.Stopped, _lifecycle.Stage);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(3, 3)]
    [InlineData(4, 4)]
    [InlineData(60, 4)]
    public void A_second_stop_can_shorten_a_delay_and_never_lengthen_it(int secondDelay, int left)
    {
        _lifecycle.Stop("x", 5 * Second);
        _time.Advance(Second);

        _lifecycle.Stop("y", secondDelay * Second);

        if (left > 0)
        {
            _time.Advance(left * Second - TimeSpan.FromMilliseconds(1));
            Assert.Equal(Stage.Leaving, _lifecycle.Stage);
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }
        Assert.Equal((Stage.Draining, 1), (_lifecycle.Stage, _serving.Drains));
    }

    [Fact]
    public void Asking_again_while_a_stop_drains_changes_nothing()
    {
        _lifecycle.Stop("x", TimeSpan.Zero);
        _time.Advance(9 * Second);

        _lifecycle.Stop("y", TimeSpan.Zero);
        _lifecycle.Stop("y", 5 * Second);
        _lifecycle.Drain("z");

        Assert.Equal((1, 1), (_serving.Drains, _said.Count));
        _time.Advance(Second);
        Assert.Equal(1, _serving.Aborts);
    }

    [Fact]
    public async Task Asking_after_the_end_changes_nothing()
    {
        _lifecycle.Stop("x", TimeSpan.Zero);
        await LetAllLeaveAsync();

        _lifecycle.Drain("y");
        _lifecycle.Stop("y", TimeSpan.Zero);
        _time.Advance(TimeSpan.FromHours(2));

        Assert.Equal((Stage.Stopped, 1, 0, 1), (_lifecycle.Stage, _serving.Drains, _serving.Aborts, _said.Count));
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
