namespace FrameRpc.Protocol.Limits;

/// <summary>A shared amount of bytes or places. Takers that find too little left wait in line.</summary>
/// <remarks>
/// Taking and returning cost one interlocked operation each while nothing waits. Waiting takers are served in order, so that large requests are not
/// starved by small ones.
/// </remarks>
internal sealed class Budget
{
    private readonly Lock _lock = new();
    private readonly Queue<Waiter> _line = new();
    private readonly long _max;
    private long _left;
    private int _waiting;

    public Budget(long max)
    {
        _max = max;
        _left = max;
    }

    /// <summary>The total amount.</summary>
    public long Max => _max;

    /// <summary>Whether <see cref="TakeAnyway"/> has taken more than there was.</summary>
    public bool IsOverdrawn => Volatile.Read(ref _left) < 0;

    /// <summary>The amount currently taken; more than the total if <see cref="TakeAnyway"/> has overdrawn it.</summary>
    public long Taken => _max - Volatile.Read(ref _left);

    /// <summary>Takes at once, or not at all if too little is left or others wait.</summary>
    public bool TryTake(long amount) => Volatile.Read(ref _waiting) == 0 && TakeIfLeft(amount);

    /// <summary>Takes unconditionally, even more than is left: others then get nothing until enough was returned.</summary>
    public void TakeAnyway(long amount) => Interlocked.Add(ref _left, -amount);

    /// <summary>Takes as soon as enough is left and all earlier takers were served.</summary>
    /// <param name="amount">At most the total; more would wait for ever.</param>
    /// <param name="cancel">Ends the wait without taking.</param>
    public ValueTask TakeAsync(long amount, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(amount, _max);
        if (TryTake(amount))
            return ValueTask.CompletedTask;
        var waiter = new Waiter(amount);
        lock (_lock)
        {
            _line.Enqueue(waiter);
            // Counted before looking again: Return adds before it reads the count, so one of the two sees the other.
            _ = Interlocked.Increment(ref _waiting);
        }
        Serve();
        return waiter.Task.IsCompletedSuccessfully ? ValueTask.CompletedTask : new ValueTask(WaitAsync(waiter, cancel));
    }

    /// <summary>Returns an amount.</summary>
    public void Return(long amount)
    {
        _ = Interlocked.Add(ref _left, amount);
        if (Volatile.Read(ref _waiting) != 0)
            Serve();
    }

    private async Task WaitAsync(Waiter waiter, CancellationToken cancel)
    {
        using (cancel.UnsafeRegister(static (state, token) => ((Waiter)state!).TrySetCanceled(token), waiter))
        {
            try
            {
                await waiter.Task.ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // The next one in line may need less.
                Serve();
                throw;
            }
        }
    }

    private void Serve()
    {
        lock (_lock)
        {
            while (_line.TryPeek(out Waiter? first))
            {
                bool cancelled = first.Task.IsCompleted;
                if (!cancelled && !TakeIfLeft(first.Amount))
                    return;
                _ = _line.Dequeue();
                _ = Interlocked.Decrement(ref _waiting);
                // It was cancelled in between: its amount is returned.
                if (!cancelled && !first.TrySetResult())
                    _ = Interlocked.Add(ref _left, first.Amount);
            }
        }
    }

    private bool TakeIfLeft(long amount)
    {
        long left = Volatile.Read(ref _left);
        while (left >= amount)
        {
            long before = Interlocked.CompareExchange(ref _left, left - amount, left);
            if (before == left)
                return true;
            left = before;
        }
        return false;
    }

    private sealed class Waiter(long amount) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public long Amount => amount;
    }
}
