using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Routing;

/// <summary>The state of a server as known outside the data path.</summary>
internal enum ServerHealth : byte
{
    Healthy,
    /// <summary>Gets no new calls; those in flight continue.</summary>
    Unhealthy,
}

/// <summary>A server of a backend, identified by its address.</summary>
internal sealed record ServerSpec(Address Address, int Weight, ServerHealth Health = ServerHealth.Healthy);

/// <summary>A backend in a snapshot: its policies and its current servers.</summary>
/// <param name="Options">The policies.</param>
/// <param name="Servers">In the order of the configuration, which has no meaning.</param>
/// <param name="SharedBodyMax">smf replies up to this size are forwarded whole; <see cref="LimitOptions.SharedBodyMax"/>.</param>
internal sealed record BackendSpec(BackendOptions Options, IReadOnlyList<ServerSpec> Servers, int SharedBodyMax)
{
    public string Name => Options.Name;

    public static BackendSpec Of(BackendOptions options, LimitOptions limits) =>
        new(options, [.. options.Servers.Select(server => new ServerSpec(server.Address, server.Weight))], limits.SharedBodyMax);
}
