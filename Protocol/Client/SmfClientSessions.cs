using FrameRpc.Protocol.Smf;

namespace FrameRpc.Protocol.Client;

/// <summary>The calls in flight on one connection by their sessions.</summary>
/// <remarks>
/// Whoever takes a call out of its place decides how the call ends: its reply, its deadline, its cancellation, or the loss of the connection; the others find the
/// place without it. Replies take without the lock. A session comes into use again only under the lock, and so, while that is held, a call that is still in its
/// place cannot have left it and come back.
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

    /// <summary>Stands where a call stood that timed out or was cancelled: its session stays taken until its late reply.</summary>
    public static SmfClientCall Abandoned { get; } = new();

    public int Live => Volatile.Read(ref _live);

    public int AbandonedCount => Volatile.Read(ref _abandoned);

    /// <summary>Gives the call a session; false, once no more calls are taken. The caller knows that one is free.</summary>
    /// <param name="call">Knows its deadline.</param>
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

    /// <summary>Who stands there: a call, <see cref="Abandoned"/>, or nobody.</summary>
    public SmfClientCall? Peek(ushort session) => _pages[session >> PageBits] is { } page ? Volatile.Read(ref page[session & PageMask]) : null;

    /// <summary>The reply came: takes who stands there. The session is free after <see cref="Free"/>.</summary>
    public SmfClientCall? Take(ushort session) => _pages[session >> PageBits] is { } page ? Interlocked.Exchange(ref page[session & PageMask], null) : null;

    /// <summary>Lets sessions be used again.</summary>
    /// <param name="sessions">Those that were taken.</param>
    /// <param name="abandoned">How many of them held no call any more.</param>
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

    /// <summary>Nobody waits for this call's reply any more. False, if the call has left its place already.</summary>
    public bool TryAbandon(SmfClientCall call)
    {
        lock (_lock)
            return TryAbandonLocked(call);
    }

    /// <summary>Abandons the calls that were due by then, and sets the timer for the next.</summary>
    public List<SmfClientCall> AbandonDue(long now)
    {
        var due = new List<SmfClientCall>();
        long earliest = long.MaxValue;
        lock (_lock)
        {
            foreach (SmfClientCall call in InPlace())
            {
                // It may leave its place while we look, and be in use elsewhere: then it is not abandoned, or only the timer is set too early.
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
