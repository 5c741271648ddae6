using System.Globalization;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats;
using FrameRpc.Gateway.Formats.Ledger;

namespace FrameRpc.Gateway.Admin.Metrics;

/// <summary>Counters of the workers, most of them summed, and how busy each worker is.</summary>
internal sealed class WorkerMetrics(IReadOnlyList<WorkerStatistics> workers)
{
    public void Write(MetricsWriter to)
    {
        to.Counter("frpc_relayed_bytes_total", "Bytes of large bodies forwarded, spliced in the kernel or copied.");
        to.Sample(Sum(counters => counters.BytesSpliced), new Label("how", "spliced"));
        to.Sample(Sum(counters => counters.BytesCopied), new Label("how", "copied"));
        Counter(to, "frpc_splices_refused_total",
            "Pieces of bodies copied instead of spliced because no pipe was available or the kernel refused to splice.",
            counters => counters.SplicesRefused);
        Counter(to, "frpc_copies_chosen_total", "Pieces of bodies that relay = auto chose to copy because copying is faster there.",
            counters => counters.CopiesChosen);
        Gauge(to, "frpc_pipes_in_use", "Pipes that currently carry a body.", worker => worker.Counters.PipesInUse);
        Counter(to, "frpc_pipes_discarded_total", "Pipes closed because their body was aborted.", counters => counters.PipesDiscarded);
        Counter(to, "frpc_accepts_exhausted_total", "Times that accepting paused because file descriptors or memory had run out.",
            counters => counters.AcceptsExhausted);
        Counter(to, "frpc_connects_exhausted_total",
            "Connections to servers not made because this process or machine was out of descriptors, ports or memory.",
            counters => counters.ConnectsExhausted);
        to.Counter("frpc_callers_closed_total", "Callers whose connection the gateway ended by itself, by reason.");
        foreach (CallerFault fault in Enum.GetValues<CallerFault>())
            to.Sample(workers.Sum(worker => worker.Ledger.Closed(fault)), new Label("reason", CallerFaults.LabelOf(fault)));
        Counter(to, "frpc_lanes_retired_total", "Connections to servers retired: they take no further calls.", counters => counters.ConnectionsRetired);
        Counter(to, "frpc_calls_moved_total", "Calls moved to another connection or server because theirs ended before any of their bytes was sent.",
            counters => counters.CallsMoved);
        Counter(to, "frpc_late_replies_total", "Replies discarded because they arrived after their call had timed out.", counters => counters.LateReplies);
        Counter(to, "frpc_bad_replies_total", "Replies not forwarded because they were invalid or of the wrong type.", counters => counters.BadReplies);
        Counter(to, "frpc_requests_stopped_total", "Octets requests cut short because their reply had begun.", counters => counters.RequestsStopped);
        Counter(to, "frpc_buffers_refused_total", "Buffers for which the system had no memory; each closed a connection or refused a call.",
            counters => counters.BuffersRefused);
        Gauge(to, "frpc_buffer_bytes", "Native memory for bodies and messages, in use or pooled.", worker => worker.BufferBytes);
        OfEach(to, "frpc_worker_busy_seconds_total", "Time a worker spent in turns of its event loop.", counters => counters.BusyUs / 1e6);
        OfEach(to, "frpc_worker_waiting_seconds_total", "Time a worker spent waiting for events.", counters => counters.WaitingUs / 1e6);
        OfEach(to, "frpc_worker_turns_total", "Turns of a worker's event loop.", counters => counters.Turns);
        OfEach(to, "frpc_worker_exceptions_total", "Connections closed because of a bug.", counters => counters.Exceptions);
    }

    private void Counter(MetricsWriter to, string name, string help, Func<WorkerCounters, long> count)
    {
        to.Counter(name, help);
        to.Sample(Sum(count));
    }

    private void Gauge(MetricsWriter to, string name, string help, Func<WorkerStatistics, long> level)
    {
        to.Gauge(name, help);
        to.Sample(workers.Sum(level));
    }

    private void OfEach(MetricsWriter to, string name, string help, Func<WorkerCounters, double> count)
    {
        to.Counter(name, help);
        foreach (WorkerStatistics worker in workers)
            to.Sample(count(worker.Counters), new Label("worker", worker.Number.ToString(CultureInfo.InvariantCulture)));
    }

    private long Sum(Func<WorkerCounters, long> count) => workers.Sum(worker => count(worker.Counters));
}
