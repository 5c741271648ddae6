using System.Runtime.ExceptionServices;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Protocol.Client;

/// <summary>One connection of a client, for one call at a time.</summary>
internal sealed class FrameConnection
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a failed call waits for its body to be released. That takes no time unless its source cannot be cancelled.</summary>
    private static readonly TimeSpan ReleaseTimeout = TimeSpan.FromMilliseconds(200);

    /// <summary>Time limit for the rest of a request once its reply has ended.</summary>
    private static readonly TimeSpan UploadAfterReplyTimeout = TimeSpan.FromSeconds(30);

    private readonly TransportConnection _transport;
    private readonly FrameConnectionPool _pool;
    private readonly FrameReader _reader;
    private readonly FrameWriter _writer;
    private readonly FrameClientOptions _options;
    private Task? _watch;
    private bool _reusable;
    private bool _over;
    private Exception? _sourceFailure;
    private int _closed;

    public FrameConnection(TransportConnection transport, FrameConnectionPool pool, FrameClientOptions options)
    {
        _transport = transport;
        _pool = pool;
        _options = options;
        _reader = new FrameReader(transport, Blame.Server);
        _writer = new FrameWriter(transport);
    }

    public long IdleSince { get; private set; }

    /// <summary>Whether nothing arrived since the last call: anything that does is the end, or invalid.</summary>
    public bool IsQuiet => _watch is null || !_watch.IsCompleted;

    public void BeginIdle(long now)
    {
        IdleSince = now;
        Task watch = _watch = _reader.WatchAsync();
        _ = watch.ContinueWith(ended => _pool.DropIdle(this, ended), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <summary>
    /// Whether the connection is idle since <paramref name="watch"/> began: its end may be noticed only when the next call has begun.
    /// </summary>
    public bool IsIdleSince(Task watch) => _watch == watch;

    /// <summary>Makes one call. When the call and its reply's body have ended, or it failed, the connection returns to the pool.</summary>
    public async Task<FrameReply> CallAsync(string endpoint, FrameBody body, DataType accept, CancellationToken cancel)
    {
        _watch = null;
        _over = false;
        _reusable = body.DataType is not DataType.Octets || _options.ServerDrainsOctets;
        using var stop = new CancellationTokenSource();
        Task upload = UploadAsync(endpoint, body, accept, stop.Token);
        try
        {
            MessageHeaderRecord header = await _reader.ReadHeaderAsync(cancel).ConfigureAwait(false)
                ?? throw ConnectionLoss.Of(_transport, $"the reply to {endpoint} had begun");
            if (header.Error is not ReplyError.Ok)
                throw header.ToException(endpoint);
            if (header.DataType != accept)
                throw _reader.Broken($"the reply to {endpoint} has data of type {(byte)header.DataType} instead of the requested {(byte)accept}");
            return await BeginReplyAsync(header, upload, cancel).ConfigureAwait(false);
        }
        catch (RpcReplyException e) when (upload.IsCompletedSuccessfully && body.DataType is DataType.Json && e.Blame is Blame.Undecided)
        {
            // The only failure after which the first implementation's server is still in step: it has read the whole request.
            _pool.Return(this, reusable: true);
            throw;
        }
        catch (Exception failure)
        {
            // If the body's source had failed by now, that is why the server, or a gateway before it, replies with an error: it got a reset.
            Exception? source = _sourceFailure;
            await stop.CancelAsync().ConfigureAwait(false);
            await GiveUpAsync(upload).WaitAsync(ReleaseTimeout, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (failure is not RpcReplyException)
                source ??= _sourceFailure;
            if (source is not null)
                ExceptionDispatchInfo.Throw(source);
            throw;
        }
    }

    /// <summary>Makes everything that waits on the connection fail.</summary>
    public void Abort() => _transport.Abort();

    /// <summary>Closes the connection: with a reset frame, as the format requires, if it is between messages.</summary>
    public async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        bool between = _watch is not null || _over;
        if (between)
        {
            using var farewell = new CancellationTokenSource(CloseTimeout);
            // An orderly close would retry a reset that could not be sent, for as long as that takes.
            if (!await _writer.TryWriteResetAsync(farewell.Token).ConfigureAwait(false))
                _transport.Abort();
            _transport.Input.CancelPendingRead();
        }
        else
        {
            _transport.Abort();
        }
        // Its buffer must not be reused before the read has ended.
        await _reader.EndOfWatch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await _transport.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (ConnectionLoss.Is(e))
        {
            // The server is already gone.
        }
    }

    private async Task UploadAsync(string endpoint, FrameBody body, DataType accept, CancellationToken stop)
    {
        try
        {
            _writer.WriteHeader(endpoint, body.DataType, accept);
            await body.WriteAsync(_writer, stop).ConfigureAwait(false);
        }
        catch (BodySourceException e)
        {
            // Set before the end of the connection tells the call that there will be no reply.
            _sourceFailure = e.InnerException;
            // The server must not take a partial body for complete, and the call must not wait for a reply.
            using var farewell = new CancellationTokenSource(CloseTimeout);
            _ = await _writer.TryWriteResetAsync(farewell.Token).ConfigureAwait(false);
            _transport.Abort();
            throw;
        }
        finally
        {
            await body.ReleaseAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<FrameReply> BeginReplyAsync(MessageHeaderRecord header, Task upload, CancellationToken cancel)
    {
        DataPartReader part = null!;
        part = new DataPartReader(_reader, () => _ = EndReplyAsync(part, upload));
        if (header.DataType is DataType.None)
            await part.SkipAsync(cancel).ConfigureAwait(false);
        return new FrameReply(header.DataType, part, _options.MessageBytesMax);
    }

    /// <summary>The reply was read to the end, or abandoned. A request that is still being sent may then continue, within the limit.</summary>
    private async Task EndReplyAsync(DataPartReader part, Task upload)
    {
        if (part.AtEnd)
            await upload.WaitAsync(UploadAfterReplyTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _over = part.AtEnd && upload.IsCompletedSuccessfully;
        if (_over)
            _pool.Return(this, _reusable);
        else
            await GiveUpAsync(upload).ConfigureAwait(false);
    }

    private async Task GiveUpAsync(Task upload)
    {
        _transport.Abort();
        await upload.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _pool.Return(this, reusable: false);
    }
}
