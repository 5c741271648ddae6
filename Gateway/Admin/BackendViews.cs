using FrameRpc.Gateway.Admin.Views;
using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Formats;
using FrameRpc.Gateway.Routing;

namespace FrameRpc.Gateway.Admin;

/// <summary>Adds up the workers' counters for the backends of a snapshot. See <see cref="ServerStatistics"/> for their accuracy.</summary>
internal static class BackendViews
{
    public static BackendsView Of(Snapshot snapshot, IReadOnlyList<WorkerStatistics> workers) =>
        new([.. snapshot.Backends.Select(backend => Of(backend, workers))]);

    private static BackendView Of(BackendSpec spec, IReadOnlyList<WorkerStatistics> workers)
    {
        (int Worker, BackendStatistics Part)[] parts =
            [.. workers.SelectMany(worker => worker.Backends.Where(part => part.Name == spec.Name).Select(part => (worker.Number, part)))];
        return new BackendView(
            spec.Name,
            spec.Options.Protocol.Word,
            parts.Sum(of => of.Part.CallsWaiting),
            [.. spec.Servers.Select(server => Of(server, parts))]);
    }

    private static ServerView Of(ServerSpec spec, (int Worker, BackendStatistics Part)[] backend)
    {
        string address = spec.Address.ToString();
        (int Worker, ServerStatistics Part)[] parts =
            [.. backend.SelectMany(of => of.Part.Servers.Where(part => part.Address == address).Select(part => (of.Worker, part)))];
        int[] downFor = [.. parts.Where(of => of.Part.IsUnreachable).Select(of => of.Worker)];
        return new ServerView(
            address,
            spec.Weight,
            downFor.Length == 0,
            downFor,
            new ServerConnectionsView(
                parts.Sum(of => of.Part.SharedConnections), parts.Sum(of => of.Part.ExclusiveConnections), parts.Sum(of => of.Part.IdleConnections)),
            parts.Sum(of => of.Part.CallsInFlight));
    }
}
