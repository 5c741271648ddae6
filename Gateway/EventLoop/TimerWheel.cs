using System.Diagnostics;
using System.Numerics;

namespace FrameRpc.Gateway.EventLoop;

/// <summary>
/// Timers of one worker: a ring of slots of <see cref="TickMs"/>, each a list of entries in the order in which they were armed. Arming and disarming
/// cost a few writes; most timers are call timeouts, and nearly all of those are disarmed by the reply.
/// </summary>
/// <remarks>
/// An entry due after more than one round of the ring stays in its slot and is examined once a round. Entries are never early, and at most a tick
/// late, unless more are due than a turn may fire: the rest are then due at once, in the same order, in the next turn. An entry armed while others
/// fire is not due before the next turn, so a timer that re-arms itself for now does not keep the turn from ending.
/// </remarks>
/// <param name="nowMs">The current time.</param>
/// <param name="fire">Calls the entry; must not throw.</param>
internal sealed class TimerWheel(long nowMs, Action<TimerEntry> fire)
{
    /// <summary>
    /// Timeouts are hundreds of milliseconds and more, so being 8 ms late does not matter, and an idle loop visits half as many slots per second as
    /// with 4 ms.
    /// </summary>
    public const int TickMs = 8;

    /// <summary>
    /// Entries fired in one turn; connections are served before the rest. The wheel's own part of such a turn takes 0.1 ms of CPU (bench/timers.sh).
    /// The callbacks come on top: a call's timeout writes a reply, about the work of a call.
    /// </summary>
    public const int FiresPerTurnMax = 1024;

    /// <summary>Entries that are only examined, because they are due in a later round, count one sixteenth of one that fires.</summary>
    public const int LooksPerTurnMax = LooksPerFire * FiresPerTurnMax;

    private const int LooksPerFire = 16;

    /// <summary>One round is 8.2 s, so the default timeout of 30 s is examined four times at most.</summary>
    private const int SlotCount = 1024;

    private readonly Slot[] _slots = new Slot[SlotCount];
    private readonly ulong[] _occupied = new ulong[SlotCount / 64];

    /// <summary>The tick whose slot is being walked, or was walked last.</summary>
    private long _tick = nowMs / TickMs;

    /// <summary>The tick of the clock. New entries go after it.</summary>
    private long _clockTick = nowMs / TickMs;

    /// <summary>The next entry in the slot being walked; null at its end. Between two turns, where the budget ran out.</summary>
    private TimerEntry? _next;

    public int Count { get; private set; }

    /// <summary>Entries examined since the start, fired or not: the cost of the wheel.</summary>
    public long Looks { get; private set; }

    /// <summary>Arms the entry, or moves it if it is already armed.</summary>
    public void Arm(TimerEntry entry, long dueMs)
    {
        Disarm(entry);
        // The tick after the due time: never early.
        entry.DueTick = Math.Max(_clockTick + 1, (dueMs + TickMs - 1) / TickMs);
        int position = PositionOf(entry.DueTick);
        ref Slot slot = ref _slots[position];
        entry.Previous = slot.Last;
        if (slot.Last is null)
            slot.First = entry;
        else
            slot.Last.Next = entry;
        slot.Last = entry;
        _occupied[position >> 6] |= 1UL << position;
        Count++;
    }

    public void Disarm(TimerEntry entry)
    {
        if (!entry.IsArmed)
            return;
        if (entry == _next)
            _next = entry.Next;
        int position = PositionOf(entry.DueTick);
        ref Slot slot = ref _slots[position];
        if (entry.Previous is null)
            slot.First = entry.Next;
        else
            entry.Previous.Next = entry.Next;
        if (entry.Next is null)
            slot.Last = entry.Previous;
        else
            entry.Next.Previous = entry.Previous;
        if (slot.First is null)
            _occupied[position >> 6] &= ~(1UL << position);
        entry.Next = null;
        entry.Previous = null;
        entry.DueTick = TimerEntry.NotArmed;
        Count--;
    }

    /// <summary>How long the loop may wait for the next slot with entries: 0 if entries are left over, −1 if there are none.</summary>
    public int WaitMs(long nowMs)
    {
        if (Count == 0)
            return -1;
        if (_next is not null)
            return 0;
        for (int ahead = 1; ahead <= SlotCount;)
        {
            int position = PositionOf(_tick + ahead);
            ulong word = _occupied[position >> 6] >> position;
            if (word == 0)
            {
                ahead += 64 - (position & 63);
                continue;
            }
            long tick = _tick + ahead + BitOperations.TrailingZeroCount(word);
            return (int)Math.Max(0, tick * TickMs - nowMs);
        }
        throw new UnreachableException("timers are counted but in no slot");
    }

    /// <summary>Fires what is due, within the limit of a turn.</summary>
    public void Advance(long nowMs)
    {
        _clockTick = Math.Max(_clockTick, nowMs / TickMs);
        if (Count == 0)
            _tick = _clockTick;
        // After a long sleep each slot is visited once or twice, not once for each round that passed. Whole rounds are skipped, so the walk continues
        // where it was and overdue entries keep their order.
        _tick += Math.Max(0, ((_clockTick - _tick) / SlotCount) - 1) * SlotCount;
        int looksLeft = LooksPerTurnMax;
        while (Walk(ref looksLeft) && _tick < _clockTick)
        {
            _tick++;
            _next = _slots[PositionOf(_tick)].First;
        }
    }

    /// <summary>
    /// Continues in the slot: each entry is examined once, whatever the fired ones do to the list. False if the budget of the turn ends before the
    /// slot does.
    /// </summary>
    private bool Walk(ref int looksLeft)
    {
        while (_next is { } entry)
        {
            if (looksLeft <= 0)
                return false;
            looksLeft--;
            Looks++;
            _next = entry.Next;
            if (entry.DueTick > _clockTick)
                continue;
            looksLeft -= LooksPerFire - 1;
            Disarm(entry);
            fire(entry);
        }
        return true;
    }

    private static int PositionOf(long tick) => (int)(tick & (SlotCount - 1));

    private struct Slot
    {
        public TimerEntry? First;
        public TimerEntry? Last;
    }
}
