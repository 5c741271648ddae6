namespace FrameRpc.Gateway.Backends;

/// <summary>Tells whether a call on a connection has been unanswered for a while, without a list of the calls.</summary>
/// <remarks>
/// At a checkpoint it takes the number of calls in flight, and counts down as they are answered: while any is left, one of them is older than the
/// checkpoint. When none is left, there is a new checkpoint. It can be late by the age that is asked for, and is never wrong.
/// </remarks>
internal struct CallsUnanswered
{
    private long _checkpointMs;
    private int _leftOfCheckpoint;

    public int Count { get; private set; }

    public void Add(long nowMs)
    {
        if (Count++ == 0)
            _checkpointMs = nowMs;
        if (nowMs <= _checkpointMs)
            _leftOfCheckpoint++;
    }

    /// <param name="addedMs">When the call was added.</param>
    public void Remove(long addedMs, long nowMs)
    {
        Count--;
        if (addedMs > _checkpointMs || --_leftOfCheckpoint > 0)
            return;
        _checkpointMs = nowMs;
        _leftOfCheckpoint = Count;
    }

    /// <summary>Whether a call was added at or before this time, and is unanswered.</summary>
    public readonly bool IsAnyOlderThan(long ms) => _leftOfCheckpoint > 0 && _checkpointMs <= ms;
}
