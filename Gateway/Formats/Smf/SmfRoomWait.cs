using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Routing;

namespace FrameRpc.Gateway.Formats.Smf;

/// <summary>A caller's next request waits for room on a shared connection that is full, for at most the timeout of its route.</summary>
internal sealed class SmfRoomWait
{
    private readonly SmfCaller _caller;
    private readonly CallbackTimer _timer;

    /// <summary>Its place in a connection's queue. Null until the caller waits for the first time.</summary>
    private LinkedListNode<SmfRoomWait>? _place;
    private bool _isTimeUp;
    private long _begunMs;

    public SmfRoomWait(SmfCaller caller)
    {
        _caller = caller;
        _timer = new CallbackTimer(caller, OnTimeUp);
    }

    /// <summary>Stops reading the caller until the connection has room, or the time is up. The time of one request runs on over several waits.</summary>
    public void Begin(SmfServerConnection connection, Route route)
    {
        _caller.Hold(InputHold.ServerConnection);
        if (!_timer.IsArmed)
        {
            _begunMs = _caller.Loop.NowMs;
            _caller.Loop.Timers.Arm(_timer, route.DueMs(_begunMs, isStreamed: false));
        }
        connection.WaitForRoom(_place ??= new LinkedListNode<SmfRoomWait>(this));
    }

    /// <summary>The connection has room again, or is closed. The place in its queue is already removed.</summary>
    public void OnRoom() => _caller.Release(InputHold.ServerConnection);

    /// <summary>Whether the request that comes now waited until its time was up. True once.</summary>
    public bool TakeTimeUp()
    {
        if (!_isTimeUp)
            return false;
        _isTimeUp = false;
        return true;
    }

    /// <summary>The request waits no longer: it has room, or is refused.</summary>
    /// <returns>When it came.</returns>
    public long End()
    {
        long begunMs = _timer.IsArmed ? _begunMs : _caller.Loop.NowMs;
        _caller.Loop.Timers.Disarm(_timer);
        return begunMs;
    }

    /// <summary>The caller is gone, and the connection must not keep it.</summary>
    public void Cancel()
    {
        End();
        LeaveQueue();
    }

    private void OnTimeUp()
    {
        _isTimeUp = true;
        LeaveQueue();
        _caller.Release(InputHold.ServerConnection);
    }

    /// <summary>The next request may wait on another connection.</summary>
    private void LeaveQueue() => _place?.List?.Remove(_place);
}
