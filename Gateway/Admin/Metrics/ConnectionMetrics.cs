using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Proxy;
using FrameRpc.Gateway.Workers;

namespace FrameRpc.Gateway.Admin.Metrics;

/// <summary>Connections: callers by listener, lanes by server.</summary>
internal sealed class ConnectionMetrics(GatewayOptions options, IReadOnlyList<ProxyWorker> workers)
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
        WriteLanes(to);
        to.Counter("frpc_lanes_opened_total", "Connections to a server that were started.");
        OfServers(to, server => server.LanesOpened);
        to.Counter("frpc_connects_failed_total", "Connections to a server that could not be established.");
        OfServers(to, server => server.ConnectsFailed);
        to.Counter("frpc_unknown_sessions_total", "Replies from a server that matched no call; each retires its connection.");
        OfServers(to, server => server.UnknownSessions);
        to.Gauge("frpc_server_calls_in_flight", "Calls sent to a server and not answered yet.");
        OfServers(to, server => server.CallsInFlight);
        WriteUp(to);
    }

    private void OfListeners(MetricsWriter to, Func<ListenerCounters, long> count)
    {
        for (int listener = 0; listener < options.Listeners.Count; listener++)
            to.Sample(workers.Sum(worker => count(worker.Listeners[listener])), new Label("listener", options.Listeners[listener].Name));
    }

    private void WriteLanes(MetricsWriter to)
    {
        to.Gauge("frpc_lanes", "Open connections to a server: shared (many small smf calls at once) or exclusive (one call at a time).");
        ForEachServer((servers, labels) =>
        {
            to.Sample(servers.Sum(server => server.SharedLanes), [.. labels, new Label("kind", "shared")]);
            to.Sample(servers.Sum(server => server.ExclusiveLanes), [.. labels, new Label("kind", "exclusive")]);
        });
    }

    private void WriteUp(MetricsWriter to)
    {
        to.Gauge("frpc_server_up", "0 if the last attempt of any worker to connect to the server failed, else 1.");
        ForEachServer((servers, labels) => to.Sample(servers.Any(server => server.IsUnreachable) ? 0 : 1, labels));
    }

    private void OfServers(MetricsWriter to, Func<Server, long> count) =>
        ForEachServer((servers, labels) => to.Sample(servers.Sum(count), labels));

    /// <summary>One server after the other, each as all workers see it.</summary>
    private void ForEachServer(Action<IEnumerable<Server>, Label[]> act)
    {
        foreach ((int backend, BackendOptions of) in options.Backends.Index())
        {
            foreach ((int server, ServerOptions its) in of.Servers.Index())
            {
                act(
                    workers.Select(worker => worker.Backends[backend].Servers[server]),
                    [new("backend", of.Name), new("server", its.Address.ToString())]);
            }
        }
    }
}
