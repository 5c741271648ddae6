using System.Runtime.InteropServices;

namespace FrameRpc.Gateway.Bench;

/// <summary>What one thread has measured. Written by it alone; others may read the counts while it runs, a moment late.</summary>
internal sealed class LoadTally
{
    private readonly Dictionary<string, long> _errors = [];

    /// <summary>Of the measured calls that got the right reply, the time to its last byte, in nanoseconds.</summary>
    public LatencyHistogram Latencies { get; } = new();

    /// <summary>Right replies, warm-up and all.</summary>
    public long Replies { get; private set; }

    /// <summary>Calls that got a wrong reply or none, warm-up and all: no reply goes unchecked.</summary>
    public long Failures { get; private set; }

    /// <summary>Payload that came since measuring began, whichever call it belongs to: of calls that take seconds, only this says how fast they are.</summary>
    public long ReplyBytes { get; set; }

    /// <summary>Payload that was given to the sockets since measuring began; see <see cref="ReplyBytes"/>.</summary>
    public long RequestBytes { get; set; }

    /// <summary>Calls that the rate asked for and that could not be sent.</summary>
    public long Unsent { get; set; }

    /// <summary>When the last measured reply came.</summary>
    public long LastReplyAt { get; private set; }

    public IReadOnlyDictionary<string, long> Errors => _errors;

    /// <summary>Counts a reply that has come to its end.</summary>
    /// <param name="intendedAt">When its call was meant to begin.</param>
    /// <param name="failure">What is wrong with it, or null.</param>
    public void AddReply(long intendedAt, long now, long measuredFrom, string? failure)
    {
        bool isMeasured = intendedAt >= measuredFrom;
        if (isMeasured)
            LastReplyAt = now;
        if (failure is not null)
        {
            AddFailure(failure);
            return;
        }
        Replies++;
        if (isMeasured)
            Latencies.Record(now - intendedAt);
    }

    public void AddFailure(string kind, long calls = 1)
    {
        if (calls == 0)
            return;
        Failures += calls;
        CollectionsMarshal.GetValueRefOrAddDefault(_errors, kind, out _) += calls;
    }

    /// <summary>Takes over what another thread has measured.</summary>
    public void Add(LoadTally other)
    {
        Latencies.Add(other.Latencies);
        Replies += other.Replies;
        ReplyBytes += other.ReplyBytes;
        RequestBytes += other.RequestBytes;
        Unsent += other.Unsent;
        LastReplyAt = Math.Max(LastReplyAt, other.LastReplyAt);
        foreach ((string kind, long calls) in other._errors)
            AddFailure(kind, calls);
    }
}
