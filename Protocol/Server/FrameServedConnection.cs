using System.Diagnostics.CodeAnalysis;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Telemetry;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Protocol.Server;

/// <summary>Serves one connection's calls in sequence and stays in step: every request is read to the end, or the connection is closed.</summary>
[SuppressMessage("Reliability", "CA1001",
    Justification = "Abort may come from another thread at any time, and a token source without a timer holds nothing to dispose of.")]
internal sealed class FrameServedConnection : IServedConnection
{
    /// <summary>Time limit for the rest of a request that is not read by its handler.</summary>
    private static readonly TimeSpan DrainMax = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan CloseTimeout = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _abort = new();
    private readonly TransportConnection _transport;
    private readonly FrameServing _serving;
    private readonly StallGuard _readGuard;
    private readonly StallGuard _writeGuard;
    private readonly FrameReader _reader;
    private readonly FrameWriter _writer;
    private volatile bool _draining;

    public FrameServedConnection(TransportConnection transport, FrameServing serving)
    {
        _transport = transport;
        _serving = serving;
        _readGuard = new StallGuard(transport, serving.Options.StallTimeout, serving.Options.TimeProvider);
        _writeGuard = new StallGuard(transport, serving.Options.StallTimeout, serving.Options.TimeProvider);
        _reader = new FrameReader(transport, Blame.Caller, _readGuard);
        _writer = new FrameWriter(transport, _writeGuard);
    }

    public async Task RunAsync()
    {
        try
        {
            while (!_draining && await _reader.ReadHeaderAsync(_abort.Token).ConfigureAwait(false) is { } header)
                await ServeAsync(header).ConfigureAwait(false);
            await SendResetAsync().ConfigureAwait(false);
        }
        catch (RpcProtocolException e)
        {
            ServerLog.Lost(_serving.Options.Logger, _transport.Peer, e.Message);
            await RefuseAndEndAsync(e.Message).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException or BodySourceException || _reader.IsBroken || _abort.IsCancellationRequested)
        {
            // Once the connection is broken or closed, the handler may turn that into any exception.
            ServerLog.Lost(_serving.Options.Logger, _transport.Peer, e.Message);
            await SendResetAsync().ConfigureAwait(false);
        }
        finally
        {
            _readGuard.Dispose();
            _writeGuard.Dispose();
        }
    }

    public void Drain()
    {
        _draining = true;
        _reader.Interrupt();
    }

    public void Abort()
    {
        // On another thread, because callbacks of the handler may do anything.
        _ = _abort.CancelAsync();
        _transport.Abort();
    }

    private async ValueTask ServeAsync(MessageHeaderRecord header)
    {
        var part = new DataPartReader(_reader, static () => { });
        var request = new FrameRequest(header, part, _serving.Memory, _serving.Options);
        await _serving.Calls.TakeAsync(1, _abort.Token).ConfigureAwait(false);
        var telemetry = CallTelemetry.StartServer("frame", request.Endpoint);
        try
        {
            FrameOutcome outcome = await HandleAsync(request, telemetry).ConfigureAwait(false);
            await ReplyAsync(outcome).ConfigureAwait(false);
        }
        finally
        {
            request.ReturnMemory();
            _serving.Calls.Return(1);
        }
        if (!part.AtEnd)
            await ReadToEndAsync(part).ConfigureAwait(false);
    }

    private async ValueTask<FrameOutcome> HandleAsync(FrameRequest request, CallTelemetry telemetry)
    {
        try
        {
            FrameOutcome outcome = await FrameOutcome.OfAsync(request, _serving, _abort.Token).ConfigureAwait(false);
            telemetry.End(outcome.Status, outcome.Message);
            return outcome;
        }
        catch (Exception e)
        {
            telemetry.End(e);
            throw;
        }
    }

    private async ValueTask ReplyAsync(FrameOutcome outcome)
    {
        if (outcome.Body is not { } body)
        {
            await _writer.WriteErrorAsync(outcome.Error, outcome.Message!).ConfigureAwait(false);
            return;
        }
        // The reply already exists: waiting for memory would only keep it longer. Later calls wait until it is written.
        _serving.Memory.TakeAnyway(body.JsonBytes);
        try
        {
            _writer.WriteReplyHeader(body.DataType);
            await body.WriteAsync(_writer, _abort.Token).ConfigureAwait(false);
        }
        finally
        {
            _serving.Memory.Return(body.JsonBytes);
            await body.ReleaseAsync().ConfigureAwait(false);
        }
    }

    // Unread bytes of a request would be read as the next header. The first implementation does that, and executes it.
    private async ValueTask ReadToEndAsync(DataPartReader part)
    {
        using var limit = new CancellationTokenSource(DrainMax, _serving.Options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _abort.Token);
        await part.SkipAsync(either.Token).ConfigureAwait(false);
    }

    private async ValueTask RefuseAndEndAsync(string message)
    {
        try
        {
            await _writer.WriteErrorAsync(ReplyError.Request, message).ConfigureAwait(false);
        }
        catch (RpcException)
        {
            // The caller has already disconnected.
        }
        await SendResetAsync().ConfigureAwait(false);
    }

    // The writer is between frames, where a reset frame replaces an abrupt end. A caller that does not take it gets an abrupt end.
    private async ValueTask SendResetAsync()
    {
        using var farewell = new CancellationTokenSource(CloseTimeout);
        if (!await _writer.TryWriteResetAsync(farewell.Token).ConfigureAwait(false))
            _transport.Abort();
    }
}
