namespace FrameRpc.Bench.Timers;

/// <summary>
/// The same load on .NET's PriorityQueue. It cannot remove an entry without walking through all of them, so disarmed entries are marked and skipped
/// when they come up, as is usual.
/// </summary>
internal sealed class Heap
{
    private readonly Entry[] _entries;
    private int _fired;

    public Heap(int timers) => _entries = [.. Enumerable.Range(0, timers).Select(_ => new Entry())];

    public void Run(Load load)
    {
        var queue = new PriorityQueue<Entry, long>(load.Timers);
        _fired = 0;
        for (int i = 0; i < load.Timers; i++)
        {
            _entries[i].IsArmed = true;
            queue.Enqueue(_entries[i], load.DueMs(i));
        }
        for (int i = 0; i < load.Disarmed; i++)
            _entries[i].IsArmed = false;
        while (queue.TryPeek(out _, out long dueMs) && dueMs <= load.EndMs)
        {
            Entry entry = queue.Dequeue();
            if (!entry.IsArmed)
                continue;
            entry.IsArmed = false;
            _fired++;
        }
        if (_fired != load.Timers - load.Disarmed)
            throw new InvalidOperationException($"{_fired} timers fired");
    }

    private sealed class Entry
    {
        public bool IsArmed { get; set; }
    }
}
