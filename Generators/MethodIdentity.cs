using System.Globalization;
using System.Text;
using FrameRpc.Protocol.Hashing;

namespace FrameRpc.Generators;

/// <summary>How a call is known on the wire, and in a route of <c>gateway.json</c>.</summary>
/// <param name="Id">The request id: what <c>RequestId</c> computes of the same names.</param>
/// <param name="Endpoint">Of a frame method alone.</param>
/// <param name="Names">The names in full, for people to read.</param>
/// <param name="RouteMembers">What says the method in a route.</param>
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

    private static uint Hash(string name) => Crc32.Hash(Encoding.UTF8.GetBytes(name));
}

/// <summary>A member of a route's JSON object.</summary>
internal readonly record struct RouteMember(string Name, string Value);
