namespace FrameRpc.Protocol.Client;

/// <summary>How long to wait before the next attempt: longer after each failure, and by chance, so that many clients of one server do not come back at once.</summary>
/// <remarks>Source: gRPC's connection back-off protocol, whose numbers these are, except for a quicker start: servers of these formats are near.</remarks>
public sealed record Backoff
{
    /// <summary>After the first failure.</summary>
    public TimeSpan Initial { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>After many; chance may still add to it.</summary>
    public TimeSpan Max { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How much longer after each further one.</summary>
    public double Factor { get; init; } = 1.6;

    /// <summary>How far chance may change a delay, as a part of it: 0.2 for a fifth more or less.</summary>
    public double Jitter { get; init; } = 0.2;

    /// <summary>The chance.</summary>
    public Random Random { get; init; } = Random.Shared;

    /// <summary>The delay after so many failures in a row.</summary>
    /// <param name="failures">At least 1.</param>
    public TimeSpan After(int failures)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(failures, 1);
        double delay = Math.Min(Initial.TotalMilliseconds * Math.Pow(Factor, failures - 1), Max.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(delay * (1 + Jitter * (2 * Random.NextDouble() - 1)));
    }
}
