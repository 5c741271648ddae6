using FrameRpc.Gateway.Proxy;

namespace FrameRpc.Gateway.Cli;

/// <summary>Gives memory back to the system when a burst is over, from the control plane's own thread.</summary>
internal sealed class MemoryTrim : IDisposable
{
    private readonly IReadOnlyList<ProxyWorker> _workers;
    private readonly BurstWatch _watch;
    private readonly Timer _timer;
    private int _count;

    public MemoryTrim(IReadOnlyList<ProxyWorker> workers)
    {
        _workers = workers;
        _watch = new BurstWatch(Activity.Of(workers));
        _timer = new Timer(_ => Look(), state: null, BurstWatch.Interval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How often it has.</summary>
    public int Count => Volatile.Read(ref _count);

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        if (_watch.IsOver(Activity.Of(_workers)))
            Trim();
        _timer.Change(BurstWatch.Interval, Timeout.InfiniteTimeSpan);
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
