using FrameRpc.Gateway.Backends;

namespace FrameRpc.Gateway.Formats.Ledger;

/// <summary>The calls of one worker: by listener, and those that the gateway answered itself by the reason. Written by its thread alone, without locks; read by others, a moment late.</summary>
/// <param name="access">Null for no access log.</param>
internal sealed class WorkerLedger(AccessQueue? access)
{
    private readonly long[] _rejected = new long[Enum.GetValues<RejectReason>().Length];
    private ListenerLedger[] _listeners = [];

    /// <summary>Where calls go that are logged one by one; null when none are.</summary>
    public AccessQueue? Access => access;

    public IReadOnlyList<ListenerLedger> Listeners => Volatile.Read(ref _listeners);

    /// <summary>The listener of this name, which is opened where there is none. By the worker, or before it runs.</summary>
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
}
