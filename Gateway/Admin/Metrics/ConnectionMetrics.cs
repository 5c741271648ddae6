using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats;
using FrameRpc.Gateway.Routing;

namespace FrameRpc.Gateway.Admin.Metrics;

/// <summary>Connections from callers by listener, and to servers by server.</summary>
internal sealed class ConnectionMetrics(IReadOnlyList<WorkerStatistics> workers)
{
    /// <param name="health">Of the snapshot's servers.</param>
    public void Write(MetricsWriter to, IReadOnlyList<ServerStatus> health)
    {
        to.Gauge("frpc_connections", "Callers connected now.");
        OfListeners(to, listener => listener.Open);
        to.Counter("frpc_connections_accepted_total", "Callers accepted.");
        OfListeners(to, listener => listener.Accepted);
        to.Counter("frpc_connections_refused_total", "Callers reset on arrival because connectionsMax was reached.");
        OfListeners(to, listener => listener.Refused);
        to.Counter("frpc_connections_handed_over_total", "Callers handed over to a worker with fewer callers than the one that accepted them.");
        OfListeners(to, listener => listener.HandedOver);
        ServerSum[] servers = [.. Servers()];
        to.Gauge("frpc_lanes", "Open connections to a server: shared (many small smf calls at once) or exclusive (one call at a time).");
        foreach (ServerSum server in servers)
        {
            to.Sample(server.Parts.Sum(part => part.SharedConnections), [.. server.Labels, new Label("kind", "shared")]);
            to.Sample(server.Parts.Sum(part => part.ExclusiveConnections), [.. server.Labels, new Label("kind", "exclusive")]);
        }
        to.Counter("frpc_lanes_opened_total", "Connections to a server that were started.");
        OfServers(to, servers, part => part.ConnectionsOpened);
        to.Counter("frpc_connects_failed_total", "Connections to a server that could not be established.");
        OfServers(to, servers, part => part.ConnectsFailed);
        to.Counter("frpc_unknown_sessions_total", "Replies from a server that matched no call; each retires its connection.");
        OfServers(to, servers, part => part.UnknownSessions);
        to.Gauge("frpc_server_calls_in_flight", "Calls sent to a server and not answered yet.");
        OfServers(to, servers, part => part.CallsInFlight);
        to.Counter("frpc_server_faults_total", "Calls that a server failed: lost, not answered in time, answered badly, or with a status that counts as a fault.");
        OfServers(to, servers, part => part.Faults);
        to.Counter("frpc_server_ejections_total", "Times that a worker ejected a server because it failed too many calls.");
        OfServers(to, servers, part => part.Ejections);
        WriteHealth(to, health);
        to.Gauge("frpc_backend_uses_ejected", "1 while more servers are ejected than ejectedPercentMax allows, so that all are used, else 0.");
        foreach (IGrouping<string, BackendStatistics> backend in workers.SelectMany(worker => worker.Backends).GroupBy(backend => backend.Name))
            to.Sample(backend.Any(part => part.UsesEjected) ? 1 : 0, new Label("backend", backend.Key));
    }

    private static void WriteHealth(MetricsWriter to, IReadOnlyList<ServerStatus> health)
    {
        to.Gauge("frpc_server_up", "1 if the server gets calls, else 0. Absent until a connection to it was tried, or its check has run.");
        foreach (ServerStatus server in health.Where(server => server.Condition != ServerCondition.Unknown))
            to.Sample(server.IsUp ? 1 : 0, LabelsOf(server));
        to.Gauge("frpc_server_state", "1 for the current state of the server, 0 for the others: unknown, up, ejected, down or warming.");
        foreach (ServerStatus server in health)
        {
            foreach (ServerCondition condition in Enum.GetValues<ServerCondition>())
                to.Sample(server.Condition == condition ? 1 : 0, [.. LabelsOf(server), new Label("state", BackendViews.WordOf(condition))]);
        }
        to.Gauge("frpc_server_state_since_seconds", "When the server came into its current state, in seconds since 1970.");
        foreach (ServerStatus server in health)
            to.Sample(server.Since.ToUnixTimeMilliseconds() / 1e3, LabelsOf(server));
    }

    private static Label[] LabelsOf(ServerStatus server) => [new("backend", server.Backend), new("server", server.Server.ToString())];

    private void OfListeners(MetricsWriter to, Func<ListenerCounters, long> count)
    {
        foreach (IGrouping<string, ListenerCounters> listener in workers.SelectMany(worker => worker.Listeners).GroupBy(listener => listener.Name))
            to.Sample(listener.Sum(count), new Label("listener", listener.Key));
    }

    private static void OfServers(MetricsWriter to, ServerSum[] servers, Func<ServerStatistics, long> count)
    {
        foreach (ServerSum server in servers)
            to.Sample(server.Parts.Sum(count), server.Labels);
    }

    private IEnumerable<ServerSum> Servers() =>
        workers
            .SelectMany(worker => worker.Backends)
            .SelectMany(backend => backend.Servers.Select(server => (Backend: backend.Name, Server: server)))
            .GroupBy(of => (of.Backend, of.Server.Address))
            .Select(same => new ServerSum([new("backend", same.Key.Backend), new("server", same.Key.Address)], [.. same.Select(of => of.Server)]));

    /// <summary>One server, over all workers.</summary>
    private sealed record ServerSum(Label[] Labels, ServerStatistics[] Parts);
}
