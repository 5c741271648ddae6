using FrameRpc.Gateway.Bench;

namespace FrameRpc.Tests.Bench;

public sealed class LoadScheduleTests
{
    private const long Start = 5_000;
    private const long Second = LoadClock.NanosecondsPerSecond;

    private static readonly LoadPlan Plan = LoadPlans.Small with { Count = null, Duration = TimeSpan.FromSeconds(2), WarmUp = TimeSpan.FromSeconds(1) };

    [Test]
    public async Task Without_a_rate_every_call_is_due_at_once_until_the_end()
    {
        var schedule = new LoadSchedule(Plan, 0, Start);
        await Assert.That(schedule.TryBegin(Start + 7, out long intendedAt)).IsTrue();
        await Assert.That(intendedAt).IsEqualTo(Start + 7);
        await Assert.That(schedule.TryBegin(Start + 3 * Second - 1, out _)).IsTrue();
        await Assert.That(schedule.TryBegin(Start + 3 * Second, out _)).IsFalse();
        await Assert.That(schedule.IsOver(Start + 3 * Second)).IsTrue();
    }

    /// <summary>Of calls that take longer than the duration, one is measured, and not none.</summary>
    [Test]
    public async Task When_calls_of_the_warm_up_last_beyond_the_end_one_more_begins()
    {
        var schedule = new LoadSchedule(Plan, 0, Start);
        await Assert.That(schedule.TryBegin(Start, out _)).IsTrue();
        await Assert.That(schedule.IsOver(Start + 3 * Second)).IsFalse();
        await Assert.That(schedule.TryBegin(Start + 4 * Second, out _)).IsTrue();
        await Assert.That(schedule.IsOver(Start + 4 * Second)).IsTrue();
        await Assert.That(schedule.TryBegin(Start + 4 * Second, out _)).IsFalse();
    }

    [Test]
    public async Task A_count_counts_only_what_begins_after_the_warm_up()
    {
        var schedule = new LoadSchedule(Plan with { Count = 2 }, 0, Start);
        for (int i = 0; i < 10; i++)
            await Assert.That(schedule.TryBegin(Start, out _)).IsTrue();
        await Assert.That(schedule.TryBegin(Start + Second, out _)).IsTrue();
        await Assert.That(schedule.TryBegin(Start + 100 * Second, out _)).IsTrue();
        await Assert.That(schedule.TryBegin(Start + 100 * Second, out _)).IsFalse();
    }

    [Test]
    [Arguments(10, 3)]
    [Arguments(2, 5)]
    [Arguments(9, 3)]
    public async Task The_threads_share_a_count_without_a_rest(int count, int threads)
    {
        LoadPlan plan = Plan with { Count = count, Threads = threads, WarmUp = TimeSpan.Zero };
        int begun = 0;
        for (int thread = 0; thread < threads; thread++)
        {
            var schedule = new LoadSchedule(plan, thread, Start);
            while (schedule.TryBegin(Start, out _))
                begun++;
        }
        await Assert.That(begun).IsEqualTo(count);
    }

    [Test]
    public async Task With_a_rate_calls_are_due_by_the_clock_and_late_ones_keep_their_time()
    {
        var schedule = new LoadSchedule(Plan with { CallsPerSecond = 1000, WarmUp = TimeSpan.Zero }, 0, Start);
        await Assert.That(schedule.TryBegin(Start, out long first)).IsTrue();
        await Assert.That(schedule.TryBegin(Start, out _)).IsFalse();
        await Assert.That(first).IsEqualTo(Start);
        // The server stood still for a second: what was due meanwhile begins now, and counts from when it was due.
        for (int i = 1; i <= 1000; i++)
        {
            await Assert.That(schedule.TryBegin(Start + Second, out long intendedAt)).IsTrue();
            await Assert.That(intendedAt).IsEqualTo(Start + i * (Second / 1000));
        }
        await Assert.That(schedule.TryBegin(Start + Second, out _)).IsFalse();
    }

    [Test]
    public async Task What_the_warm_up_could_not_send_is_dropped_and_what_came_after_is_counted()
    {
        var schedule = new LoadSchedule(Plan with { CallsPerSecond = 1000 }, 0, Start);
        await Assert.That(schedule.TryBegin(Start + Second, out long intendedAt)).IsTrue();
        await Assert.That(intendedAt).IsEqualTo(schedule.MeasuredFrom);
        await Assert.That(schedule.CountUnsent(Start + 100 * Second)).IsEqualTo(1999);
    }

    [Test]
    public async Task The_threads_calls_fall_between_each_others()
    {
        LoadPlan plan = Plan with { CallsPerSecond = 1000, Threads = 2, WarmUp = TimeSpan.Zero };
        await Assert.That(new LoadSchedule(plan, 0, Start).NextAt).IsEqualTo(Start);
        await Assert.That(new LoadSchedule(plan, 1, Start).NextAt).IsEqualTo(Start + Second / 1000);
    }

    [Test]
    public async Task After_the_end_was_called_for_nothing_begins()
    {
        var schedule = new LoadSchedule(Plan, 0, Start);
        schedule.End();
        await Assert.That(schedule.TryBegin(Start, out _)).IsFalse();
        await Assert.That(schedule.CountUnsent(Start + Second)).IsEqualTo(0);
    }
}
