using System.Collections.Concurrent;

namespace FrameRpc.Protocol.Smf;

/// <summary>A pool of finished objects, so that calls allocate none.</summary>
/// <remarks>One slot before the queue: with one call at a time the queue is never used.</remarks>
internal sealed class Recycler<T>
    where T : class, new()
{
    // As many as CallsMax and a busy client use at once; the rest goes to the garbage collector.
    private const int KeptMax = 1024;

    private readonly ConcurrentQueue<T> _kept = new();
    private T? _slot;
    private int _count;

    public T Rent()
    {
        T? item = _slot;
        if (item is not null && Interlocked.CompareExchange(ref _slot, null, item) == item)
            return item;
        if (!_kept.TryDequeue(out item))
            return new T();
        _ = Interlocked.Decrement(ref _count);
        return item;
    }

    public void Return(T item)
    {
        if (_slot is null && Interlocked.CompareExchange(ref _slot, item, null) is null)
            return;
        if (Interlocked.Increment(ref _count) <= KeptMax)
            _kept.Enqueue(item);
        else
            _ = Interlocked.Decrement(ref _count);
    }
}
