using FrameRpc.Protocol.Transports;

namespace FrameRpc.Protocol.Client;

/// <summary>A client's connections: each carries one call at a time, and those without a call wait for the next one.</summary>
internal sealed class FrameConnectionPool : IAsyncDisposable
{
    private readonly FrameClientOptions _options;
    private readonly Dialer _dialer;
    private readonly SemaphoreSlim _permits;
    private readonly Lock _lock = new();
    private readonly List<FrameConnection> _all = [];
    private readonly List<FrameConnection> _idle = [];
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

    /// <summary>A connection that nobody else uses: the one that was used last, because it is the least likely to have been closed, else a new one.</summary>
    public async ValueTask<FrameConnection> TakeAsync(bool waitForReady, CancellationToken cancel)
    {
        await _permits.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            return TakeIdle() ?? await _dialer.DialAsync(TakeIdle, Begin, waitForReady, cancel).ConfigureAwait(false);
        }
        catch
        {
            _ = _permits.Release();
            throw;
        }
    }

    /// <summary>Gives back a connection, whose call is over.</summary>
    /// <param name="connection">It stands between two messages each way when <paramref name="reusable"/>.</param>
    /// <param name="reusable">Whether another call may use it.</param>
    public void Return(FrameConnection connection, bool reusable)
    {
        lock (_lock)
        {
            reusable = reusable && !_disposed;
            if (reusable)
            {
                connection.BeginIdle(_options.TimeProvider.GetTimestamp());
                _idle.Add(connection);
            }
        }
        if (!reusable)
            Drop(connection, "it cannot be used for another call");
        _ = _permits.Release();
    }

    /// <summary>Takes out an idle connection on which something came: the other side has ended it, or speaks when it was not asked.</summary>
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
        await _sweep.DisposeAsync().ConfigureAwait(false);
        foreach (FrameConnection connection in idle)
            await connection.CloseAsync().ConfigureAwait(false);
    }

    private FrameConnection Begin(TransportConnection transport)
    {
        var connection = new FrameConnection(transport, this, _options.MessageBytesMax);
        lock (_lock)
            _all.Add(connection);
        return connection;
    }

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
            Drop(connection, "nobody needed it");
    }
}
