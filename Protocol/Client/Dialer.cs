using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Protocol.Client;

/// <summary>Establishes a client's connections, one at a time, with a delay after failures.</summary>
/// <remarks>
/// An attempt belongs to the client, not to the call that started it: if connecting takes longer than calls may, each call would start again, and no
/// connection would ever be established.
/// </remarks>
internal sealed class Dialer(IConnector connector, ClientOptions options) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly TimeProvider _clock = options.TimeProvider;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _disposed = new();
    private Exception? _lastFailure;
    private long _failedAt;
    private TimeSpan _pause;
    private int _failures;

    public ConnectivityWatch Connectivity { get; } = new();

    public string Address => connector.Address;

    /// <summary>A connection: one that has become usable while waiting for the turn, else a new one.</summary>
    /// <param name="existing">Finds a usable one.</param>
    /// <param name="begin">Puts a new one into use.</param>
    /// <param name="keep">Keeps a new one for other calls if this one has ended meanwhile.</param>
    /// <param name="waitForReady">After a failure, wait and try again instead of failing at once.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="RpcConnectionException">No connection can be established now.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    public async ValueTask<T> DialAsync<T>(
        Func<T?> existing, Func<TransportConnection, T> begin, Action<T> keep, bool waitForReady, CancellationToken cancel)
        where T : class
    {
        while (true)
        {
            await WaitForBackoffAsync(waitForReady, cancel).ConfigureAwait(false);
            await _turn.WaitAsync(cancel).ConfigureAwait(false);
            Attempt<T>? attempt = null;
            try
            {
                if (Connectivity.State is ConnectivityState.Shutdown)
                    throw Disposed();
                if (existing() is { } usable)
                    return usable;
                if (PauseLeft() > TimeSpan.Zero)
                    continue;
                attempt = new Attempt<T>(keep);
                return await attempt.WaitAsync(ConnectAsync(begin, attempt), cancel).ConfigureAwait(false);
            }
            catch (RpcConnectionException) when (waitForReady)
            {
                // The delay has begun; wait for its end and try again.
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                throw Disposed();
            }
            finally
            {
                // A started attempt keeps the turn until its end.
                if (attempt is null)
                    _ = _turn.Release();
            }
        }
    }

    public void Dispose()
    {
        Connectivity.Enter(ConnectivityState.Shutdown);
        _disposed.Cancel();
    }

    private async Task<T> ConnectAsync<T>(Func<TransportConnection, T> begin, Attempt<T> attempt)
        where T : class
    {
        try
        {
            TransportConnection connection = await ConnectAsync(_disposed.Token).ConfigureAwait(false);
            // Before the connection is in use, because from then on it may be lost at any time and change the state.
            Connectivity.Enter(ConnectivityState.Ready);
            T begun = begin(connection);
            attempt.Deliver(begun);
            return begun;
        }
        finally
        {
            _ = _turn.Release();
        }
    }

    private async ValueTask WaitForBackoffAsync(bool waitForReady, CancellationToken cancel)
    {
        while (PauseLeft() is var left && left > TimeSpan.Zero)
        {
            if (!waitForReady)
                throw Unavailable();
            // Timers truncate to milliseconds, which would make this loop spin for the rest.
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), _clock, cancel).ConfigureAwait(false);
        }
    }

    private TimeSpan PauseLeft()
    {
        lock (_lock)
            return _failures == 0 ? TimeSpan.Zero : _pause - _clock.GetElapsedTime(_failedAt);
    }

    private async ValueTask<TransportConnection> ConnectAsync(CancellationToken cancel)
    {
        Connectivity.Enter(ConnectivityState.Connecting);
        using var limit = new CancellationTokenSource(options.ConnectTimeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            TransportConnection connection = await connector.ConnectAsync(either.Token).ConfigureAwait(false);
            lock (_lock)
                _failures = 0;
            ClientLog.Connected(options.Logger, connector.Address);
            return connection;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            Connectivity.Enter(ConnectivityState.Idle);
            throw;
        }
        catch (OperationCanceledException)
        {
            throw Fail(new TimeoutException($"no connection within {options.ConnectTimeout.TotalSeconds} s"));
        }
        catch (Exception e)
        {
            throw Fail(e);
        }
    }

    private RpcConnectionException Fail(Exception reason)
    {
        TimeSpan pause;
        lock (_lock)
        {
            _lastFailure = reason;
            _failedAt = _clock.GetTimestamp();
            pause = _pause = options.Backoff.After(++_failures);
        }
        ClientLog.NotConnected(options.Logger, connector.Address, reason.Message, pause.TotalMilliseconds);
        Connectivity.Enter(ConnectivityState.TransientFailure);
        return Unavailable();
    }

    private ObjectDisposedException Disposed() => new(null, $"the client of {connector.Address} was disposed");

    private RpcConnectionException Unavailable()
    {
        lock (_lock)
            return new RpcConnectionException($"{connector.Address}: no connection: {_lastFailure?.Message}", mayHaveRun: false, _lastFailure);
    }
}
