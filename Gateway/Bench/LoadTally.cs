using System.Runtime.InteropServices;

namespace FrameRpc.Gateway.Bench;

/// <summary>The measurements of one thread. Only that thread writes; others may read the counts meanwhile, slightly late.</summary>
internal sealed class LoadTally
{
    private readonly Dictionary<string, long> _errors = [];

    /// <summary>Time to the last byte of the reply, in nanoseconds, of measured calls with a correct reply.</summary>
    public LatencyHistogram Latencies { get; } = new();

    /// <summary>Correct replies, including those of the warm-up.</summary>
    public long Replies { get; private set; }

    /// <summary>Calls with a wrong reply or none, including those of the warm-up.</summary>
    public long Failures { get; private set; }

    /// <summary>Payload received since measuring began, of all calls: for calls that take seconds, the only measure of their speed.</summary>
    public long ReplyBytes { get; set; }

    /// <summary>Payload handed to the sockets since measuring began; see <see cref="ReplyBytes"/>.</summary>
    public long RequestBytes { get; set; }

    /// <summary>Calls that were due but could not be sent.</summary>
    public long Unsent { get; set; }

    /// <summary>When the last measured reply arrived.</summary>
    public long LastReplyAt { get; private set; }

    public IReadOnlyDictionary<string, long> Errors => _errors;

    /// <summary>Counts a complete reply.</summary>
    /// <param name="intendedAt">When its call was due.</param>
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

    /// <summary>Adds the measurements of another thread.</summary>
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
