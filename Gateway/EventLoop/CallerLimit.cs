namespace FrameRpc.Gateway.EventLoop;

/// <summary>Limits the number of connected callers over all workers. Used when a caller comes or goes, never per call.</summary>
/// <param name="max">Concurrent callers.</param>
/// <param name="around">A wider limit that also applies.</param>
internal sealed class CallerLimit(int max, CallerLimit? around = null)
{
    private int _callers;

    /// <summary>Counts in one more caller; false if the limit is reached.</summary>
    public bool TryEnter()
    {
        if (around is not null && !around.TryEnter())
            return false;
        int callers = Volatile.Read(ref _callers);
        while (callers < max)
        {
            int found = Interlocked.CompareExchange(ref _callers, callers + 1, callers);
            if (found == callers)
                return true;
            callers = found;
        }
        around?.Leave();
        return false;
    }

    public void Leave()
    {
        Interlocked.Decrement(ref _callers);
        around?.Leave();
    }
}
