using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Routing;

/// <summary>What is known of a server's state from outside the data path.</summary>
internal enum ServerHealth : byte
{
    Healthy,
    /// <summary>Gets no new calls. Those in flight go on.</summary>
    Unhealthy,
}

/// <summary>One server of a backend. Its address is its name.</summary>
internal sealed record ServerSpec(Address Address, int Weight, ServerHealth Health = ServerHealth.Healthy);

/// <summary>A backend as a snapshot has it: its policies, and its servers as they are now.</summary>
/// <param name="Options">The policies.</param>
/// <param name="Servers">In the order of the configuration, which means nothing.</param>
/// <param name="SharedBodyMax">smf replies up to this size are passed on whole; <see cref="LimitOptions.SharedBodyMax"/>.</param>
internal sealed record BackendSpec(BackendOptions Options, IReadOnlyList<ServerSpec> Servers, int SharedBodyMax)
{
    public string Name => Options.Name;

    public static BackendSpec Of(BackendOptions options, LimitOptions limits) =>
        new(options, [.. options.Servers.Select(server => new ServerSpec(server.Address, server.Weight))], limits.SharedBodyMax);
}
