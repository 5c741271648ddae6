namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>The time limit of a call; if octets are streamed, for the time without any data.</summary>
/// <remarks>Does not run while this side waits for itself: for a slow source of octets, or for a slow reader of them.</remarks>
internal sealed class CallTimeLimit : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _passed;
    private readonly TimeSpan _limit;
    private readonly bool _restarts;
    private int _ownWaits;
    private bool _over;

    /// <param name="limit">The time.</param>
    /// <param name="restarts">Whether it begins again with each byte.</param>
    /// <param name="clock">The clock.</param>
    public CallTimeLimit(TimeSpan limit, bool restarts, TimeProvider clock)
    {
        _limit = limit;
        _restarts = restarts;
        _passed = new CancellationTokenSource(limit, clock);
    }

    public CancellationToken Token => _passed.Token;

    public bool Passed => _passed.IsCancellationRequested;

    /// <summary>Bytes moved on the connection.</summary>
    public void Restart()
    {
        lock (_lock)
        {
            if (_ownWaits == 0)
                Set(_limit);
        }
    }

    /// <summary>This side waits for itself until <see cref="EndOwnWait"/>.</summary>
    public void BeginOwnWait()
    {
        lock (_lock)
        {
            if (_ownWaits++ == 0)
                Set(Timeout.InfiniteTimeSpan);
        }
    }

    public void EndOwnWait()
    {
        lock (_lock)
        {
            if (--_ownWaits == 0)
                Set(_limit);
        }
    }

    public void Dispose()
    {
        lock (_lock)
            _over = true;
        _passed.Dispose();
    }

    // Bytes of an abandoned connection may still move after the call is over.
    private void Set(TimeSpan left)
    {
        if (_restarts && !_over)
            _passed.CancelAfter(left);
    }
}
