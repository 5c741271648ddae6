using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Limits;
using FrameRpc.Protocol.Smf;
using FrameRpc.Protocol.Smf.Compression;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Protocol.Client;

/// <summary>One of a client's connections and its calls in flight. It lives until it is lost, retired or closed; a new one follows it.</summary>
internal sealed class SmfClientConnection : IAsyncDisposable
{
    /// <summary>Sessions of calls that have been given up. Beyond this the server seems to have lost them, and the connection is retired.</summary>
    public const int AbandonedMax = 4_096;

    private readonly SmfClient _client;
    private readonly TransportConnection _transport;
    private readonly SmfDeadlines _deadlines;
    private readonly SmfClientSessions _sessions;
    private readonly SmfOutput _output;
    private readonly SmfReplyReceiver _receiver;
    private readonly Budget _places = new(SmfClientSessions.SessionsMax);
    private readonly CancellationTokenSource _unusable = new();
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _retired;
    private int _ended;

    public SmfClientConnection(SmfClient client, TransportConnection transport)
    {
        _client = client;
        _transport = transport;
        _deadlines = new SmfDeadlines(client.Options.TimeProvider, FailDue);
        _sessions = new SmfClientSessions(_deadlines);
        _output = new SmfOutput(transport.Output, Lose);
        _receiver = new SmfReplyReceiver(transport.Input, this, _sessions, _places);
    }

    public string Peer => _transport.Peer;

    public Budget Memory => _client.Memory;

    public int MessageBytesMax => _client.Options.MessageBytesMax;

    /// <summary>Whether further calls may begin here.</summary>
    public bool IsUsable => Volatile.Read(ref _ended) == 0 && Volatile.Read(ref _retired) == 0;

    /// <summary>Whether it takes no more calls because of an unexpected or missing reply, although it may still work.</summary>
    public bool IsRetired => Volatile.Read(ref _retired) != 0;

    public void Start() => _receiver.Start();

    /// <summary>Begins a call if a session is free at once; null if none is, or if the connection takes no more calls.</summary>
    public SmfClientCall? TryCall(RequestId id, in SmfPacked payload, long deadline, CancellationToken cancel) =>
        _places.TryTake(1) ? TryCallWithPlace(id, payload, deadline, cancel) : null;

