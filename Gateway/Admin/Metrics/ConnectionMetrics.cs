using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats;
using FrameRpc.Gateway.Hosting;

namespace FrameRpc.Gateway.Admin.Metrics;

/// <summary>Connections: callers by listener, connections by server.</summary>
internal sealed class ConnectionMetrics(GatewayOptions options, IReadOnlyList<ServingWorker> workers)
{
    public void Write(MetricsWriter to)
    {
        to.Gauge("frpc_connections", "Callers connected.");
        OfListeners(to, listener => listener.Open);
        to.Counter("frpc_connections_accepted_total", "Callers that were accepted.");
        OfListeners(to, listener => listener.Accepted);
        to.Counter("frpc_connections_refused_total", "Callers that were reset at once, because connectionsMax was reached.");
        OfListeners(to, listener => listener.Refused);
        to.Counter("frpc_connections_handed_over_total", "Callers that one worker accepted and another serves, because it had fewer.");
        OfListeners(to, listener => listener.HandedOver);
        WriteLanes(to);
        to.Counter("frpc_lanes_opened_total", "Connections to a server that were begun.");
        OfServers(to, server => server.ConnectionsOpened);
        to.Counter("frpc_connects_failed_total", "Connections to a server that could not be made.");
        OfServers(to, server => server.ConnectsFailed);
        to.Counter("frpc_unknown_sessions_total", "Replies of a server that no call waited for; each retires its connection.");
        OfServers(to, server => server.UnknownSessions);
        to.Gauge("frpc_server_calls_in_flight", "Calls that a server has not answered yet.");
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
        to.Gauge("frpc_lanes", "Connections to a server: shared ones carry many small smf calls at once, exclusive ones one call at a time.");
        ForEachServer((servers, labels) =>
        {
            to.Sample(servers.Sum(server => server.SharedConnections), [.. labels, new Label("kind", "shared")]);
            to.Sample(servers.Sum(server => server.ExclusiveConnections), [.. labels, new Label("kind", "exclusive")]);
        });
    }

    private void WriteUp(MetricsWriter to)
    {
        to.Gauge("frpc_server_up", "1 unless a worker's last attempt to connect to the server failed.");
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
