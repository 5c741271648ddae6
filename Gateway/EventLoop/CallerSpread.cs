namespace FrameRpc.Gateway.EventLoop;

/// <summary>
/// Spreads the callers of one address over the workers by number. The kernel spreads by a hash of the ports, which often puts all of a few callers on
/// one worker.
/// </summary>
/// <remarks>
/// Shared by all workers, and used when a caller comes or goes, never per call. A caller stays with its worker: moving one between calls would cost
/// more than an uneven spread.
/// </remarks>
internal sealed class CallerSpread
{
    private readonly List<Listener> _listeners = [];
    private int[] _callers = [];

    /// <summary>Adds a worker's listener, before any worker runs. Returns its index.</summary>
    public int Join(Listener listener)
    {
        _listeners.Add(listener);
        Array.Resize(ref _callers, _listeners.Count);
        return _listeners.Count - 1;
    }

    /// <summary>
    /// Counts in a caller at the worker with the fewest and returns that worker's listener: the accepting one unless another has fewer.
    /// </summary>
    public Listener Place(int acceptedAt)
    {
        while (true)
        {
            (int place, int callers) = Fewest(acceptedAt);
            // Another worker may have placed a caller there meanwhile.
            if (Interlocked.CompareExchange(ref _callers[place], callers + 1, callers) == callers)
                return _listeners[place];
        }
    }

    /// <summary>Counts in a caller at this worker.</summary>
    public void Stay(int place) => Interlocked.Increment(ref _callers[place]);

    public void Leave(int place) => Interlocked.Decrement(ref _callers[place]);

    private (int Place, int Callers) Fewest(int preferred)
    {
        (int place, int callers) = (preferred, Volatile.Read(ref _callers[preferred]));
        for (int i = 0; i < _callers.Length; i++)
        {
            int there = Volatile.Read(ref _callers[i]);
            if (there < callers)
                (place, callers) = (i, there);
        }
        return (place, callers);
    }
}
