using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Sockets.Buffers;

namespace FrameRpc.Gateway.Formats;

/// <summary>
/// All counters of one worker, under names, for other threads to read. Only the worker writes, without locks; values may be slightly late.
/// </summary>
internal sealed class WorkerStatistics(int number, WorkerCounters counters, WorkerLedger ledger, BufferPool buffers)
{
    private BackendStatistics[] _backends = [];
    private ListenerCounters[] _listeners = [];

    /// <summary>The worker's number.</summary>
    public int Number => number;

    public WorkerCounters Counters => counters;

    public WorkerLedger Ledger => ledger;

    /// <summary>Those of the snapshot, and those that left it but still serve calls.</summary>
    public IReadOnlyList<BackendStatistics> Backends => Volatile.Read(ref _backends);

    public IReadOnlyList<ListenerCounters> Listeners => Volatile.Read(ref _listeners);

    /// <summary>Callers connected, on all listeners.</summary>
    public long CallersOpen => Listeners.Sum(listener => listener.Open);

    /// <summary>Native memory for bodies and messages, in use or pooled.</summary>
    public long BufferBytes => buffers.MappedBytes;

    public void Publish(BackendStatistics[] backends) => Volatile.Write(ref _backends, backends);

    public void Add(ListenerCounters listener) => Volatile.Write(ref _listeners, [.. _listeners, listener]);
}
