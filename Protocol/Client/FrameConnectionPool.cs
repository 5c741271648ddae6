using FrameRpc.Protocol.Transports;

namespace FrameRpc.Protocol.Client;

/// <summary>A client's connections: each carries one call at a time, and idle ones wait for the next.</summary>
internal sealed class FrameConnectionPool : IAsyncDisposable
{
    private readonly FrameClientOptions _options;
    private readonly Dialer _dialer;
    private readonly SemaphoreSlim _permits;
    private readonly Lock _lock = new();
    private readonly List<FrameConnection> _all = [];
    private readonly List<FrameConnection> _idle = [];
    private readonly CancellationTokenSource _disposing = new();
    private readonly ITimer _sweep;
    private bool _disposed;

    public FrameConnectionPool(IConnector connector, FrameClientOptions options)
    {
        _options = options;
        _dialer = new Dialer(connector, options);
        _permits = new SemaphoreSlim(options.ConnectionsMax);
        _sweep = options.TimeProvider.CreateTimer(_ => CloseUnneeded(), null, options.IdleTimeout, options.IdleTimeout);
    }

    public ConnectivityWatch Connectivity => _dialer.Connectivity;

    /// <summary>
    /// A connection for exclusive use: the most recently used one, because it is the least likely to have been closed, else a new one.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The client was disposed, before or during the wait.</exception>
    public ValueTask<FrameConnection> TakeAsync(bool waitForReady, CancellationToken cancel)
    {
        if (cancel.IsCancellationRequested)
            return ValueTask.FromCanceled<FrameConnection>(cancel);
        bool permitted = _permits.Wait(0, CancellationToken.None);
        return permitted && TakeIdle() is { } idle ? new(idle) : WaitAsync(permitted, waitForReady, cancel);
    }

    /// <summary>Returns a connection after its call.</summary>
    /// <param name="connection">It is between two messages each way if <paramref name="reusable"/>.</param>
    /// <param name="reusable">Whether another call may use it.</param>
    public void Return(FrameConnection connection, bool reusable)
    {
        Keep(connection, reusable);
        _ = _permits.Release();
    }

    private void Keep(FrameConnection connection, bool reusable)
    {
        lock (_lock)
        {
            reusable = reusable && !_disposed;
            if (reusable)
            {
                connection.BeginIdle(_options.TimeProvider.GetTimestamp());
                _idle.Add(connection);
                // Whatever happened to others meanwhile: a call could be made now.
                _dialer.Connectivity.Enter(ConnectivityState.Ready);
            }
        }
        if (!reusable)
            Drop(connection, "it cannot be used for another call");
    }

    /// <summary>Removes an idle connection on which something arrived: the other side has closed it, or sent data unasked.</summary>
    public void DropIdle(FrameConnection connection, Task watch)
    {
        lock (_lock)
        {
            if (!connection.IsIdleSince(watch) || !_idle.Remove(connection))
                return;
        }
        Drop(connection, "the other side ended it while it was idle");
    }

    public async ValueTask DisposeAsync()
    {
        FrameConnection[] idle;
        lock (_lock)
        {
            _disposed = true;
            idle = [.. _idle];
            _idle.Clear();
            foreach (FrameConnection busy in _all.Except(idle))
                busy.Abort();
            _all.Clear();
        }
        _dialer.Dispose();
        await _disposing.CancelAsync().ConfigureAwait(false);
        await _sweep.DisposeAsync().ConfigureAwait(false);
        foreach (FrameConnection connection in idle)
            await connection.CloseAsync().ConfigureAwait(false);
    }

    private FrameConnection Begin(TransportConnection transport)
    {
        var connection = new FrameConnection(transport, this, _options);
        lock (_lock)
        {
            if (!_disposed)
            {
                _all.Add(connection);
                _dialer.Connectivity.Enter(ConnectivityState.Ready);
                return connection;
            }
        }
        // Disposed while it was being established: nothing else would close it.
        _ = connection.CloseAsync();
        throw Disposed();
    }

    private async ValueTask<FrameConnection> WaitAsync(bool permitted, bool waitForReady, CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _disposing.Token);
        try
        {
            if (!permitted)
                await _permits.WaitAsync(either.Token).ConfigureAwait(false);
            permitted = true;
            return TakeIdle() ?? await _dialer.DialAsync(TakeIdle, Begin, made => Keep(made, reusable: true), waitForReady, either.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            if (permitted)
                _ = _permits.Release();
            if (e is OperationCanceledException && _disposing.IsCancellationRequested && !cancel.IsCancellationRequested)
                throw Disposed();
            throw;
        }
    }

    private ObjectDisposedException Disposed() => new(null, $"the client of {_dialer.Address} was disposed");

    private FrameConnection? TakeIdle()
    {
        lock (_lock)
        {
            while (_idle.Count > 0)
            {
                FrameConnection last = _idle[^1];
                _idle.RemoveAt(_idle.Count - 1);
                if (last.IsQuiet)
                    return last;
                Forget(last, "the other side ended it while it was idle");
                _ = last.CloseAsync();
            }
        }
        return null;
    }

    private void Drop(FrameConnection connection, string reason)
    {
        lock (_lock)
            Forget(connection, reason);
        _ = connection.CloseAsync();
    }

    private void Forget(FrameConnection connection, string reason)
    {
        if (!_all.Remove(connection))
            return;
        ClientLog.Dropped(_options.Logger, _dialer.Address, reason);
        if (_all.Count == 0)
            _dialer.Connectivity.Enter(ConnectivityState.Idle);
    }

    private void CloseUnneeded()
    {
        FrameConnection[] unneeded;
        lock (_lock)
        {
            unneeded = [.. _idle.Where(connection => _options.TimeProvider.GetElapsedTime(connection.IdleSince) >= _options.IdleTimeout)];
            _ = _idle.RemoveAll(unneeded.Contains);
        }
        foreach (FrameConnection connection in unneeded)
            Drop(connection, "it was idle for too long");
    }
}
