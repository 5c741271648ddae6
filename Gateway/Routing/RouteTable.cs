using System.Numerics;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Routing;

/// <summary>All routes by request id. Immutable, so that all workers read the same one without a lock.</summary>
/// <remarks>
/// Open addressing at most half full. Request ids are CRC-32 values, so their low bits are spread already and no further
/// hash is needed; a lookup touches one cache line in nearly all cases.
/// </remarks>
internal sealed class RouteTable
{
    private readonly Route?[] _slots;

    public RouteTable(GatewayOptions options)
    {
        _slots = new Route?[BitOperations.RoundUpToPowerOf2((uint)Math.Max(8, options.Routes.Count * 2))];
        for (int position = 0; position < options.Routes.Count; position++)
        {
            RouteOptions route = options.Routes[position];
            Add(new Route(route, position, options.Backends[route.Backend].Protocol));
        }
    }

    /// <summary>The route of an smf request id, or null.</summary>
    public Route? FindSmf(uint id) => Find(id) is { Protocol: WireProtocol.Smf } route ? route : null;

    /// <summary>The route of a frame endpoint, or null. The name is compared, too: a CRC-32 is easily forged.</summary>
    public Route? FindFrame(ReadOnlySpan<byte> endpoint) =>
        Find(RequestId.ForEndpoint(endpoint).Value) is { Protocol: WireProtocol.Frame } route && endpoint.SequenceEqual(route.Endpoint) ? route : null;

    private Route? Find(uint id)
    {
        int mask = _slots.Length - 1;
        for (int slot = (int)id & mask; _slots[slot] is { } route; slot = (slot + 1) & mask)
        {
            if (route.Id == id)
                return route;
        }
        return null;
    }

    private void Add(Route route)
    {
        int mask = _slots.Length - 1;
        int slot = (int)route.Id & mask;
        while (_slots[slot] is not null)
            slot = (slot + 1) & mask;
        _slots[slot] = route;
    }
}
