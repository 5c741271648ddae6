namespace FrameRpc.Protocol.Client;

/// <summary>
/// The delay before the next connection attempt: longer after each failure, with jitter, so that many clients of one server do not reconnect at once.
/// </summary>
/// <remarks>
/// Source: gRPC's connection back-off protocol and its numbers, except for a quicker start, because servers of these formats are near.
/// </remarks>
public sealed record Backoff
{
    /// <summary>Delay after the first failure.</summary>
    public TimeSpan Initial { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Maximum delay, before jitter.</summary>
    public TimeSpan Max { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Factor for each further failure.</summary>
    public double Factor { get; init; } = 1.6;

    /// <summary>Random variation as a part of the delay: 0.2 for up to a fifth more or less.</summary>
    public double Jitter { get; init; } = 0.2;

    /// <summary>Source of the jitter.</summary>
    public Random Random { get; init; } = Random.Shared;

    /// <summary>The delay after this many failures in a row.</summary>
    /// <param name="failures">At least 1.</param>
    public TimeSpan After(int failures)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(failures, 1);
        double delay = Math.Min(Initial.TotalMilliseconds * Math.Pow(Factor, failures - 1), Max.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(delay * (1 + Jitter * (2 * Random.NextDouble() - 1)));
    }
}
