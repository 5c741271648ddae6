using System.Numerics;

namespace FrameRpc.Gateway.Formats.Ledger;

/// <summary>
/// Calls of one worker on their way to the access log. The worker adds and one other thread takes, without a lock; if the queue is full, calls are
/// dropped and counted, because no call may wait for its line.
/// </summary>
internal sealed class AccessQueue
{
    private readonly AccessRecord[] _slots;
    private readonly int _oneIn;
    private int _untilNext;
    private long _added;
    private long _taken;
    private long _dropped;

    /// <param name="linesMax">Capacity, rounded up to a power of two.</param>
    /// <param name="oneIn">Log one in this many calls; 1 logs every call.</param>
    public AccessQueue(int linesMax, int oneIn)
    {
        _slots = new AccessRecord[BitOperations.RoundUpToPowerOf2((uint)linesMax)];
        _oneIn = oneIn;
    }

    /// <summary>Calls that found the queue full.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Whether the call that is ending is due to be logged. For the worker only.</summary>
    public bool IsNext()
    {
        if (--_untilNext > 0)
            return false;
        _untilNext = _oneIn;
        return true;
    }

    /// <summary>For the worker only.</summary>
    public void Add(in AccessRecord record)
    {
        if (_added - Volatile.Read(ref _taken) == _slots.Length)
        {
            _dropped++;
            return;
        }
        _slots[_added & (_slots.Length - 1)] = record;
        // Publishes the record to the other thread.
        Volatile.Write(ref _added, _added + 1);
    }

    /// <summary>For the one thread that writes the log.</summary>
    public bool TryTake(out AccessRecord record)
    {
        record = default;
        if (_taken == Volatile.Read(ref _added))
            return false;
        ref AccessRecord slot = ref _slots[_taken & (_slots.Length - 1)];
        record = slot;
        slot = default;
        Volatile.Write(ref _taken, _taken + 1);
        return true;
    }
}
