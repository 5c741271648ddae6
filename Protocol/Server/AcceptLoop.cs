using FrameRpc.Protocol.Limits;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Protocol.Server;

/// <summary>Accepts a listener's callers up to a limit, serves each, and ends all connections in order when the server stops.</summary>
/// <param name="listener">The source of callers; disposed by <see cref="StopAsync"/>.</param>
/// <param name="options">Limits, log and clock.</param>
/// <param name="begin">Creates the object that serves a connection, without starting it.</param>
internal sealed class AcceptLoop(IListener listener, ServerOptions options, Func<TransportConnection, IServedConnection> begin) : IAsyncDisposable
{
    // Accepting fails when descriptors or memory have run out: retrying at once would only burn a core.
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);

    // How long to wait for handlers that ignore their token, after their connection was aborted.
    private static readonly TimeSpan AbortWait = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _places = new(options.ConnectionsMax);
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly HashSet<IServedConnection> _connections = [];
    private Task _accepting = Task.CompletedTask;
    private Task? _stopped;
    private bool _started;

    public string Address => listener.Address;

    /// <exception cref="InvalidOperationException">It was already started or stopped.</exception>
    public void Start()
    {
        lock (_lock)
        {
            if (_started || _stopped is not null)
                throw new InvalidOperationException($"{Address}: a server can be started only once");
            _started = true;
            ServerLog.Serving(options.Logger, Address);
            // On the pool: accepting may complete synchronously while callers wait, and the thread that starts the server must continue.
            _accepting = Task.Run(AcceptAllAsync);
        }
    }

    /// <summary>
    /// Accepts no more callers, lets calls finish within <paramref name="grace"/>, and aborts the rest. A second call waits for the first.
    /// </summary>
    /// <param name="grace">0 aborts at once; <see cref="Timeout.InfiniteTimeSpan"/> waits without a limit.</param>
    /// <param name="cancel">Ends the grace period early.</param>
    /// <exception cref="ArgumentOutOfRangeException">The grace period is negative, or more than 24 days.</exception>
    public Task StopAsync(TimeSpan grace, CancellationToken cancel)
    {
        if (grace != TimeSpan.Zero)
            TimeLimit.Validate(grace);
        lock (_lock)
            return _stopped ??= StopOnceAsync(grace, cancel);
    }

    /// <summary>Stops without a grace period, unless it was already stopped.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero, CancellationToken.None).ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task StopOnceAsync(TimeSpan grace, CancellationToken cancel)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await _stop.CancelAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);
        await listener.DisposeAsync().ConfigureAwait(false);
        foreach (IServedConnection connection in Connections())
            connection.Drain();
        LeaveIfEmpty();
        if (!await EndsWithinAsync(grace, cancel).ConfigureAwait(false))
        {
            IServedConnection[] late = Connections();
            ServerLog.CutOff(options.Logger, Address, late.Length, grace.TotalMilliseconds);
            foreach (IServedConnection connection in late)
                connection.Abort();
            _ = await EndsWithinAsync(AbortWait, CancellationToken.None).ConfigureAwait(false);
        }
        ServerLog.Stopped(options.Logger, Address);
    }

    private async Task<bool> EndsWithinAsync(TimeSpan time, CancellationToken cancel)
    {
        try
        {
            await _empty.Task.WaitAsync(time, options.TimeProvider, cancel).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }

    private async Task AcceptAllAsync()
    {
        while (true)
        {
            try
            {
                await _places.WaitAsync(_stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            if (await AcceptAsync().ConfigureAwait(false) is not { } transport)
                return;
            IServedConnection connection = begin(transport);
            lock (_lock)
                _ = _connections.Add(connection);
            _ = ServeAsync(connection, transport);
        }
    }

    /// <summary>The next caller; null once the server stops.</summary>
    private async ValueTask<TransportConnection?> AcceptAsync()
    {
        while (true)
        {
            try
            {
                return await listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return null;
            }
            catch (Exception e)
            {
                ServerLog.AcceptFailed(options.Logger, Address, RetryPause.TotalMilliseconds, e);
            }
            await Task.Delay(RetryPause, options.TimeProvider, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ServeAsync(IServedConnection connection, TransportConnection transport)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        ServerLog.Accepted(options.Logger, Address, transport.Peer);
        try
        {
            await connection.RunAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            transport.Abort();
            ServerLog.Failed(options.Logger, Address, transport.Peer, e);
        }
        try
        {
            await transport.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The caller left before it got all of the output.
        }
        catch (Exception e)
        {
            // A bug of the transport must not also cost the server a place.
            ServerLog.Failed(options.Logger, Address, transport.Peer, e);
        }
        ServerLog.Ended(options.Logger, Address, transport.Peer);
        lock (_lock)
            _ = _connections.Remove(connection);
        _ = _places.Release();
        LeaveIfEmpty();
    }

    private IServedConnection[] Connections()
    {
        lock (_lock)
            return [.. _connections];
    }

    // Nothing is added after accepting has ended, so an empty list stays empty.
    private void LeaveIfEmpty()
    {
        lock (_lock)
        {
            if (_stopped is not null && _accepting.IsCompleted && _connections.Count == 0)
                _ = _empty.TrySetResult();
        }
    }
}

/// <summary>One caller's connection, in any format, as <see cref="AcceptLoop"/> sees it.</summary>
internal interface IServedConnection
{
    /// <summary>
    /// Serves until the caller has disconnected, or until nothing is left to do after <see cref="Drain"/> or <see cref="Abort"/>. The loop closes the
    /// transport afterwards.
    /// </summary>
    Task RunAsync();

    /// <summary>Takes no further calls, and ends when those in progress have completed. Callable from any thread; once.</summary>
    void Drain();

    /// <summary>Cancels the calls in progress and ends the connection now. Callable from any thread, even after <see cref="Drain"/>.</summary>
    void Abort();
}
