namespace FrameRpc.Bench.Timers;

/// <summary>What is done with a number of timers.</summary>
/// <param name="Timers">How many there are.</param>
/// <param name="SpreadMs">Their due times lie evenly within so many milliseconds; 0 puts them all at the same.</param>
/// <param name="DisarmedShare">Of these, the part that is disarmed before it is due.</param>
internal sealed record Load(int Timers, int SpreadMs, double DisarmedShare)
{
    public const long StartMs = 1_000_000;

    /// <summary>One round of the ring: what is due so much later stands in the same slot.</summary>
    private const long RoundMs = 1024 * 8;

    /// <summary>Every second timer is due a round later, and stands among the others.</summary>
    public bool HalfARoundLater { get; init; }

    public int Disarmed => (int)(Timers * DisarmedShare);

    public long EndMs => StartMs + 100 + SpreadMs + (HalfARoundLater ? RoundMs : 0) + 16;

    public long DueMs(int timer) =>
        StartMs + 100 + ((long)timer * SpreadMs / Timers) + (HalfARoundLater && timer % 2 == 1 ? RoundMs : 0);
}
