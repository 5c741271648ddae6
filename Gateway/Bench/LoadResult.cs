namespace FrameRpc.Gateway.Bench;

/// <summary>The measurements of a load.</summary>
/// <param name="Seconds">From the end of the warm-up to the last measured reply, or to the end of the duration if that was later.</param>
internal sealed record LoadResult(LoadPlan Plan, LoadTally Tally, double Seconds)
{
    private const double BytesPerGiB = 1024 * 1024 * 1024;

    /// <summary>Measured calls with a correct reply.</summary>
    public long Calls => Tally.Latencies.Count;

    public double CallsPerSecond => Calls / Seconds;

    public double RequestGiBPerSecond => Tally.RequestBytes / BytesPerGiB / Seconds;

    public double ReplyGiBPerSecond => Tally.ReplyBytes / BytesPerGiB / Seconds;

    /// <summary>Whether every reply arrived and was correct.</summary>
    public bool IsClean => Tally.Failures == 0 && Calls > 0;
}
