namespace FrameRpc.Tests.Simulation;

/// <summary>A clock that stands still until it is moved: what a run does depends on its seed alone.</summary>
internal sealed class VirtualTime : TimeProvider
{
    private long _nowMs = 1_000_000;

    public long NowMs => _nowMs;

    public override long TimestampFrequency => 1000;

    public override long GetTimestamp() => _nowMs;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddMilliseconds(_nowMs);

    public void AdvanceTo(long nowMs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(nowMs, _nowMs);
        _nowMs = nowMs;
    }
}
