using FrameRpc.Gateway.Routing;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Gateway.Formats.Smf;

/// <summary>
/// The sessions of one connection, and the call that each carries. A session is free again only when its reply came: a reply that
/// comes late must not be taken for another call's. Then it rests, see <see cref="SmfSessionNumbers"/>.
/// </summary>
/// <remarks>
/// 16 bytes for each session that was ever in use, in powers of two. A connection with one call at a time walks through 257
/// sessions: 8 KiB, and nothing is allocated after that.
/// </remarks>
internal sealed class SmfSessionTable
{
    public const int Max = SmfSessionNumbers.Max;

    private const int InitialSlots = 64;

    private readonly SmfSessionNumbers _numbers = new();
    private Slot[] _slots = new Slot[InitialSlots];

    public int Count => _numbers.Taken;

    public bool IsFull => Count == Max;

    public ushort Add(SmfCall call)
    {
        ushort session = _numbers.Take();
        if (session >= _slots.Length)
            Array.Resize(ref _slots, _slots.Length * 2);
        _slots[session] = new Slot { Call = call, Route = call.Route.Policy };
        return session;
    }

    public SmfCall? Find(ushort session) => session < _slots.Length ? _slots[session].Call : null;

    /// <summary>The route of the last call that had this session; null where there was none.</summary>
    public Route? LastRoute(ushort session) => session < _slots.Length ? _slots[session].Route : null;

    public void Remove(ushort session)
    {
        if (_slots[session].Call is null)
            throw new InvalidOperationException($"session {session} is not in use");
        _slots[session].Call = null;
        _numbers.Free(session);
    }

    /// <summary>Takes out any call that is left, for the end of a connection.</summary>
    public SmfCall? TakeAny(ref int from)
    {
        for (; Count > 0 && from <= _numbers.Issued; from++)
        {
            if (_slots[from].Call is not { } call)
                continue;
            Remove((ushort)from);
            return call;
        }
        return null;
    }

    private struct Slot
    {
        public SmfCall? Call;
        public Route? Route;
    }
}
