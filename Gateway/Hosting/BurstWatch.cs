using FrameRpc.Gateway.Formats;


namespace FrameRpc.Gateway.Hosting;

/// <summary>
/// Notices when a burst is over that left memory behind. Callers and their connections are managed objects: thousands that
/// have left stay until a collection, and with nobody allocating there is none.
/// </summary>
/// <remarks>
/// A collection stops all workers (measured: for 6 ms after 10,000 callers had left, for 18 ms while they are connected), so
/// the moment is chosen: nobody has come, left, called or moved a byte of a body for a second, and enough has become
/// garbage since the last time. A gateway that is never quiet for a second keeps what a burst left, until the collector
/// needs it.
/// </remarks>
internal sealed class BurstWatch(TrafficSample start)
{
    /// <summary>How often to look: as long as somebody calls more often than this, there is no trim.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Two thousand callers, at 1.3 KiB each: less is not worth a pause.</summary>
    public const long AllocatedBytesMin = 2_600 * 1024;

    /// <summary>Those of them who were there at the last trim have allocated nothing since, and are garbage now.</summary>
    public const int CallersGoneMin = 2_000;

    private TrafficSample _lastLook = start;
    private TrafficSample _lastTrim = start;

    /// <summary>Whether now is the moment to give memory back.</summary>
    public bool IsOver(TrafficSample now)
    {
        bool isQuiet = now with { AllocatedBytes = 0 } == _lastLook with { AllocatedBytes = 0 };
        _lastLook = now;
        if (!isQuiet || !IsWorthIt(now))
            return false;
        _lastTrim = now;
        return true;
    }

    private bool IsWorthIt(TrafficSample now) =>
        now.AllocatedBytes - _lastTrim.AllocatedBytes >= AllocatedBytesMin || now.CallersGone - _lastTrim.CallersGone >= CallersGoneMin;
}

/// <summary>How much has happened up to now.</summary>
/// <param name="CallersCome">Callers taken since the start.</param>
/// <param name="CallersOpen">Callers connected.</param>
/// <param name="Calls">Calls answered since the start, by servers or by the gateway itself.</param>
/// <param name="BodyBytes">Bytes of large bodies passed on since the start.</param>
/// <param name="AllocatedBytes">Managed memory allocated since the start.</param>
internal readonly record struct TrafficSample(long CallersCome, long CallersOpen, long Calls, long BodyBytes, long AllocatedBytes)
{
    public long CallersGone => CallersCome - CallersOpen;

    public static TrafficSample Of(IEnumerable<WorkerStatistics> workers)
    {
        TrafficSample sum = new(0, 0, 0, 0, GC.GetTotalAllocatedBytes(precise: false));
        foreach (WorkerStatistics worker in workers)
        {
            sum = sum with
            {
                CallersCome = sum.CallersCome + worker.Listeners.Sum(listener => listener.Accepted),
                CallersOpen = sum.CallersOpen + worker.CallersOpen,
                Calls = sum.Calls + worker.Counters.CallsAnswered + worker.Counters.CallsRefused,
                BodyBytes = sum.BodyBytes + worker.Counters.BytesCopied + worker.Counters.BytesSpliced,
            };
        }
        return sum;
    }
}
