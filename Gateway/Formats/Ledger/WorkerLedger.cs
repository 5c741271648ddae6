using FrameRpc.Gateway.Backends;

namespace FrameRpc.Gateway.Formats.Ledger;

/// <summary>
/// One worker's counters of calls: by listener, and by reason for those that the gateway answered itself, and for callers that it closed. Written by its thread only, without locks;
/// other threads read them slightly late.
/// </summary>
/// <param name="access">Null without an access log.</param>
internal sealed class WorkerLedger(AccessQueue? access)
{
    private readonly long[] _rejected = new long[Enum.GetValues<RejectReason>().Length];
    private readonly long[] _closed = new long[Enum.GetValues<CallerFault>().Length];
    private ListenerLedger[] _listeners = [];

    /// <summary>The queue of calls to be logged; null if none are.</summary>
    public AccessQueue? Access => access;

    public IReadOnlyList<ListenerLedger> Listeners => Volatile.Read(ref _listeners);

    /// <summary>The ledger of the listener with this name, created if it does not exist. For the worker, or before it runs.</summary>
    public ListenerLedger Of(string listener, StatusList statuses)
    {
        if (Array.Find(_listeners, ledger => ledger.Name == listener) is { } known)
            return known;
        var opened = new ListenerLedger(listener, _listeners.Length, statuses, access);
        Volatile.Write(ref _listeners, [.. _listeners, opened]);
        return opened;
    }

    public void Keep(IReadOnlySet<(string Route, string Backend)> known)
    {
        foreach (ListenerLedger listener in _listeners)
            listener.Keep(known);
    }

    public long Rejected(RejectReason why) => _rejected[(int)why];

    public void NoteRejected(RejectReason why) => _rejected[(int)why]++;

    /// <summary>Callers whose connection the gateway ended for this.</summary>
    public long Closed(CallerFault why) => _closed[(int)why];

    public void NoteClosed(CallerFault why) => _closed[(int)why]++;
}
