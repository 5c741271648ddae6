using FrameRpc.Gateway.Formats;

namespace FrameRpc.Gateway.Hosting;

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
