using System.Globalization;
using System.Text;

namespace FrameRpc.Generators;

/// <summary>Identifies a call on the wire and in a route of <c>gateway.json</c>.</summary>
/// <param name="Id">The request id, as <c>RequestId</c> computes it from the same names.</param>
/// <param name="Endpoint">For frame methods only.</param>
/// <param name="Names">The full names, for messages.</param>
/// <param name="RouteMembers">The members of a route that identify the method.</param>
internal sealed record MethodIdentity(uint Id, string? Endpoint, string Names, EquatableList<RouteMember> RouteMembers)
{
    public string HexId => Id.ToString("x8", CultureInfo.InvariantCulture);

    public static MethodIdentity OfEndpoint(string endpoint) =>
        new(Hash(endpoint), endpoint, $"\"{endpoint}\"", new EquatableList<RouteMember>([new("endpoint", endpoint)]));

    public static MethodIdentity OfMethod(string service, string method, string request, string reply) => new(
        Hash(service) ^ Hash($"{method}:{request}:{reply}"),
        null,
        $"{service}.{method}({request}):{reply}",
        new EquatableList<RouteMember>([new("service", service), new("method", method), new("request", request), new("reply", reply)]));

    /// <summary>
    /// CRC-32 as in IEEE 802.3, reflected, bit by bit. The library uses System.IO.Hashing, which a generator would have to ship, together with the
    /// packages that it needs on netstandard2.0 (System.Memory and others), in versions that compilers and editors do not load otherwise. Names are
    /// short, and hashed once.
    /// </summary>
    private static uint Hash(string name)
    {
        const uint reflectedPolynomial = 0xEDB88320;
        uint state = 0xffffffff;
        foreach (byte next in Encoding.UTF8.GetBytes(name))
        {
            state ^= next;
            for (int bit = 0; bit < 8; bit++)
                state = (state & 1) != 0 ? (state >> 1) ^ reflectedPolynomial : state >> 1;
        }
        return ~state;
    }
}

/// <summary>A member of a route's JSON object.</summary>
internal readonly record struct RouteMember(string Name, string Value);
