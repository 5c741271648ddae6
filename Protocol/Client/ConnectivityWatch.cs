namespace FrameRpc.Protocol.Client;

/// <summary>The state of a client, and whoever waits for it to become another one.</summary>
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

    /// <summary>Enters a state. Nothing leads out of <see cref="ConnectivityState.Shutdown"/>.</summary>
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

    /// <summary>Waits until the state is another than <paramref name="last"/>, and says which; at once, if it is already.</summary>
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

/// <summary>Whether a client could make a call now. The names are gRPC's.</summary>
public enum ConnectivityState
{
    /// <summary>There is no connection, and nobody has asked for one.</summary>
    Idle,

    /// <summary>One is being made.</summary>
    Connecting,

    /// <summary>There is one.</summary>
    Ready,

    /// <summary>None could be made, and the next attempt waits, see <see cref="Backoff"/>.</summary>
    TransientFailure,

    /// <summary>The client was disposed.</summary>
    Shutdown,
}
