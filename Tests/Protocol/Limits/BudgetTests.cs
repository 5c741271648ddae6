using FrameRpc.Protocol.Limits;
using Xunit;

namespace FrameRpc.Tests.Protocol.Limits;

public sealed class BudgetTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void What_is_left_is_taken_at_once_and_no_more()
    {
        var budget = new Budget(10);
        Assert.True(budget.TryTake(7));
        Assert.False(budget.TryTake(4));
        Assert.True(budget.TryTake(3));
        Assert.Equal(10, budget.Taken);
        budget.Return(4);
        Assert.True(budget.TryTake(4));
    }

    [Fact]
    public async Task Who_waits_is_served_in_order_and_a_small_one_does_not_overtake_a_large_one()
    {
        var budget = new Budget(10);
        Assert.True(budget.TryTake(10));
        Task large = budget.TakeAsync(8, Cancel).AsTask();
        Task small = budget.TakeAsync(1, Cancel).AsTask();
        budget.Return(2);
        Assert.False(budget.TryTake(1));
        Assert.False(large.IsCompleted || small.IsCompleted);
        budget.Return(6);
        await large;
        Assert.False(small.IsCompleted);
        budget.Return(1);
        await small;
        Assert.Equal(10, budget.Taken);
    }

    [Fact]
    public async Task Who_gives_up_waiting_takes_nothing_and_lets_those_behind_through()
    {
        var budget = new Budget(10);
        Assert.True(budget.TryTake(8));
        using var giveUp = new CancellationTokenSource();
        Task large = budget.TakeAsync(8, giveUp.Token).AsTask();
        Task small = budget.TakeAsync(2, Cancel).AsTask();
        Assert.False(small.IsCompleted);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        await small;
        Assert.Equal(10, budget.Taken);
    }

    [Fact]
    public async Task What_is_overdrawn_is_made_good_before_anybody_else_gets_anything()
    {
        var budget = new Budget(10);
        budget.TakeAnyway(15);
        Assert.Equal(15, budget.Taken);
        Task one = budget.TakeAsync(1, Cancel).AsTask();
        budget.Return(5);
        Assert.False(one.IsCompleted);
        budget.Return(1);
        await one;
    }

    [Fact]
    public async Task Nobody_waits_for_more_than_the_whole() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await new Budget(10).TakeAsync(11, Cancel));

    [Fact]
    public async Task Many_threads_and_cancellations_leave_nothing_taken()
    {
        var budget = new Budget(100);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            for (int turn = 0; turn < 5_000; turn++)
            {
                long amount = random.Next(1, 101);
                using var giveUp = new CancellationTokenSource();
                ValueTask taking = budget.TakeAsync(amount, giveUp.Token);
                if (random.Next(4) == 0)
                    await giveUp.CancelAsync();
                try
                {
                    await taking;
                }
                catch (OperationCanceledException)
                {
                    continue;
                }
                Assert.InRange(budget.Taken, amount, 100);
                budget.Return(amount);
            }
        }, Cancel)));
        Assert.Equal(0, budget.Taken);
    }
}
