namespace FrameRpc.Bench.Timers;

/// <summary>A load on timers.</summary>
/// <param name="Timers">Number of timers.</param>
/// <param name="SpreadMs">Their due times are spread evenly over this many milliseconds; 0 makes them all equal.</param>
/// <param name="DisarmedShare">The share of timers that is disarmed before being due.</param>
internal sealed record Load(int Timers, int SpreadMs, double DisarmedShare)
{
    public const long StartMs = 1_000_000;

    /// <summary>One round of the ring: an entry due this much later is in the same slot.</summary>
    private const long RoundMs = 1024 * 8;

    /// <summary>Every second timer is due a round later, in the same slot as the others.</summary>
    public bool HalfARoundLater { get; init; }

    public int Disarmed => (int)(Timers * DisarmedShare);

    public long EndMs => StartMs + 100 + SpreadMs + (HalfARoundLater ? RoundMs : 0) + 16;

    public long DueMs(int timer) =>
        StartMs + 100 + ((long)timer * SpreadMs / Timers) + (HalfARoundLater && timer % 2 == 1 ? RoundMs : 0);
}
