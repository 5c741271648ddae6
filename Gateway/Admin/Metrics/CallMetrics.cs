using System.Globalization;
using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Formats;
using FrameRpc.Gateway.Formats.Ledger;

namespace FrameRpc.Gateway.Admin.Metrics;

/// <summary>Calls by listener and route: their number, outcome and duration.</summary>
/// <remarks>
/// The number of series is bounded by the configuration: listeners × routes × servers of the route's backend × the fixed list of the format's
/// statuses. All calls without a route count as the route "unknown". A series appears with its first call and remains while the snapshot, or the one
/// before it, has the route.
/// </remarks>
internal sealed class CallMetrics(IReadOnlyList<WorkerStatistics> workers)
{
    private const string UnknownRoute = "unknown";

    private static readonly string[] Bounds =
    [
        .. Enumerable.Range(0, DurationHistogram.Bounded)
            .Select(bucket => (DurationHistogram.BoundUs(bucket) / 1e6).ToString(CultureInfo.InvariantCulture)),
        "+Inf",
    ];

    private static readonly (RejectReason Why, string Label)[] Reasons =
    [
        (RejectReason.NoRoute, "no_route"),
        (RejectReason.Malformed, "malformed"),
        (RejectReason.TooLarge, "too_large"),
        (RejectReason.RequestTimedOut, "request_timed_out"),
        (RejectReason.TooMany, "too_many"),
        (RejectReason.NoServer, "no_server"),
        (RejectReason.ServerLost, "server_lost"),
        (RejectReason.BadReply, "bad_reply"),
        (RejectReason.TimedOut, "timed_out"),
        (RejectReason.Deadline, "deadline"),
        (RejectReason.ServerTooSlow, "server_too_slow"),
        (RejectReason.Draining, "draining"),
        (RejectReason.Exhausted, "exhausted"),
    ];

    public void Write(MetricsWriter to)
    {
        TallySum[] tallies = [.. Tallies()];
        WriteEnded(to, tallies);
        WriteDurations(to, tallies);
        to.Gauge("frpc_calls_in_flight", "Calls in progress.");
        foreach (TallySum tally in tallies)
            to.Sample(tally.Sum(of => of.InFlight), tally.Labels);
        to.Counter("frpc_request_bytes_total", "Bytes of request bodies forwarded, for calls that have ended.");
        foreach (TallySum tally in tallies)
            to.Sample(tally.Sum(of => of.RequestBytes), tally.Labels);
        to.Counter("frpc_reply_bytes_total", "Bytes of reply bodies forwarded, for calls that have ended.");
        foreach (TallySum tally in tallies)
            to.Sample(tally.Sum(of => of.ReplyBytes), tally.Labels);
        to.Counter("frpc_calls_refused_total", "Calls answered by the gateway itself, by reason.");
        foreach ((RejectReason why, string reason) in Reasons)
            to.Sample(workers.Sum(worker => worker.Ledger.Rejected(why)), new Label("reason", reason));
    }

    private static void WriteEnded(MetricsWriter to, TallySum[] tallies)
    {
        to.Counter("frpc_calls_total",
            "Calls that have ended, by status: the smf status; ok, request, server or undecided for frame; or cut. "
            + "The server is empty if no server had the call.");
        foreach (TallySum tally in tallies)
        {
            foreach (((string server, string status), long ended) in tally.Ended())
                to.Sample(ended, [.. tally.Labels, new Label("server", server), new Label("status", status)]);
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
            // Equal to the last bucket, even if calls are counted meanwhile.
            to.Part("_count", count, tally.Labels);
        }
    }

    private IEnumerable<TallySum> Tallies() =>
        workers
            .SelectMany(worker => worker.Ledger.Listeners)
            .SelectMany(listener => listener.Tallies)
            .GroupBy(tally => tally.Name)
            .Select(same => new TallySum([.. same], LabelsOf(same.Key)));

    private static Label[] LabelsOf(TallyName name) =>
        [new("listener", name.Listener), new("route", name.Route ?? UnknownRoute), new("backend", name.Backend ?? "")];

    /// <summary>The counts of all workers for one listener and route.</summary>
    private sealed record TallySum(CallTally[] Of, Label[] Labels)
    {
        public long Sum(Func<CallTally, long> count) => Of.Sum(count);

        /// <summary>By server and status, in the order of their lists, without zeros.</summary>
        public Dictionary<(string Server, string Status), long> Ended()
        {
            var ended = new Dictionary<(string Server, string Status), long>();
            foreach (CallTally tally in Of)
            {
                foreach (ServerCalls server in tally.Ended)
                {
                    for (int place = 0; place < tally.Statuses.Count; place++)
                    {
                        var status = new CallStatus((byte)place);
                        if (server.With(status) is var calls and > 0)
                            ended[(server.Address, tally.Statuses.NameOf(status))] =
                                ended.GetValueOrDefault((server.Address, tally.Statuses.NameOf(status))) + calls;
                    }
                }
            }
            return ended;
        }
    }
}
