using FrameRpc.Gateway.Proxy;

namespace FrameRpc.Gateway.Cli;

/// <summary>Gives memory back to the system when a burst is over, from the control plane's own thread.</summary>
internal sealed class MemoryTrim : IDisposable
{
    private readonly IReadOnlyList<ProxyWorker> _workers;
    private readonly BurstWatch _watch;
    private readonly PeriodicTimer _timer = new(BurstWatch.Interval);
    private int _count;

    public MemoryTrim(IReadOnlyList<ProxyWorker> workers)
    {
        _workers = workers;
        _watch = new BurstWatch(ActivityTotals.Of(workers));
        _ = Watch();
    }

    /// <summary>How often it has.</summary>
    public int Count => Volatile.Read(ref _count);

    public void Dispose() => _timer.Dispose();

    private async Task Watch()
    {
        while (await _timer.WaitForNextTickAsync())
        {
            if (_watch.IsOver(ActivityTotals.Of(_workers)))
                Trim();
        }
    }

    private void Trim()
    {
        foreach (ProxyWorker worker in _workers)
            worker.TrimBuffers();
        // Aggressive is what decommits: every other mode keeps the emptied regions for the next burst.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        Interlocked.Increment(ref _count);
    }
}
