using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Routing;

namespace FrameRpc.Gateway.Proxy.Ledger;

/// <summary>The calls of one listener, as one worker counts them: a tally for each route that was called.</summary>
/// <remarks>
/// A tally is made at its route's first call, so that a table of a thousand routes costs nothing for those nobody calls
/// here. Whoever reads sees it whole or not at all: a reference is published after what it refers to.
/// </remarks>
internal sealed class ListenerLedger(string name, int routes, IReadOnlyList<Backend> backends)
{
    private readonly CallTally?[] _tallies = new CallTally?[routes];

    public string Name => name;

    /// <summary>Calls whose route was not found, or that were too malformed to have one.</summary>
    public CallTally Unrouted { get; } = new(route: null, servers: 0);

    /// <summary>What was called up to now, <see cref="Unrouted"/> first.</summary>
    public IEnumerable<CallTally> Tallies
    {
        get
        {
            yield return Unrouted;
            foreach (CallTally? tally in _tallies)
            {
                if (tally is not null)
                    yield return tally;
            }
        }
    }

    public CallTally Of(Route route) => _tallies[route.Position] ?? Open(route);

    private CallTally Open(Route route) => _tallies[route.Position] = new CallTally(route, backends[route.Backend].Servers.Count);
}
