using FrameRpc.Gateway.Formats;

namespace FrameRpc.Gateway.Hosting;

/// <summary>Returns memory to the system when a burst is over, from the control plane's own thread.</summary>
internal sealed class MemoryTrim : IDisposable
{
    private readonly IReadOnlyList<ServingWorker> _workers;
    private readonly WorkerStatistics[] _statistics;
    private readonly BurstWatch _watch;
    private readonly PeriodicTimer _timer = new(BurstWatch.Interval);
    private int _count;

    public MemoryTrim(IReadOnlyList<ServingWorker> workers)
    {
        _workers = workers;
        _statistics = [.. workers.Select(worker => worker.Statistics)];
        _watch = new BurstWatch(TrafficSample.Of(_statistics));
        _ = Watch();
    }

    /// <summary>Number of trims.</summary>
    public int Count => Volatile.Read(ref _count);

    public void Dispose() => _timer.Dispose();

    private async Task Watch()
    {
        while (await _timer.WaitForNextTickAsync())
        {
            if (_watch.IsOver(TrafficSample.Of(_statistics)))
                Trim();
        }
    }

    private void Trim()
    {
        foreach (ServingWorker worker in _workers)
            worker.TrimBuffers();
        // Only the aggressive mode decommits: every other mode keeps emptied regions for the next burst.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        Interlocked.Increment(ref _count);
    }
}
