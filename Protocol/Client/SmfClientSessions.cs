using FrameRpc.Protocol.Smf;

namespace FrameRpc.Protocol.Client;

/// <summary>The calls in flight on one connection, by session.</summary>
/// <remarks>
/// The party that takes a call out of its entry decides how the call ends: its reply, its deadline, its cancellation, or the loss of the connection;
/// the others find the entry empty. Replies take calls without the lock. Sessions are reused only under the lock, so while it is held, a call that is
/// still in its entry cannot have left and come back.
/// </remarks>
internal sealed class SmfClientSessions(SmfDeadlines deadlines)
{
    public const int SessionsMax = SmfSessionNumbers.Max;

    private const int PageBits = 8;
    private const int PageMask = (1 << PageBits) - 1;

    private readonly Lock _lock = new();
    private readonly SmfClientCall?[]?[] _pages = new SmfClientCall?[]?[(SessionsMax >> PageBits) + 1];
    private readonly SmfSessionNumbers _numbers = new();
    private int _live;
    private int _abandoned;
    private bool _closed;

    /// <summary>The entry of a call that timed out or was cancelled: its session stays taken until its late reply.</summary>
    public static SmfClientCall Abandoned { get; } = new();

    public int Live => Volatile.Read(ref _live);

    public int AbandonedCount => Volatile.Read(ref _abandoned);

    /// <summary>Gives the call a session; false once no more calls are taken. The caller knows that one is free.</summary>
    /// <param name="call">Has its deadline.</param>
    /// <param name="alone">Whether it is the only one in flight.</param>
    public bool TryAdd(SmfClientCall call, out bool alone)
    {
        lock (_lock)
        {
            alone = _live == 0;
            if (_closed)
                return false;
            ushort session = _numbers.Take();
            call.Session = session;
            (_pages[session >> PageBits] ??= new SmfClientCall?[1 << PageBits])[session & PageMask] = call;
            _live++;
            deadlines.Watch(call.Deadline);
            return true;
        }
    }

    /// <summary>The entry of a session: a call, <see cref="Abandoned"/>, or null.</summary>
    public SmfClientCall? Peek(ushort session) => _pages[session >> PageBits] is { } page ? Volatile.Read(ref page[session & PageMask]) : null;

    /// <summary>Takes the call out when its reply has arrived. The session is free after <see cref="Free"/>.</summary>
    public SmfClientCall? Take(ushort session) => _pages[session >> PageBits] is { } page ? Interlocked.Exchange(ref page[session & PageMask], null) : null;

    /// <summary>Makes sessions available again.</summary>
    /// <param name="sessions">Those that were taken.</param>
    /// <param name="abandoned">How many of them had been abandoned.</param>
    public void Free(ReadOnlySpan<ushort> sessions, int abandoned)
    {
        lock (_lock)
        {
            foreach (ushort session in sessions)
                _numbers.Free(session);
            _abandoned -= abandoned;
            _live -= sessions.Length - abandoned;
        }
    }

    /// <summary>Gives up waiting for this call's reply. False if the call has already left its entry.</summary>
    public bool TryAbandon(SmfClientCall call)
    {
        lock (_lock)
            return TryAbandonLocked(call);
    }

    /// <summary>Abandons the calls that are due, and sets the timer for the next.</summary>
    public List<SmfClientCall> AbandonDue(long now)
    {
        var due = new List<SmfClientCall>();
        long earliest = long.MaxValue;
        lock (_lock)
        {
            foreach (SmfClientCall call in InPlace())
            {
                // The call may leave its entry meanwhile and be reused: it is then not abandoned, or only the timer is set too early.
                long deadline = call.Deadline;
                if (deadline > now)
                    earliest = Math.Min(earliest, deadline);
                else if (TryAbandonLocked(call))
                    due.Add(call);
            }
            deadlines.Rearm(earliest);
        }
        return due;
    }

    /// <summary>Takes no more calls; those in flight stay.</summary>
    public void Close()
    {
        lock (_lock)
            _closed = true;
    }

    /// <summary>Takes no more calls, and takes out those in flight.</summary>
    public List<SmfClientCall> TakeAll()
    {
        var taken = new List<SmfClientCall>();
        lock (_lock)
        {
            _closed = true;
            foreach (SmfClientCall call in InPlace())
            {
                if (TryAbandonLocked(call))
                    taken.Add(call);
            }
        }
        return taken;
    }

    private bool TryAbandonLocked(SmfClientCall call)
    {
        SmfClientCall?[] page = _pages[call.Session >> PageBits]!;
        if (Interlocked.CompareExchange(ref page[call.Session & PageMask], Abandoned, call) != call)
            return false;
        _live--;
        _abandoned++;
        return true;
    }

    private IEnumerable<SmfClientCall> InPlace()
    {
        foreach (SmfClientCall?[]? page in _pages)
        {
            if (page is null)
                continue;
            for (int place = 0; place < page.Length; place++)
            {
                if (Volatile.Read(ref page[place]) is { } call && call != Abandoned)
                    yield return call;
            }
        }
    }
}
