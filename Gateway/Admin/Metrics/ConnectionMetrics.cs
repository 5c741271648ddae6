using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats;

namespace FrameRpc.Gateway.Admin.Metrics;

/// <summary>Connections from callers by listener, and to servers by server.</summary>
internal sealed class ConnectionMetrics(IReadOnlyList<WorkerStatistics> workers)
{
    public void Write(MetricsWriter to)
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
        to.Gauge("frpc_server_up", "0 if the last attempt of any worker to connect to the server failed, else 1.");
        foreach (ServerSum server in servers)
            to.Sample(server.Parts.Any(part => part.IsUnreachable) ? 0 : 1, server.Labels);
    }

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
