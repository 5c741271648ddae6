namespace FrameRpc.Gateway.Formats;

/// <summary>The side of a call that has to move next.</summary>
internal enum StreamSide : byte
{
    /// <summary>No body is being passed on.</summary>
    Neither,
    Caller,
    Server,
}

/// <summary>The minimum rate of a streamed body: the side that is waited for has to move <c>bytesPerSecondMin</c>, averaged over a window.</summary>
/// <remarks>
/// A side is judged only while it is the one that is waited for, so a stream that pauses because the other side takes nothing is not at fault. A window
/// in which nothing moved at all says nothing: the timeout of the route bounds a pause.
/// </remarks>
internal struct StreamPace
{
    /// <summary>Long enough for a lost packet to be sent again several times: the kernel's time for it doubles from 0.2 s.</summary>
    private const int WindowMs = 30_000;

    /// <summary>How often a call has to be looked at.</summary>
    public const int LookMs = 5_000;

    private PaceWindow _window;
    private StreamSide _awaited;

    /// <param name="awaited">The side that is waited for.</param>
    /// <param name="bytes">All that has moved in the call so far.</param>
    /// <param name="bytesPerSecondMin">The rate; 0 for none.</param>
    public bool IsTooSlow(StreamSide awaited, long nowMs, long bytes, long bytesPerSecondMin)
    {
        if (awaited == StreamSide.Neither || awaited != _awaited || bytesPerSecondMin == 0 || _window.BytesSince(bytes) <= 0)
        {
            _awaited = awaited;
            _window.Restart(nowMs, bytes);
            return false;
        }
        if (_window.ElapsedMs(nowMs) < WindowMs)
            return false;
        bool isBelow = _window.IsBelow(nowMs, bytes, bytesPerSecondMin);
        _window.Restart(nowMs, bytes);
        return isBelow;
    }
}
