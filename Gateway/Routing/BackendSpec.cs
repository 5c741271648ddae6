using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Routing;

/// <summary>The health of a server by the check of its backend.</summary>
internal enum ServerHealth : byte
{
    /// <summary>It passes, or there is no check.</summary>
    Up,
    /// <summary>It gets no new calls; those in flight continue.</summary>
    Down,
}

/// <summary>A server of a backend, identified by its address.</summary>
/// <param name="Ejection">A worker has ejected it, so that the others do, too; null if none has.</param>
internal sealed record ServerSpec(Address Address, int Weight, ServerHealth Health = ServerHealth.Up, ServerEjection? Ejection = null);

/// <summary>A worker has ejected a server.</summary>
/// <param name="Number">Distinguishes it from others of the same server: each later one is larger.</param>
/// <param name="Worker">The worker that ejected it, and finds out whether it is back.</param>
/// <param name="Level">How many other ejections it followed.</param>
internal sealed record ServerEjection(long Number, int Worker, int Level);

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
