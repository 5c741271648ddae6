using System.Numerics;

namespace FrameRpc.Gateway.Formats;

/// <summary>The routes of one worker by request id. Immutable: another snapshot has another table.</summary>
/// <remarks>
/// Open addressing, at most half full. Request ids are CRC-32 values, so their low bits are already well distributed and no further hash is needed; a
/// lookup nearly always touches one cache line.
/// </remarks>
internal sealed class RouteTable
{
    private readonly RouteState?[] _slots;

    public RouteTable(IReadOnlyCollection<RouteState> routes)
    {
        _slots = new RouteState?[BitOperations.RoundUpToPowerOf2((uint)Math.Max(8, routes.Count * 2))];
        foreach (RouteState route in routes)
            Add(route);
    }

    /// <summary>The route of a request id, in any format, or null.</summary>
    public RouteState? Find(uint id)
    {
        int mask = _slots.Length - 1;
        for (int slot = (int)id & mask; _slots[slot] is { } route; slot = (slot + 1) & mask)
        {
            if (route.Id == id)
                return route;
        }
        return null;
    }

    private void Add(RouteState route)
    {
        int mask = _slots.Length - 1;
        int slot = (int)route.Id & mask;
        while (_slots[slot] is not null)
            slot = (slot + 1) & mask;
        _slots[slot] = route;
    }
}
