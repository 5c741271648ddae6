using FrameRpc.Protocol.Limits;

namespace FrameRpc.Tests.Protocol.Limits;

public sealed class BudgetTests
{
    private static CancellationToken Cancel => TestContext.Current!.Execution.CancellationToken;

    [Test]
    public async Task What_is_left_is_taken_at_once_and_no_more()
    {
        var budget = new Budget(10);
        await Assert.That(budget.TryTake(7)).IsTrue();
        await Assert.That(budget.TryTake(4)).IsFalse();
        await Assert.That(budget.TryTake(3)).IsTrue();
        await Assert.That(budget.Taken).IsEqualTo(10);
        budget.Return(4);
        await Assert.That(budget.TryTake(4)).IsTrue();
    }

    [Test]
    public async Task Who_waits_is_served_in_order_and_a_small_one_does_not_overtake_a_large_one()
    {
        var budget = new Budget(10);
        await Assert.That(budget.TryTake(10)).IsTrue();
        Task large = budget.TakeAsync(8, Cancel).AsTask();
        Task small = budget.TakeAsync(1, Cancel).AsTask();
        budget.Return(2);
        await Assert.That(budget.TryTake(1)).IsFalse();
        await Assert.That(large.IsCompleted || small.IsCompleted).IsFalse();
        budget.Return(6);
        await large;
        await Assert.That(small.IsCompleted).IsFalse();
        budget.Return(1);
        await small;
        await Assert.That(budget.Taken).IsEqualTo(10);
    }

    [Test]
    public async Task Who_gives_up_waiting_takes_nothing_and_lets_those_behind_through()
    {
        var budget = new Budget(10);
        await Assert.That(budget.TryTake(8)).IsTrue();
        using var giveUp = new CancellationTokenSource();
        Task large = budget.TakeAsync(8, giveUp.Token).AsTask();
        Task small = budget.TakeAsync(2, Cancel).AsTask();
        await Assert.That(small.IsCompleted).IsFalse();
        await giveUp.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => large);
        await small;
        await Assert.That(budget.Taken).IsEqualTo(10);
    }

    [Test]
    public async Task What_is_overdrawn_is_made_good_before_anybody_else_gets_anything()
    {
        var budget = new Budget(10);
        budget.TakeAnyway(15);
        await Assert.That(budget.Taken).IsEqualTo(15);
        Task one = budget.TakeAsync(1, Cancel).AsTask();
        budget.Return(5);
        await Assert.That(one.IsCompleted).IsFalse();
        budget.Return(1);
        await one;
    }

    [Test]
    public async Task Nobody_waits_for_more_than_the_whole() =>
        await Assert.ThrowsExactlyAsync<ArgumentOutOfRangeException>(async () => await new Budget(10).TakeAsync(11, Cancel));

    [Test]
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
                await Assert.That(budget.Taken).IsBetween(amount, 100);
                budget.Return(amount);
            }
        }, Cancel)));
        await Assert.That(budget.Taken).IsEqualTo(0);
    }
}
