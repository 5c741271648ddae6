using System.Globalization;
using FrameRpc.Gateway.Formats;
using FrameRpc.Gateway.EventLoop;

namespace FrameRpc.Gateway.Hosting;

/// <summary>Counters since the start and current resources, in one line, at SIGUSR1 and at the end.</summary>
internal sealed class ServedReport(IReadOnlyList<WorkerStatistics> workers, MemoryTrim trim)
{
    private const double MiB = 1024 * 1024;

    public string Line => string.Create(
        CultureInfo.InvariantCulture,
        $"served: {OfListeners(listener => listener.Accepted)} callers, {OfListeners(listener => listener.Refused)} refused, "
        + $"{OfListeners(listener => listener.HandedOver)} handed over, "
        + $"{string.Join('+', workers.Select(worker => worker.CallersOpen))} open; "
        + $"{Sum(worker => worker.Counters.CallsAnswered)} calls, {Sum(worker => worker.Counters.CallsRefused)} refused, "
        + $"{Sum(worker => worker.Counters.BytesSpliced) / MiB:0.0} MiB of large bodies spliced, "
        + $"{Sum(worker => worker.Counters.BytesCopied) / MiB:0.0} copied, {Sum(worker => worker.Counters.CopiesChosen)} pieces by choice, "
        + $"{Sum(worker => worker.Counters.SplicesRefused)} splices refused, {Sum(worker => worker.Counters.PipesInUse)} pipes in use; "
        + $"{GC.CollectionCount(0)} collections, {GC.CollectionCount(1)} of generation 1, {GC.CollectionCount(2)} of 2, {trim.Count} to trim, "
        + $"{GC.GetTotalPauseDuration().TotalMilliseconds:0.0} ms in all; "
        + $"{Environment.WorkingSet / MiB:0.0} MiB resident, {GC.GetTotalMemory(forceFullCollection: false) / MiB:0.0} managed, "
        + $"{Sum(worker => worker.BufferBytes) / MiB:0.0} buffers");

    private long Sum(Func<WorkerStatistics, long> count) => workers.Sum(count);

    private long OfListeners(Func<ListenerCounters, long> count) => workers.Sum(worker => worker.Listeners.Sum(count));
}
