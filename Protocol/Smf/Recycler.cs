using System.Collections.Concurrent;

namespace FrameRpc.Protocol.Smf;

/// <summary>Objects that are through and may be used again, so that a call allocates none of its own.</summary>
/// <remarks>One slot before the queue: a caller with one call at a time never touches the queue.</remarks>
internal sealed class Recycler<T>
    where T : class, new()
{
    // As many as CallsMax and a busy client have at once; what is beyond goes to the garbage collector.
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
