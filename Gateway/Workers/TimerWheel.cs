using System.Diagnostics;
using System.Numerics;

namespace FrameRpc.Gateway.Workers;

/// <summary>
/// Timers of one worker: a ring of slots of <see cref="TickMs"/>, each a list of entries. Arming and disarming cost a few
/// writes; most timers are call timeouts, and nearly all of those are disarmed by the reply.
/// </summary>
/// <remarks>An entry due after more than one round of the ring stays in its slot and is looked at once a round. Entries are never early, and at most a tick late.</remarks>
/// <param name="nowMs">The clock as it stands.</param>
/// <param name="fire">Calls the entry, whatever comes of it.</param>
internal sealed class TimerWheel(long nowMs, Action<TimerEntry> fire)
{
    /// <summary>Timeouts are hundreds of milliseconds and more: 8 ms late is nothing to them, and halves the slots a second of idling visits against 4 ms.</summary>
    public const int TickMs = 8;

    /// <summary>One round is 8.2 s, so that the default timeout of 30 s is looked at four times if it ever comes to that.</summary>
    private const int SlotCount = 1024;

    private readonly TimerEntry?[] _slots = new TimerEntry?[SlotCount];
    private readonly ulong[] _occupied = new ulong[SlotCount / 64];
    private long _tick = nowMs / TickMs;

    public int Count { get; private set; }

    /// <summary>Arms the entry, or moves it when it is armed already.</summary>
    public void Arm(TimerEntry entry, long dueMs)
    {
        Disarm(entry);
        // The slot of the tick after the due time: never early. At least one ahead: the current slot has been walked.
        long tick = Math.Max(_tick + 1, (dueMs + TickMs - 1) / TickMs);
        int slot = (int)(tick & (SlotCount - 1));
        entry.DueMs = dueMs;
        entry.Slot = slot;
        entry.Previous = null;
        entry.Next = _slots[slot];
        if (entry.Next is not null)
            entry.Next.Previous = entry;
        _slots[slot] = entry;
        _occupied[slot >> 6] |= 1UL << slot;
        Count++;
    }

    public void Disarm(TimerEntry entry)
    {
        if (!entry.IsArmed)
            return;
        if (entry.Previous is not null)
            entry.Previous.Next = entry.Next;
        else
            _slots[entry.Slot] = entry.Next;
        if (entry.Next is not null)
            entry.Next.Previous = entry.Previous;
        if (_slots[entry.Slot] is null)
            _occupied[entry.Slot >> 6] &= ~(1UL << entry.Slot);
        entry.Next = null;
        entry.Previous = null;
        entry.Slot = -1;
        Count--;
    }

    /// <summary>How long the loop may wait before a slot with entries comes up; −1 where there are none.</summary>
    public int WaitMs(long nowMs)
    {
        if (Count == 0)
            return -1;
        for (int ahead = 1; ahead <= SlotCount;)
        {
            int slot = (int)((_tick + ahead) & (SlotCount - 1));
            ulong word = _occupied[slot >> 6] >> slot;
            if (word == 0)
            {
                ahead += 64 - (slot & 63);
                continue;
            }
            long tick = _tick + ahead + BitOperations.TrailingZeroCount(word);
            return (int)Math.Max(0, tick * TickMs - nowMs);
        }
        throw new UnreachableException("timers are counted but in no slot");
    }

    /// <summary>Fires what is due.</summary>
    public void Advance(long nowMs)
    {
        long target = nowMs / TickMs;
        if (Count == 0)
        {
            _tick = Math.Max(_tick, target);
            return;
        }
        // After a long sleep each slot is visited once, not once for each round that passed.
        _tick = Math.Max(_tick, target - SlotCount);
        while (_tick < target)
        {
            _tick++;
            FireSlot((int)(_tick & (SlotCount - 1)), nowMs);
        }
    }

    private void FireSlot(int slot, long nowMs)
    {
        if ((_occupied[slot >> 6] & (1UL << slot)) == 0)
            return;
        TimerEntry? entry = _slots[slot];
        while (entry is not null)
        {
            if (entry.DueMs > nowMs)
            {
                entry = entry.Next;
                continue;
            }
            Disarm(entry);
            fire(entry);
            // Whatever it did may have changed this list; entries that are due are few, so begin again.
            entry = _slots[slot];
        }
    }
}
