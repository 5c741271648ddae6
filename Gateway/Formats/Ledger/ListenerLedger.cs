namespace FrameRpc.Gateway.Formats.Ledger;

/// <summary>The calls of one listener, as one worker counts them: a tally for each route that was called, by the names of route and backend.</summary>
/// <remarks>
/// A tally is made at its route's first call, so that a table of a thousand routes costs nothing for those nobody calls
/// here. Whoever reads sees it whole or not at all: a reference is published after what it refers to.
/// </remarks>
/// <param name="name">The listener's.</param>
/// <param name="number">The worker's own number of the listener, which no other gets.</param>
/// <param name="statuses">Of the format that its callers speak.</param>
/// <param name="access">Null for no access log.</param>
internal sealed class ListenerLedger(string name, int number, StatusList statuses, AccessQueue? access)
{
    private readonly Dictionary<TallyName, CallTally> _byName = [];
    private CallTally[] _routed = [];

    public string Name => name;

    public int Number => number;

    /// <summary>Calls whose route was not found, or that were too malformed to have one.</summary>
    public CallTally Unrouted { get; } = new(new TallyName(name, null, null), statuses, access);

    /// <summary>All tallies, the one of calls without a route first. From any thread.</summary>
    public IEnumerable<CallTally> Tallies => Volatile.Read(ref _routed).Prepend(Unrouted);

    /// <summary>The tally of a route's calls, which is made where there is none. By the worker, at the route's first call.</summary>
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

    /// <summary>Drops the tallies of routes that are not among these, except where a call is still in flight.</summary>
    public void Keep(IReadOnlySet<(string Route, string Backend)> known)
    {
        foreach (TallyName gone in _byName.Keys.Where(n => !known.Contains((n.Route!, n.Backend!)) && _byName[n].InFlight == 0).ToArray())
            _byName.Remove(gone);
        Volatile.Write(ref _routed, [.. _byName.Values]);
    }
}
