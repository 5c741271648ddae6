namespace FrameRpc.Tests.Simulation;

/// <summary>A clock that moves only when it is advanced, so that a run depends on its seed alone.</summary>
internal sealed class VirtualTime : TimeProvider
{
    /// <summary>The initial time.</summary>
    public const long StartMs = 1_000_000;

    private long _nowMs = StartMs;

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
