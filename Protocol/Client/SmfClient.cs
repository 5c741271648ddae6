using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Limits;
using FrameRpc.Protocol.Smf.Compression;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Protocol.Client;

/// <summary>Calls a server or gateway in the smf format: many concurrent calls over one connection, which is established at the first call.</summary>
/// <remarks>
/// Safe for concurrent use. After a lost connection the next call establishes another one, see <see cref="ClientOptions.Backoff"/>.
/// </remarks>
public sealed class SmfClient : IAsyncDisposable
{
    private readonly Dialer _dialer;
    private readonly Lock _lock = new();
    private readonly HashSet<SmfClientConnection> _connections = [];
    private readonly CancellationTokenSource _disposed = new();
    private readonly double _timestampsPerTick;
    private SmfClientConnection? _current;
    private long _lateReplies;

    /// <summary>Creates a client for an address: <c>127.0.0.1:11225</c>, <c>unix:/run/x.sock</c>.</summary>
    /// <param name="address">The server's address.</param>
    /// <param name="options">Defaults apply if null.</param>
    /// <exception cref="FormatException"><paramref name="address"/> is not an address.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No call could succeed with an option.</exception>
    public SmfClient(string address, SmfClientOptions? options = null)
        : this(new SocketConnector(address), options)
    {
    }

    /// <summary>Creates a client over any transport.</summary>
    /// <param name="connector">Establishes its connections.</param>
    /// <param name="options">Defaults apply if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">No call could succeed with an option.</exception>
    public SmfClient(IConnector connector, SmfClientOptions? options = null)
    {
        Options = options ?? new SmfClientOptions();
        Options.Validate();
        Memory = new Budget(Options.MemoryBytesMax);
        _dialer = new Dialer(connector, Options);
        _timestampsPerTick = (double)Options.TimeProvider.TimestampFrequency / TimeSpan.TicksPerSecond;
    }

    /// <summary>The connection state.</summary>
    public ConnectivityState State => _dialer.Connectivity.State;

    /// <summary>Replies that arrived after their call had timed out or was cancelled.</summary>
    public long LateReplies => Interlocked.Read(ref _lateReplies);

    internal SmfClientOptions Options { get; }

    internal Budget Memory { get; }

    /// <summary>Waits until <see cref="State"/> differs from <paramref name="last"/> and returns it.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was cancelled.</exception>
    public Task<ConnectivityState> WaitForStateChangeAsync(ConnectivityState last, CancellationToken cancel = default) =>
        _dialer.Connectivity.WaitForChangeAsync(last, cancel);

