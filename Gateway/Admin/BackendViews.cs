using FrameRpc.Gateway.Admin.Views;
using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Formats;
using FrameRpc.Gateway.Routing;

namespace FrameRpc.Gateway.Admin;

/// <summary>Adds up the workers' counters for the backends of a snapshot. See <see cref="ServerStatistics"/> for their accuracy.</summary>
internal static class BackendViews
{
    /// <summary>The word for a server that has left the snapshot.</summary>
    public const string Draining = "draining";

    /// <param name="health">Of the snapshot's servers.</param>
    public static BackendsView Of(Snapshot snapshot, IReadOnlyList<WorkerStatistics> workers, IReadOnlyList<ServerStatus> health) =>
        new([.. snapshot.Backends.Select(backend => Of(backend, workers, health))]);

    private static BackendView Of(BackendSpec spec, IReadOnlyList<WorkerStatistics> workers, IReadOnlyList<ServerStatus> health)
    {
        (int Worker, BackendStatistics Part)[] parts =
            [.. workers.SelectMany(worker => worker.Backends.Where(part => part.Name == spec.Name).Select(part => (worker.Number, part)))];
        return new BackendView(
            spec.Name,
            spec.Options.Protocol.Word,
            parts.Sum(of => of.Part.CallsWaiting),
            parts.Any(of => of.Part.UsesEjected),
            [
                .. spec.Servers.Select(server => Of(server, parts, health.First(of => of.Backend == spec.Name && of.Server == server.Address))),
                .. Leaving(spec, parts).Select(server => Of(server, parts, health: null)),
            ]);
    }

    /// <summary>Servers that have left the snapshot, and still have calls or connections.</summary>
    private static IEnumerable<string> Leaving(BackendSpec spec, (int Worker, BackendStatistics Part)[] backend)
    {
        HashSet<string> current = [.. spec.Servers.Select(server => server.Address.ToString())];
        return backend.SelectMany(of => of.Part.Servers).Select(server => server.Address).Where(address => !current.Contains(address)).Distinct();
    }

    private static ServerView Of(ServerSpec spec, (int Worker, BackendStatistics Part)[] backend, ServerStatus health) =>
        Of(spec.Address.ToString(), backend, health) with { Weight = spec.Weight };

    private static ServerView Of(string address, (int Worker, BackendStatistics Part)[] backend, ServerStatus? health)
    {
        (int Worker, ServerStatistics Part)[] parts =
            [.. backend.SelectMany(of => of.Part.Servers.Where(part => part.Address == address).Select(part => (of.Worker, part)))];
        int[] downFor = [.. parts.Where(of => of.Part.State == ServerState.Down).Select(of => of.Worker)];
        return new ServerView(
            address,
            Weight: 0,
            health?.IsUp ?? false,
            health is null ? Draining : WordOf(health.Condition),
            health?.Reason ?? "",
            health?.Since,
            downFor,
            new ServerConnectionsView(
                parts.Sum(of => of.Part.SharedConnections), parts.Sum(of => of.Part.ExclusiveConnections), parts.Sum(of => of.Part.IdleConnections)),
            parts.Sum(of => of.Part.CallsInFlight),
            parts.Sum(of => of.Part.Faults),
            parts.Sum(of => of.Part.Ejections));
    }

    /// <summary>A condition as it is written in views and metrics.</summary>
    public static string WordOf(ServerCondition condition) => condition switch
    {
        ServerCondition.Up => "up",
        ServerCondition.Ejected => "ejected",
        ServerCondition.Down => "down",
        ServerCondition.Warming => "warming",
        _ => "unknown",
    };
}
