using FrameRpc.Gateway.Cli;
using Xunit;

namespace FrameRpc.Tests.Cli;

public sealed class BurstWatchTests
{
    private static readonly Activity Start = new(CallersCome: 5, CallersOpen: 5, Calls: 100, BodyBytes: 0, AllocatedBytes: 1000);

    private readonly BurstWatch _watch = new(Start);

    private static Activity AfterBurst => Start with { CallersCome = 1_005, AllocatedBytes = 1000 + BurstWatch.AllocatedBytesMin };

    [Fact]
    public void The_first_quiet_look_after_a_burst_is_the_moment_and_the_next_is_not()
    {
        Assert.False(_watch.IsOver(AfterBurst));
        Assert.True(_watch.IsOver(AfterBurst));
        Assert.False(_watch.IsOver(AfterBurst));
    }

    [Fact]
    public void A_second_burst_is_noticed_as_well()
    {
        _watch.IsOver(AfterBurst);
        _watch.IsOver(AfterBurst);
        Activity second = AfterBurst with { CallersCome = 2_005, AllocatedBytes = AfterBurst.AllocatedBytes + BurstWatch.AllocatedBytesMin };

        Assert.False(_watch.IsOver(second));
        Assert.True(_watch.IsOver(second));
    }

    [Fact]
    public void Callers_who_were_there_at_the_last_trim_and_leave_later_are_a_burst_that_is_over()
    {
        Activity connected = AfterBurst with { CallersCome = 10_005, CallersOpen = 10_005 };
        _watch.IsOver(connected);
        Assert.True(_watch.IsOver(connected));
        Activity gone = connected with { CallersOpen = 10_005 - BurstWatch.CallersGoneMin };

        Assert.False(_watch.IsOver(gone));
        Assert.True(_watch.IsOver(gone));
        Assert.False(_watch.IsOver(gone));
    }

    [Fact]
    public void Little_is_left_where_it_is()
    {
        Activity little = AfterBurst with { CallersCome = 5 + BurstWatch.CallersGoneMin - 1, AllocatedBytes = AfterBurst.AllocatedBytes - 1 };

        _watch.IsOver(little);

        Assert.False(_watch.IsOver(little));
    }

    [Fact]
    public void While_anybody_comes_leaves_or_calls_is_not_the_moment()
    {
        Activity now = AfterBurst;
        Assert.False(_watch.IsOver(now));
        Assert.False(_watch.IsOver(now = now with { Calls = now.Calls + 1 }));
        Assert.False(_watch.IsOver(now = now with { CallersCome = now.CallersCome + 1, CallersOpen = now.CallersOpen + 1 }));
        Assert.False(_watch.IsOver(now = now with { CallersOpen = now.CallersOpen - 1 }));
        Assert.False(_watch.IsOver(now = now with { BodyBytes = now.BodyBytes + 1 }));
        Assert.True(_watch.IsOver(now));
    }
}
