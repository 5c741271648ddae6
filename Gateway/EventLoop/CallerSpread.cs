namespace FrameRpc.Gateway.EventLoop;

/// <summary>
/// How many callers of one address each worker serves, and so which worker gets the next. The kernel spreads callers by
/// a hash of their ports, which often puts all of a few callers on one worker.
/// </summary>
/// <remarks>
/// All workers share it, and touch it when a caller comes or goes, never for a call. A caller stays where it was put:
/// moving one in the middle of its calls would cost more than an uneven spread.
/// </remarks>
internal sealed class CallerSpread
{
    private readonly List<Listener> _listeners = [];
    private int[] _callers = [];

    /// <summary>Adds a worker's listener, before any worker runs. Returns its place.</summary>
    public int Join(Listener listener)
    {
        _listeners.Add(listener);
        Array.Resize(ref _callers, _listeners.Count);
        return _listeners.Count - 1;
    }

    /// <summary>Counts a caller in where the fewest are, and returns that listener: the one that accepted it where no other has fewer.</summary>
    public Listener Place(int acceptedAt)
    {
        while (true)
        {
            (int place, int callers) = Fewest(acceptedAt);
            // Where another worker has put a caller there meanwhile, it may have the fewest no more.
            if (Interlocked.CompareExchange(ref _callers[place], callers + 1, callers) == callers)
                return _listeners[place];
        }
    }

    /// <summary>Counts a caller in at this place.</summary>
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
