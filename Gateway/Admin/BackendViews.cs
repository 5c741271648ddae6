using FrameRpc.Gateway.Admin.Views;
using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Formats;
using FrameRpc.Gateway.Hosting;

namespace FrameRpc.Gateway.Admin;

/// <summary>Adds up what the workers know of the backends.</summary>
/// <remarks>
/// Each number is written by one worker's thread and read here without a lock: it fits a machine word, so it is never torn, and
/// may be a moment late. Numbers of one moment that belong together may be of two turns: a lane that has just become idle can be
/// missing in one and not yet be there in the other. For looking that is as good as the moment before or after.
/// </remarks>
internal static class BackendViews
{
    public static BackendsView Of(GatewayOptions options, IReadOnlyList<ServingWorker> workers) =>
        new([.. options.Backends.Select((backend, position) => Of(backend, position, workers))]);

    private static BackendView Of(BackendOptions options, int position, IReadOnlyList<ServingWorker> workers)
    {
        Backend[] parts = [.. workers.Select(worker => worker.Backends[position])];
        return new BackendView(
            options.Name,
            options.Protocol.Word(),
            parts.Sum(part => part.CallsWaiting),
            [.. options.Servers.Select((server, i) => Of(server, [.. parts.Select(part => part.Servers[i])], workers))]);
    }

    private static ServerView Of(ServerOptions options, Server[] parts, IReadOnlyList<ServingWorker> workers)
    {
        int[] downFor = [.. workers.Where((_, i) => parts[i].IsUnreachable).Select(worker => worker.Number)];
        return new ServerView(
            options.Address.ToString(),
            options.Weight,
            downFor.Length == 0,
            downFor,
            new LanesView(parts.Sum(part => part.SharedConnections), parts.Sum(part => part.ExclusiveConnections), parts.Sum(part => part.IdleConnections)),
            parts.Sum(part => part.CallsInFlight));
    }
}
