using FrameRpc.Protocol.Limits;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Protocol.Server;

/// <summary>Takes a listener's callers, so many at once, has each served, and ends them all in order when the server stops.</summary>
/// <param name="listener">Where callers come from; disposed by <see cref="StopAsync"/>.</param>
/// <param name="options">Limits, log and clock.</param>
/// <param name="begin">Makes the object that serves a connection; it does not start yet.</param>
internal sealed class AcceptLoop(IListener listener, ServerOptions options, Func<TransportConnection, IServedConnection> begin) : IAsyncDisposable
{
    // An accept fails for want of descriptors or memory: time heals that, and trying again at once would only burn a core.
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);

    // A handler may ignore its token. Stopping does not wait for it any longer than this after its connection was aborted.
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

    /// <exception cref="InvalidOperationException">It was started or stopped before.</exception>
    public void Start()
    {
        lock (_lock)
        {
            if (_started || _stopped is not null)
                throw new InvalidOperationException($"{Address}: a server starts once");
            _started = true;
            ServerLog.Serving(options.Logger, Address);
            // On the pool: a listener with callers waiting returns at once, and who starts a server wants to go on.
            _accepting = Task.Run(AcceptAllAsync);
        }
    }

    /// <summary>Accepts no more, lets calls end for as long as <paramref name="grace"/>, and aborts what is left. A second call waits for the first.</summary>
    /// <param name="grace">0 aborts at once; <see cref="Timeout.InfiniteTimeSpan"/> waits for as long as it takes.</param>
    /// <param name="cancel">Ends the grace early.</param>
    /// <exception cref="ArgumentOutOfRangeException">The grace is less than 0, or more than 24 days.</exception>
    public Task StopAsync(TimeSpan grace, CancellationToken cancel)
    {
        if (grace != TimeSpan.Zero)
            TimeLimit.Validate(grace);
        lock (_lock)
            return _stopped ??= StopOnceAsync(grace, cancel);
    }

    /// <summary>Stops without grace, unless it was stopped before.</summary>
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

    /// <summary>The next caller; null, once the server stops.</summary>
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
            // The caller was gone before it got the last of what was to be sent.
        }
        catch (Exception e)
        {
            // A defect of the transport, which must not cost the server a place as well.
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

    // Nothing is added any more once accepting is over, so that empty is empty for good.
    private void LeaveIfEmpty()
    {
        lock (_lock)
        {
            if (_stopped is not null && _accepting.IsCompleted && _connections.Count == 0)
                _ = _empty.TrySetResult();
        }
    }
}

/// <summary>One caller's connection as <see cref="AcceptLoop"/> sees it, whatever its format.</summary>
internal interface IServedConnection
{
    /// <summary>
    /// Serves until the caller has gone, or until nothing is left to do after <see cref="Drain"/> or <see cref="Abort"/>. The loop ends the transport afterwards.
    /// </summary>
    Task RunAsync();

    /// <summary>Takes no further call, and ends when those in hand are over. From any thread; once.</summary>
    void Drain();

    /// <summary>Cancels the calls in hand and ends the connection now. From any thread; perhaps after <see cref="Drain"/>.</summary>
    void Abort();
}
