namespace FrameRpc.Gateway.EventLoop;

/// <summary>How many callers may be connected at once, over all workers. Touched when a caller comes or goes, never by a call.</summary>
/// <param name="max">Callers at once.</param>
/// <param name="around">A wider limit that holds as well.</param>
internal sealed class CallerLimit(int max, CallerLimit? around = null)
{
    private int _callers;

    /// <summary>Lets one more in; false where the limit is reached.</summary>
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
