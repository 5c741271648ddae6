namespace FrameRpc.Gateway.Proxy.Smf;

/// <summary>
/// The sessions of one lane, 1 to 65,535, and the call that each carries. Grows with the calls in flight. A session is
/// free again only when its reply came: a reply that comes late must not be taken for another call's.
/// </summary>
internal sealed class SmfSessions
{
    /// <summary>All that 16 bits can name, without 0, which the first implementation never sends.</summary>
    public const int Max = ushort.MaxValue;

    private const int InitialSlots = 64;

    private Slot[] _slots = new Slot[InitialSlots];
    private int _firstFree;
    /// <summary>Sessions that were never used begin here.</summary>
    private int _unused = 1;

    public int Count { get; private set; }

    public bool IsFull => Count == Max;

    public ushort Add(SmfCall call)
    {
        int session = _firstFree;
        if (session != 0)
            _firstFree = _slots[session].NextFree;
        else
            session = TakeUnused();
        _slots[session] = new Slot { Call = call };
        Count++;
        return (ushort)session;
    }

    public SmfCall? Find(ushort session) => session < _slots.Length ? _slots[session].Call : null;

    public void Remove(ushort session)
    {
        if (_slots[session].Call is null)
            throw new InvalidOperationException($"session {session} is not in use");
        _slots[session] = new Slot { NextFree = _firstFree };
        _firstFree = session;
        Count--;
    }

    /// <summary>Takes out any call that is left, for the end of a lane.</summary>
    public SmfCall? TakeAny(ref int from)
    {
        for (; Count > 0 && from < _unused; from++)
        {
            if (_slots[from].Call is not { } call)
                continue;
            Remove((ushort)from);
            return call;
        }
        return null;
    }

    private int TakeUnused()
    {
        if (_unused > Max)
            throw new InvalidOperationException("all sessions of the lane are in use");
        if (_unused == _slots.Length)
            Array.Resize(ref _slots, _slots.Length * 2);
        return _unused++;
    }

    private struct Slot
    {
        public SmfCall? Call;
        public int NextFree;
    }
}
