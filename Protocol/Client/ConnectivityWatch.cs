namespace FrameRpc.Protocol.Client;

/// <summary>The state of a client, with waiting for changes.</summary>
internal sealed class ConnectivityWatch
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _changed;
    private ConnectivityState _state;

    public ConnectivityState State
    {
        get
        {
            lock (_lock)
                return _state;
        }
    }

    /// <summary>Enters a state. <see cref="ConnectivityState.Shutdown"/> is final.</summary>
    public void Enter(ConnectivityState state)
    {
        TaskCompletionSource? changed;
        lock (_lock)
        {
            if (_state == state || _state is ConnectivityState.Shutdown)
                return;
            _state = state;
            changed = _changed;
            _changed = null;
        }
        changed?.SetResult();
    }

    /// <summary>Waits until the state differs from <paramref name="last"/> and returns it; at once if it already does.</summary>
    public async Task<ConnectivityState> WaitForChangeAsync(ConnectivityState last, CancellationToken cancel)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_state != last)
                    return _state;
                _changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                changed = _changed.Task;
            }
            await changed.WaitAsync(cancel).ConfigureAwait(false);
        }
    }
}

/// <summary>The connection state of a client. The names are gRPC's.</summary>
public enum ConnectivityState
{
    /// <summary>There is no connection, and no call needs one.</summary>
    Idle,

    /// <summary>A connection is being established.</summary>
    Connecting,

    /// <summary>There is a connection.</summary>
    Ready,

    /// <summary>Connecting failed; the next attempt is delayed, see <see cref="Backoff"/>.</summary>
    TransientFailure,

    /// <summary>The client was disposed.</summary>
    Shutdown,
}
