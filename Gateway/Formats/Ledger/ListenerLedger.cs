namespace FrameRpc.Gateway.Formats.Ledger;

/// <summary>One worker's counters of the calls of one listener: a tally for each route that was called, by the names of route and backend.</summary>
/// <remarks>
/// A tally is created at the first call of its route, so that routes which are never called here cost nothing. Other threads see it complete or not
/// at all: a reference is published after the object that it refers to.
/// </remarks>
/// <param name="name">The listener's name.</param>
/// <param name="number">The worker's own number of the listener, which is not reused.</param>
/// <param name="statuses">Those of its callers' format.</param>
/// <param name="access">Null without an access log.</param>
internal sealed class ListenerLedger(string name, int number, StatusList statuses, AccessQueue? access)
{
    private readonly Dictionary<TallyName, CallTally> _byName = [];
    private CallTally[] _routed = [];

    public string Name => name;

    public int Number => number;

    /// <summary>Calls whose route was not found, or that were too malformed to have one.</summary>
    public CallTally Unrouted { get; } = new(new TallyName(name, null, null), statuses, access);

    /// <summary>All tallies, beginning with that of calls without a route. Callable from any thread.</summary>
    public IEnumerable<CallTally> Tallies => Volatile.Read(ref _routed).Prepend(Unrouted);

    /// <summary>The tally of a route's calls, created if it does not exist. For the worker, at the route's first call.</summary>
    public CallTally Open(string route, string backend)
    {
        var tallyName = new TallyName(name, route, backend);
        if (_byName.TryGetValue(tallyName, out CallTally? known))
            return known;
        var tally = new CallTally(tallyName, statuses, access);
        _byName.Add(tallyName, tally);
        Volatile.Write(ref _routed, [.. _byName.Values]);
        return tally;
    }

    /// <summary>Drops the tallies of routes that are not in this set, unless a call is still in flight.</summary>
    public void Keep(IReadOnlySet<(string Route, string Backend)> known)
    {
        foreach (TallyName gone in _byName.Keys.Where(n => !known.Contains((n.Route!, n.Backend!)) && _byName[n].InFlight == 0).ToArray())
            _byName.Remove(gone);
        Volatile.Write(ref _routed, [.. _byName.Values]);
    }
}
