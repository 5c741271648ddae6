using FrameRpc.Gateway.Routing;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Gateway.Formats.Smf;

/// <summary>
/// The sessions of one connection to a server, and the call that each carries. A session is freed only by its reply: a late reply
/// must not be taken for another call's. A freed session then rests, see <see cref="SmfSessionNumbers"/>.
/// </summary>
/// <remarks>
/// 16 bytes for each session that was ever in use, in powers of two. A connection with one call at a time walks through 257
/// sessions: 8 KiB, and nothing is allocated after that.
/// </remarks>
internal sealed class SmfSessionTable(SmfServerConnection connection)
{
    public const int Max = SmfSessionNumbers.Max;

    private const int InitialSlots = 64;

    private readonly SmfSessionNumbers _numbers = new();
    private Slot[] _slots = new Slot[InitialSlots];

    /// <summary>Sessions in use, including those of calls that were given up.</summary>
    public int Count => _numbers.Taken;

    /// <summary>Calls whose callers have their answer, and whose sessions stay taken until the server replies.</summary>
    public int GivenUp { get; private set; }

    public bool IsFull => Count == Max;

    /// <summary>Gives the call a session, and counts it as load of the server.</summary>
    public void Add(SmfCall call)
    {
        ushort session = _numbers.Take();
        if (session >= _slots.Length)
            Array.Resize(ref _slots, _slots.Length * 2);
        _slots[session] = new Slot { Call = call, Route = call.Route.Policy };
        call.ServerSession = session;
        connection.CountBegun(call);
    }

    public SmfCall? Find(ushort session) => session < _slots.Length ? _slots[session].Call : null;

    /// <summary>The route of the last call that had this session; null if there was none.</summary>
    public Route? LastRoute(ushort session) => session < _slots.Length ? _slots[session].Route : null;

    /// <summary>The call has its answer. It no longer counts as load, but its session stays taken until the server replies.</summary>
    public void GiveUp(SmfCall call)
    {
        call.GiveUp();
        GivenUp++;
        connection.CountEnded(call);
    }

    /// <summary>Frees the call's session.</summary>
    public void Remove(SmfCall call)
    {
        ref Slot slot = ref _slots[call.ServerSession];
        if (slot.Call != call)
            throw new InvalidOperationException($"session {call.ServerSession} carries another call");
        slot.Call = null;
        _numbers.Free(call.ServerSession);
        if (call.IsGivenUp)
            GivenUp--;
        else
            connection.CountEnded(call);
    }

    /// <summary>Removes any call that is left, when the connection ends.</summary>
    public SmfCall? TakeAny(ref int from)
    {
        for (; Count > 0 && from <= _numbers.Issued; from++)
        {
            if (_slots[from].Call is not { } call)
                continue;
            Remove(call);
            return call;
        }
        return null;
    }

    /// <summary>The call whose request was the first to be put on the connection at or after this place of its stream.</summary>
    public SmfCall? FirstFrom(long place)
    {
        SmfCall? first = null;
        for (int session = 1; session <= _numbers.Issued && session < _slots.Length; session++)
        {
            if (_slots[session].Call is { } call && call.RequestStart >= place && (first is null || call.RequestStart < first.RequestStart))
                first = call;
        }
        return first;
    }

    private struct Slot
    {
        public SmfCall? Call;
        public Route? Route;
    }
}
