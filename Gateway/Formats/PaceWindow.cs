namespace FrameRpc.Gateway.Formats;

/// <summary>How much one side of a connection has moved since a moment. A limit that only asks for a byte now and then would never end.</summary>
internal struct PaceWindow
{
    private long _sinceMs;
    private long _bytesThen;

    /// <param name="bytes">All that the side has moved so far.</param>
    public void Restart(long nowMs, long bytes)
    {
        _sinceMs = nowMs;
        _bytesThen = bytes;
    }

    public readonly long ElapsedMs(long nowMs) => nowMs - _sinceMs;

    /// <param name="bytes">All that the side has moved so far.</param>
    public readonly long BytesSince(long bytes) => bytes - _bytesThen;

    /// <summary>Whether less has moved than the minimum rate asks for; without one, whether nothing has.</summary>
    /// <param name="bytes">All that the side has moved so far.</param>
    /// <param name="bytesPerSecondMin">The rate; 0 for none.</param>
    public readonly bool IsBelow(long nowMs, long bytes, long bytesPerSecondMin) =>
        BytesSince(bytes) < Math.Max(1, bytesPerSecondMin * ElapsedMs(nowMs) / 1000);
}
