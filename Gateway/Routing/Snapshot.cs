using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Routing;

/// <summary>
/// Everything the data path needs, as one immutable value: routes, backends, servers with weight and health, and limits, under the names used by
/// counters, metrics and logs. Published to the workers, each of which picks it up between two turns.
/// </summary>
internal sealed record Snapshot
{
    /// <summary>The snapshot's number: the first is 1, and each later one is larger.</summary>
    public required long Generation { get; init; }

    /// <summary>The configuration that it was made from.</summary>
    public required GatewayOptions Options { get; init; }

    public required IReadOnlyList<Route> Routes { get; init; }

    public required IReadOnlyList<BackendSpec> Backends { get; init; }

    public LimitOptions Limits => Options.Limits;

    /// <summary>The snapshot of a configuration, with all servers healthy.</summary>
    public static Snapshot Of(GatewayOptions options, long generation = 1)
    {
        Dictionary<string, WireFormat> formats = options.Backends.ToDictionary(backend => backend.Name, backend => backend.Protocol);
        return new Snapshot
        {
            Generation = generation,
            Options = options,
            Routes = [.. options.Routes.Select(route => new Route(route, formats[route.Backend]))],
            Backends = [.. options.Backends.Select(backend => BackendSpec.Of(backend, options.Limits))],
        };
    }

    /// <summary>Whether nothing but the health of servers can differ.</summary>
    public bool HasSameConfiguration(Snapshot other) =>
        ReferenceEquals(Options, other.Options) && ReferenceEquals(Routes, other.Routes)
        && Backends.Select(spec => spec.Options).SequenceEqual(other.Backends.Select(spec => spec.Options), ReferenceEqualityComparer.Instance);

    /// <summary>The same, with a change of one server; the same object if it does not have that server, or nothing changes.</summary>
    public Snapshot With(string backend, Address server, Func<ServerSpec, ServerSpec> change)
    {
        if (Backends.FirstOrDefault(spec => spec.Name == backend) is not { } before
            || before.Servers.FirstOrDefault(spec => spec.Address == server) is not { } old || change(old) is var changed && changed == old)
        {
            return this;
        }
        BackendSpec after = before with { Servers = [.. before.Servers.Select(spec => spec == old ? changed : spec)] };
        return this with { Generation = Generation + 1, Backends = [.. Backends.Select(spec => spec == before ? after : spec)] };
    }
}
