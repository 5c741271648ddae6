using FrameRpc.Gateway.Bench;
using Xunit;

namespace FrameRpc.Tests.Bench;

public sealed class LoadScheduleTests
{
    private const long Start = 5_000;
    private const long Second = LoadClock.NanosecondsPerSecond;

    private static readonly LoadPlan Plan = LoadPlans.Small with { Count = null, Duration = TimeSpan.FromSeconds(2), WarmUp = TimeSpan.FromSeconds(1) };

    [Fact]
    public void Without_a_rate_every_call_is_due_at_once_until_the_end()
    {
        var schedule = new LoadSchedule(Plan, 0, Start);
        Assert.True(schedule.TryBegin(Start + 7, out long intendedAt));
        Assert.Equal(Start + 7, intendedAt);
        Assert.True(schedule.TryBegin(Start + 3 * Second - 1, out _));
        Assert.False(schedule.TryBegin(Start + 3 * Second, out _));
        Assert.True(schedule.IsOver(Start + 3 * Second));
    }

    /// <summary>Of calls that take longer than the duration, one is measured, and not none.</summary>
    [Fact]
    public void When_calls_of_the_warm_up_last_beyond_the_end_one_more_begins()
    {
        var schedule = new LoadSchedule(Plan, 0, Start);
        Assert.True(schedule.TryBegin(Start, out _));
        Assert.False(schedule.IsOver(Start + 3 * Second));
        Assert.True(schedule.TryBegin(Start + 4 * Second, out _));
        Assert.True(schedule.IsOver(Start + 4 * Second));
        Assert.False(schedule.TryBegin(Start + 4 * Second, out _));
    }

    [Fact]
    public void A_count_counts_only_what_begins_after_the_warm_up()
    {
        var schedule = new LoadSchedule(Plan with { Count = 2 }, 0, Start);
        for (int i = 0; i < 10; i++)
            Assert.True(schedule.TryBegin(Start, out _));
        Assert.True(schedule.TryBegin(Start + Second, out _));
        Assert.True(schedule.TryBegin(Start + 100 * Second, out _));
        Assert.False(schedule.TryBegin(Start + 100 * Second, out _));
    }

    [Theory]
    [InlineData(10, 3)]
    [InlineData(2, 5)]
    [InlineData(9, 3)]
    public void The_threads_share_a_count_without_a_rest(int count, int threads)
    {
        LoadPlan plan = Plan with { Count = count, Threads = threads, WarmUp = TimeSpan.Zero };
        int begun = 0;
        for (int thread = 0; thread < threads; thread++)
        {
            var schedule = new LoadSchedule(plan, thread, Start);
            while (schedule.TryBegin(Start, out _))
                begun++;
        }
        Assert.Equal(count, begun);
    }

    [Fact]
    public void With_a_rate_calls_are_due_by_the_clock_and_late_ones_keep_their_time()
    {
        var schedule = new LoadSchedule(Plan with { CallsPerSecond = 1000, WarmUp = TimeSpan.Zero }, 0, Start);
        Assert.True(schedule.TryBegin(Start, out long first));
        Assert.False(schedule.TryBegin(Start, out _));
        Assert.Equal(Start, first);
        // The server stood still for a second: what was due meanwhile begins now, and counts from when it was due.
        for (int i = 1; i <= 1000; i++)
        {
            Assert.True(schedule.TryBegin(Start + Second, out long intendedAt));
            Assert.Equal(Start + i * (Second / 1000), intendedAt);
        }
        Assert.False(schedule.TryBegin(Start + Second, out _));
    }

    [Fact]
    public void What_the_warm_up_could_not_send_is_dropped_and_what_came_after_is_counted()
    {
        var schedule = new LoadSchedule(Plan with { CallsPerSecond = 1000 }, 0, Start);
        Assert.True(schedule.TryBegin(Start + Second, out long intendedAt));
        Assert.Equal(schedule.MeasuredFrom, intendedAt);
        Assert.Equal(1999, schedule.CountUnsent(Start + 100 * Second));
    }

    [Fact]
    public void The_threads_calls_fall_between_each_others()
    {
        LoadPlan plan = Plan with { CallsPerSecond = 1000, Threads = 2, WarmUp = TimeSpan.Zero };
        Assert.Equal(Start, new LoadSchedule(plan, 0, Start).NextAt);
        Assert.Equal(Start + Second / 1000, new LoadSchedule(plan, 1, Start).NextAt);
    }

    [Fact]
    public void After_the_end_was_called_for_nothing_begins()
    {
        var schedule = new LoadSchedule(Plan, 0, Start);
        schedule.End();
        Assert.False(schedule.TryBegin(Start, out _));
        Assert.Equal(0, schedule.CountUnsent(Start + Second));
    }
}