    /// <summary>Makes one call.</summary>
    /// <param name="id">The method, see <see cref="RequestId.ForMethod"/>.</param>
    /// <param name="payload">
    /// A FlatBuffers table; must not change until the call has ended. An empty one is sent as the empty table, because the format has no payload of 0
    /// bytes.
    /// </param>
    /// <param name="options">Options of this call.</param>
    /// <param name="cancel">Ends the wait. The server is not notified, because the format has no message for it.</param>
    /// <returns>The reply; await it once. Dispose it to have its memory reused.</returns>
    /// <exception cref="RpcReplyException">The reply has a status other than 200.</exception>
    /// <exception cref="RpcConnectionException">There is no connection, or it was lost.</exception>
    /// <exception cref="RpcTimeoutException">The reply did not arrive in time.</exception>
    /// <exception cref="RpcProtocolException">The reply is damaged, or larger than allowed.</exception>
    /// <exception cref="RpcException">
    /// <paramref name="payload"/> is larger than <see cref="ClientOptions.MessageBytesMax"/>, or has the checksum 0.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The id is 0, or the timeout is not positive or more than 24 days.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    public ValueTask<SmfReply> CallAsync(RequestId id, ReadOnlyMemory<byte> payload, CallOptions options = default, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(id.Value, nameof(id));
        if (cancel.IsCancellationRequested)
            return ValueTask.FromCanceled<SmfReply>(cancel);
        long deadline = Deadline(options.Timeout ?? Options.Timeout);
        if (payload.Length > Options.MessageBytesMax)
            return ValueTask.FromException<SmfReply>(TooLarge(id, payload.Length));
        var packed = SmfPacked.Of(payload, Options.Compressor);
        if (packed.Checksum == 0)
            return ValueTask.FromException<SmfReply>(Unsendable(id));
        if (Volatile.Read(ref _current) is { } connection && Memory.TryTake(packed.Bytes.Length))
        {
            if (connection.TryCall(id, packed, deadline, cancel) is { } call)
                return call.Task;
            Memory.Return(packed.Bytes.Length);
        }
        return CallAfterWaitingAsync(id, packed, deadline, options.WaitForReady, cancel);
    }

    /// <summary>Fails the calls in flight and those that wait, and closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        _dialer.Dispose();
        SmfClientConnection[] connections;
        lock (_lock)
            connections = [.. _connections];
        await _disposed.CancelAsync().ConfigureAwait(false);
        foreach (SmfClientConnection connection in connections)
            await connection.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>No further calls begin on this connection.</summary>
    internal void Forget(SmfClientConnection connection)
    {
        lock (_lock)
        {
            if (_current != connection)
                return;
            Volatile.Write(ref _current, null);
            _dialer.Connectivity.Enter(ConnectivityState.Idle);
        }
    }

    /// <summary>This connection has ended.</summary>
    internal void Remove(SmfClientConnection connection)
    {
        lock (_lock)
            _ = _connections.Remove(connection);
    }

    internal void CountLateReplies(int count) => Interlocked.Add(ref _lateReplies, count);

    // Apart from the synchronous path, which avoids the cost of a state machine and a timer.
    private async ValueTask<SmfReply> CallAfterWaitingAsync(RequestId id, SmfPacked payload, long deadline, bool waitForReady, CancellationToken cancel)
    {
        SmfClientCall call;
        using (var limit = new CancellationTokenSource(TimeUntil(deadline), Options.TimeProvider))
        using (var waiting = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel, _disposed.Token))
        {
            try
            {
                call = await BeginAsync(id, payload, deadline, waitForReady, waiting.Token, cancel).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                throw _disposed.IsCancellationRequested ? Disposed()
                    : new RpcTimeoutException($"{_dialer.Address}: {id} got no connection or no room on it in time");
            }
            catch (OperationCanceledException)
            {
                throw new OperationCanceledException($"the call of {id} was cancelled", cancel);
            }
        }
        return await call.Task.ConfigureAwait(false);
    }

    private async ValueTask<SmfClientCall> BeginAsync(
        RequestId id, SmfPacked payload, long deadline, bool waitForReady, CancellationToken waiting, CancellationToken cancel)
    {
        long bytes = payload.Bytes.Length;
        await Memory.TakeAsync(bytes, waiting).ConfigureAwait(false);
        try
        {
            for (int lost = 0; ;)
            {
                // A connection in use is shared by all calls, so it needs no other place to be kept.
                SmfClientConnection connection = await _dialer.DialAsync(Usable, Use, keep: _ => { }, waitForReady, waiting).ConfigureAwait(false);
                if (await connection.CallAsync(id, payload, deadline, waiting, cancel).ConfigureAwait(false) is { } call)
                    return call;
                if (connection.IsRetired)
                    continue;
                if (!waitForReady)
                    throw new RpcConnectionException($"{_dialer.Address}: the server ended the connection before the call of {id} began", mayHaveRun: false);
                await Task.Delay(Options.Backoff.After(++lost), Options.TimeProvider, waiting).ConfigureAwait(false);
            }
        }
        catch
        {
            Memory.Return(bytes);
            payload.Owner?.Dispose();
            throw;
        }
    }

    private SmfClientConnection? Usable() => Volatile.Read(ref _current) is { IsUsable: true } connection ? connection : null;

    private SmfClientConnection Use(TransportConnection transport)
    {
        var connection = new SmfClientConnection(this, transport);
        // Together with the state, so that it is not overwritten by the late end of an earlier connection.
        lock (_lock)
        {
            _ = _connections.Add(connection);
            Volatile.Write(ref _current, connection);
            _dialer.Connectivity.Enter(ConnectivityState.Ready);
        }
        connection.Start();
        // Disposed while it was being established: nothing else would close it.
        if (_disposed.IsCancellationRequested)
            _ = connection.DisposeAsync().AsTask();
        return connection;
    }

    private long Deadline(TimeSpan timeout)
    {
        if (timeout == Timeout.InfiniteTimeSpan)
            return long.MaxValue;
        TimeLimit.Validate(timeout);
        return Options.TimeProvider.GetTimestamp() + (long)(timeout.Ticks * _timestampsPerTick);
    }

    private TimeSpan TimeUntil(long deadline)
    {
        if (deadline == long.MaxValue)
            return Timeout.InfiniteTimeSpan;
        TimeSpan left = Options.TimeProvider.GetElapsedTime(Options.TimeProvider.GetTimestamp(), deadline);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private ObjectDisposedException Disposed() => new(null, $"the client of {_dialer.Address} was disposed");

    private RpcException TooLarge(RequestId id, int bytes) => new(
        SmfStatus.TooLarge,
        Blame.Caller,
        $"{id}: the payload has {bytes} bytes, more than the {nameof(ClientOptions.MessageBytesMax)} of {Options.MessageBytesMax}");

    private static RpcException Unsendable(RequestId id) => new(
        SmfStatus.BadRequest,
        Blame.Caller,
        $"{id}: this payload's checksum is 0, which the format treats as missing; change the payload, for example in an unused field");
}
