using System.Globalization;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats;
using FrameRpc.Gateway.Hosting;

namespace FrameRpc.Gateway.Admin.Metrics;

/// <summary>What the workers have met, together, and how busy each is.</summary>
internal sealed class WorkerMetrics(IReadOnlyList<ServingWorker> workers)
{
    public void Write(MetricsWriter to)
    {
        to.Counter("frpc_relayed_bytes_total", "Bytes of large bodies, by how they passed.");
        to.Sample(Sum(counters => counters.BytesSpliced), new Label("how", "spliced"));
        to.Sample(Sum(counters => counters.BytesCopied), new Label("how", "copied"));
        Counter(to, "frpc_splices_refused_total", "Bodies that were copied although they were to be spliced: no pipe could be had.", counters => counters.SplicesRefused);
        Counter(to, "frpc_copies_chosen_total", "Pieces of bodies that were copied because that was measured to be faster.", counters => counters.CopiesChosen);
        Gauge(to, "frpc_pipes_in_use", "Pipes that hold a part of a body just now.", worker => worker.Counters.PipesInUse);
        Counter(to, "frpc_pipes_discarded_total", "Pipes closed because a body was broken off in them.", counters => counters.PipesDiscarded);
        Counter(to, "frpc_accepts_exhausted_total", "Times that callers had to wait because file descriptors or memory had run out.", counters => counters.AcceptsExhausted);
        Counter(to, "frpc_connects_exhausted_total", "Connections to servers that could not be made for want of descriptors, ports or memory here.", counters => counters.ConnectsExhausted);
        Counter(to, "frpc_slow_callers_closed_total", "Callers closed because they left replies unread, or stood in others' way.", counters => counters.SlowCallersClosed);
        Counter(to, "frpc_lanes_retired_total", "Connections to servers that take no further call.", counters => counters.ConnectionsRetired);
        Counter(to, "frpc_servers_passed_over_total", "Calls put on another server because theirs could not be reached.", counters => counters.ServersPassedOver);
        Counter(to, "frpc_late_replies_total", "Replies that came after their call was given up, and were swallowed.", counters => counters.LateReplies);
        Counter(to, "frpc_bad_replies_total", "Replies that could not be passed on: of another type than was asked for, or wrong in themselves.", counters => counters.BadReplies);
        Counter(to, "frpc_requests_stopped_total", "Octets requests whose rest was not sent on, because their reply had begun.", counters => counters.RequestsStopped);
        Counter(to, "frpc_buffers_refused_total", "Buffers for which the system gave no memory: each closed a connection, or refused its call.", counters => counters.BuffersRefused);
        Gauge(to, "frpc_buffer_bytes", "Native memory for bodies and messages, in use or kept for use.", worker => worker.BufferBytes);
        OfEach(to, "frpc_worker_busy_seconds_total", "Time that a worker's loop was at work.", counters => counters.BusyUs / 1e6);
        OfEach(to, "frpc_worker_waiting_seconds_total", "Time that a worker's loop had nothing to do.", counters => counters.WaitingUs / 1e6);
        OfEach(to, "frpc_worker_turns_total", "Turns of a worker's loop.", counters => counters.Turns);
        OfEach(to, "frpc_worker_exceptions_total", "Connections given up because of a bug.", counters => counters.Exceptions);
    }

    private void Counter(MetricsWriter to, string name, string help, Func<WorkerCounters, long> count)
    {
        to.Counter(name, help);
        to.Sample(Sum(count));
    }

    private void Gauge(MetricsWriter to, string name, string help, Func<ServingWorker, long> level)
    {
        to.Gauge(name, help);
        to.Sample(workers.Sum(level));
    }

    private void OfEach(MetricsWriter to, string name, string help, Func<WorkerCounters, double> count)
    {
        to.Counter(name, help);
        foreach (ServingWorker worker in workers)
            to.Sample(count(worker.Counters), new Label("worker", worker.Number.ToString(CultureInfo.InvariantCulture)));
    }

    private long Sum(Func<WorkerCounters, long> count) => workers.Sum(worker => count(worker.Counters));
}
