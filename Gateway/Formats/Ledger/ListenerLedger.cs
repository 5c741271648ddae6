using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Routing;

namespace FrameRpc.Gateway.Formats.Ledger;

/// <summary>The calls of one listener, as one worker counts them: a tally for each route that was called.</summary>
/// <remarks>
/// A tally is made at its route's first call, so that a table of a thousand routes costs nothing for those nobody calls
/// here. Whoever reads sees it whole or not at all: a reference is published after what it refers to.
/// </remarks>
internal sealed class ListenerLedger(int position, int routes, IReadOnlyList<Backend> backends, AccessQueue? access)
{
    private readonly CallTally?[] _tallies = new CallTally?[routes];

    /// <summary>The listener's place among those of the configuration.</summary>
    public int Position => position;

    /// <summary>Calls whose route was not found, or that were too malformed to have one.</summary>
    public CallTally Unrouted { get; } = new(position, route: null, servers: 0, access);

    public int Routes => _tallies.Length;

    /// <summary>Null when the route was not called here yet.</summary>
    /// <param name="route">Its place among the routes of the configuration.</param>
    public CallTally? At(int route) => _tallies[route];

    public CallTally Of(Route route) => _tallies[route.Position] ?? Open(route);

    private CallTally Open(Route route) => _tallies[route.Position] = new CallTally(position, route.Position, backends[route.Backend].Servers.Count, access);
}
