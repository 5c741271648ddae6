using FrameRpc.Gateway.Backends;

namespace FrameRpc.Gateway.Formats.Ledger;

/// <summary>The calls of one worker: by listener, and those that the gateway answered itself by the reason. Written by its thread alone, without locks; read by others, a moment late.</summary>
internal sealed class WorkerLedger
{
    private readonly long[] _refused = new long[Enum.GetValues<RejectReason>().Length];

    /// <param name="listeners">How many listeners there are.</param>
    /// <param name="routes">How many routes there are.</param>
    /// <param name="backends">This worker's.</param>
    /// <param name="access">Null for no access log.</param>
    public WorkerLedger(int listeners, int routes, IReadOnlyList<Backend> backends, AccessQueue? access)
    {
        Listeners = [.. Enumerable.Range(0, listeners).Select(position => new ListenerLedger(position, routes, backends, access))];
        Access = access;
    }

    /// <summary>Where calls go that are told one by one; null when none are.</summary>
    public AccessQueue? Access { get; }

    /// <summary>In the order of the configuration.</summary>
    public IReadOnlyList<ListenerLedger> Listeners { get; }

    public long Refused(RejectReason why) => _refused[(int)why];

    public void NoteRejected(RejectReason why) => _refused[(int)why]++;
}
