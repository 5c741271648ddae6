using System.Globalization;
using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Proxy;
using FrameRpc.Gateway.Proxy.Ledger;

namespace FrameRpc.Gateway.Admin.Metrics;

/// <summary>Calls: how many, of which listener and route, how they ended, and how long they took.</summary>
/// <remarks>
/// The series are bounded by the configuration: listeners × routes × servers of the route's backend × the closed list of
/// statuses. Whatever has no route is one route, "unknown". A series appears with its first call.
/// </remarks>
internal sealed class CallMetrics(GatewayOptions options, IReadOnlyList<ProxyWorker> workers)
{
    private const string UnknownRoute = "unknown";

    private static readonly string[] Bounds =
    [
        .. Enumerable.Range(0, DurationHistogram.Bounded)
            .Select(bucket => (DurationHistogram.BoundUs(bucket) / 1e6).ToString(CultureInfo.InvariantCulture)),
        "+Inf",
    ];

    private static readonly (Refusal Why, string Label)[] Reasons =
    [
        (Refusal.NoRoute, "no_route"),
        (Refusal.Malformed, "malformed"),
        (Refusal.TooLarge, "too_large"),
        (Refusal.TooMany, "too_many"),
        (Refusal.NoServer, "no_server"),
        (Refusal.ServerLost, "server_lost"),
        (Refusal.BadReply, "bad_reply"),
        (Refusal.TimedOut, "timed_out"),
        (Refusal.Draining, "draining"),
        (Refusal.Exhausted, "exhausted"),
    ];

    public void Write(MetricsWriter to)
    {
        TallySum[] tallies = [.. Tallies()];
        WriteEnded(to, tallies);
        WriteDurations(to, tallies);
        to.Gauge("frpc_calls_in_flight", "Calls in progress.");
        foreach (TallySum tally in tallies)
            to.Sample(tally.InFlight, tally.Labels);
        to.Counter("frpc_request_bytes_total", "Bytes of request bodies forwarded, for calls that have ended.");
        foreach (TallySum tally in tallies)
            to.Sample(tally.Sum(of => of.RequestBytes), tally.Labels);
        to.Counter("frpc_reply_bytes_total", "Bytes of reply bodies forwarded, for calls that have ended.");
        foreach (TallySum tally in tallies)
            to.Sample(tally.Sum(of => of.ReplyBytes), tally.Labels);
        to.Counter("frpc_calls_refused_total", "Calls answered by the gateway itself, by reason.");
        foreach ((Refusal why, string reason) in Reasons)
            to.Sample(workers.Sum(worker => worker.Ledger.Refused(why)), new Label("reason", reason));
    }

    private static void WriteEnded(MetricsWriter to, TallySum[] tallies)
    {
        to.Counter("frpc_calls_total", "Calls that have ended, by status: the smf status; ok, request, server or undecided for frame; or cut. The server is empty if no server had the call.");
        foreach (TallySum tally in tallies)
        {
            for (int server = CallTally.NoServer; server < tally.Servers.Count; server++)
            {
                foreach (CallStatus status in CallStatuses.All)
                {
                    long ended = tally.Ended(server, status);
                    if (ended > 0)
                        to.Sample(ended, [.. tally.Labels, new Label("server", tally.NameOf(server)), new Label("status", CallStatuses.LabelOf(status))]);
                }
            }
        }
    }

    private static void WriteDurations(MetricsWriter to, TallySum[] tallies)
    {
        to.Histogram("frpc_call_duration_seconds", "Time from the turn in which a request was read to the turn in which its call ended.");
        foreach (TallySum tally in tallies)
        {
            long count = 0;
            for (int bucket = 0; bucket < Bounds.Length; bucket++)
            {
                count += tally.Sum(of => of.Durations.CountIn(bucket));
                to.Part("_bucket", count, [.. tally.Labels, new Label("le", Bounds[bucket])]);
            }
            to.Part("_sum", tally.Sum(of => of.Durations.SumUs) / 1e6, tally.Labels);
            // The same as the last bucket, whatever is counted meanwhile.
            to.Part("_count", count, tally.Labels);
        }
    }

    private IEnumerable<TallySum> Tallies()
    {
        for (int listener = 0; listener < options.Listeners.Count; listener++)
        {
            ListenerLedger[] ledgers = [.. workers.Select(worker => worker.Ledger.Listeners[listener])];
            string name = options.Listeners[listener].Name;
            yield return new TallySum([.. ledgers.Select(ledger => ledger.Unrouted)], [new("listener", name), new("route", UnknownRoute), new("backend", "")], []);
            for (int position = 0; position < options.Routes.Count; position++)
            {
                CallTally[] called = [.. ledgers.Select(ledger => ledger.At(position)).OfType<CallTally>()];
                if (called.Length == 0)
                    continue;
                RouteOptions route = options.Routes[position];
                BackendOptions backend = options.Backends[route.Backend];
                yield return new TallySum(called, [new("listener", name), new("route", route.Name), new("backend", backend.Name)], backend.Servers);
            }
        }
    }

    /// <summary>What all workers have counted of one listener and route.</summary>
    private sealed record TallySum(CallTally[] Of, Label[] Labels, IReadOnlyList<ServerOptions> Servers)
    {
        /// <summary>What ended is read first: a call that ends meanwhile cannot make it negative.</summary>
        public long InFlight
        {
            get
            {
                long ended = 0;
                for (int server = CallTally.NoServer; server < Servers.Count; server++)
                {
                    foreach (CallStatus status in CallStatuses.All)
                        ended += Ended(server, status);
                }
                return Sum(of => of.Begun) - ended;
            }
        }

        public long Sum(Func<CallTally, long> count) => Of.Sum(count);

        public long Ended(int server, CallStatus status) => Sum(of => of.Ended(server, status));

        public string NameOf(int server) => server == CallTally.NoServer ? "" : Servers[server].Address.ToString();
    }
}
