using FrameRpc.Gateway.Hosting;

namespace FrameRpc.Tests.Hosting;

public sealed class BurstWatchTests
{
    private static readonly TrafficSample Start = new(CallersCome: 5, CallersOpen: 5, Calls: 100, BodyBytes: 0, AllocatedBytes: 1000);

    private readonly BurstWatch _watch = new(Start);

    private static TrafficSample AfterBurst => Start with { CallersCome = 1_005, AllocatedBytes = 1000 + BurstWatch.AllocatedBytesMin };

    [Test]
    public async Task The_first_quiet_look_after_a_burst_is_the_moment_and_the_next_is_not()
    {
        await Assert.That(_watch.IsOver(AfterBurst)).IsFalse();
        await Assert.That(_watch.IsOver(AfterBurst)).IsTrue();
        await Assert.That(_watch.IsOver(AfterBurst)).IsFalse();
    }

    [Test]
    public async Task A_second_burst_is_noticed_as_well()
    {
        _watch.IsOver(AfterBurst);
        _watch.IsOver(AfterBurst);
        TrafficSample second = AfterBurst with { CallersCome = 2_005, AllocatedBytes = AfterBurst.AllocatedBytes + BurstWatch.AllocatedBytesMin };

        await Assert.That(_watch.IsOver(second)).IsFalse();
        await Assert.That(_watch.IsOver(second)).IsTrue();
    }

    [Test]
    public async Task Callers_who_were_there_at_the_last_trim_and_leave_later_are_a_burst_that_is_over()
    {
        TrafficSample connected = AfterBurst with { CallersCome = 10_005, CallersOpen = 10_005 };
        _watch.IsOver(connected);
        await Assert.That(_watch.IsOver(connected)).IsTrue();
        TrafficSample gone = connected with { CallersOpen = 10_005 - BurstWatch.CallersGoneMin };

        await Assert.That(_watch.IsOver(gone)).IsFalse();
        await Assert.That(_watch.IsOver(gone)).IsTrue();
        await Assert.That(_watch.IsOver(gone)).IsFalse();
    }

    [Test]
    public async Task Little_is_left_where_it_is()
    {
        TrafficSample little = AfterBurst with { CallersCome = 5 + BurstWatch.CallersGoneMin - 1, AllocatedBytes = AfterBurst.AllocatedBytes - 1 };

        _watch.IsOver(little);

        await Assert.That(_watch.IsOver(little)).IsFalse();
    }

    [Test]
    public async Task While_anybody_comes_leaves_or_calls_is_not_the_moment()
    {
        TrafficSample now = AfterBurst;
        await Assert.That(_watch.IsOver(now)).IsFalse();
        await Assert.That(_watch.IsOver(now = now with { Calls = now.Calls + 1 })).IsFalse();
        await Assert.That(_watch.IsOver(now = now with { CallersCome = now.CallersCome + 1, CallersOpen = now.CallersOpen + 1 })).IsFalse();
        await Assert.That(_watch.IsOver(now = now with { CallersOpen = now.CallersOpen - 1 })).IsFalse();
        await Assert.That(_watch.IsOver(now = now with { BodyBytes = now.BodyBytes + 1 })).IsFalse();
        await Assert.That(_watch.IsOver(now)).IsTrue();
    }
}