    /// <summary>Begins a call when a session is free; null if the connection takes no more calls.</summary>
    public async ValueTask<SmfClientCall?> CallAsync(RequestId id, SmfPacked payload, long deadline, CancellationToken waiting, CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(waiting, _unusable.Token);
        try
        {
            await _places.TakeAsync(1, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!waiting.IsCancellationRequested)
        {
            return null;
        }
        return TryCallWithPlace(id, payload, deadline, cancel);
    }

    /// <summary>A call's token was cancelled.</summary>
    public void Cancel(SmfClientCall call)
    {
        if (_sessions.TryAbandon(call))
            FailAbandoned(call, call.Cancelled());
        GiveUpIfForgotten();
    }

    /// <summary>A reply arrived that no call waits for: the server replied twice, or is out of step. No further calls are sent here.</summary>
    public void OnUnknownSession(ushort session)
    {
        if (TryRetire())
            ClientLog.UnknownSession(_client.Options.Logger, Peer, session);
    }

    public void OnLateReplies(int count) => _client.CountLateReplies(count);

    /// <summary>Called when the last call of a retired connection may have ended.</summary>
    public void CloseIfRetiredAndIdle()
    {
        if (Volatile.Read(ref _retired) != 0 && _sessions.Live == 0)
            _ = EndAsync(null);
    }

    /// <summary>Reading or writing has failed.</summary>
    /// <param name="reason">Null if the server closed the connection in order.</param>
    public void Lose(Exception? reason)
    {
        if (Volatile.Read(ref _ended) != 0)
            return;
        bool idle = reason is null && _sessions.Live == 0;
        string why = reason?.Message ?? "the server ended it";
        if (idle)
            ClientLog.Closed(_client.Options.Logger, Peer);
        else
            ClientLog.Lost(_client.Options.Logger, Peer, why);
        _ = EndAsync(idle ? null : () => new RpcConnectionException($"{Peer}: the connection was lost before the reply: {why}", mayHaveRun: true, reason));
    }

    /// <summary>The client was disposed.</summary>
    public ValueTask DisposeAsync() =>
        new(EndAsync(_sessions.Live == 0 ? null : () => new RpcConnectionException($"{Peer}: the client was disposed before the reply", mayHaveRun: true)));

    /// <summary>Closes the connection; the calls in flight fail. Completes when the transport was released.</summary>
    /// <param name="failure">Why they fail. Null if there are none: the connection is then closed in order.</param>
    private async Task EndAsync(Func<Exception>? failure)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            await _over.Task.ConfigureAwait(false);
            return;
        }
        _client.Forget(this);
        List<SmfClientCall> calls = _sessions.TakeAll();
        _deadlines.Dispose();
        if (failure is not null || calls.Count > 0 || _output.BytesWaiting > 0)
            _transport.Abort();
        foreach (SmfClientCall call in calls)
            FailAbandoned(call, failure?.Invoke() ?? new RpcConnectionException($"{Peer}: the connection was closed", mayHaveRun: true));
        await _unusable.CancelAsync().ConfigureAwait(false);
        await ReleaseAsync().ConfigureAwait(false);
        _client.Remove(this);
        _over.SetResult();
    }

    private async Task ReleaseAsync()
    {
        await _output.CloseAsync().ConfigureAwait(false);
        await _receiver.StopAsync().ConfigureAwait(false);
        try
        {
            await _transport.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (ConnectionLoss.Is(e))
        {
            // The server is already gone.
        }
    }

    private SmfClientCall? TryCallWithPlace(RequestId id, in SmfPacked payload, long deadline, CancellationToken cancel)
    {
        SmfClientCall call = SmfClientCall.Begin(this, id, deadline, payload.Bytes.Length);
        if (!_sessions.TryAdd(call, out bool alone))
        {
            call.Forget();
            _places.Return(1);
            return null;
        }
        call.RegisterCancellation(cancel);
        SmfHeader header = payload.Header(call.Session, id.Value);
        if (payload.Bytes.Length < SmfOutput.LargeBytesMin)
        {
            _output.Send(header, payload.Bytes.Span, alone);
            payload.Owner?.Dispose();
            return call;
        }
        // The caller may reuse its memory as soon as the call has ended, which a deadline or a token can cause before everything is written.
        RentedBytes bytes = payload.Owner ?? RentedBytes.CopyOf(payload.Bytes.Span);
        _output.SendLarge(header, bytes.Memory, bytes, alone);
        return call;
    }

    private void FailDue()
    {
        foreach (SmfClientCall call in _sessions.AbandonDue(_client.Options.TimeProvider.GetTimestamp()))
            FailAbandoned(call, new RpcTimeoutException($"{Peer}: {call.Id} was not answered in time"));
        GiveUpIfForgotten();
    }

    private void FailAbandoned(SmfClientCall call, Exception failure)
    {
        // Its request may still wait to be written, and occupies memory until then.
        _output.ReturnWhenWritten(Memory, call.MemoryBytes);
        call.Fail(failure);
    }

    private void GiveUpIfForgotten()
    {
        if (_sessions.AbandonedCount > AbandonedMax && TryRetire())
            ClientLog.Retired(_client.Options.Logger, Peer, _sessions.AbandonedCount);
        CloseIfRetiredAndIdle();
    }

    /// <summary>Takes no further calls; those in flight stay. False if it was already retired.</summary>
    private bool TryRetire()
    {
        if (Interlocked.Exchange(ref _retired, 1) != 0)
            return false;
        _sessions.Close();
        _client.Forget(this);
        _ = _unusable.CancelAsync();
        return true;
    }
}
