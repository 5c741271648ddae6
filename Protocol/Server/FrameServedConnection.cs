using System.Diagnostics.CodeAnalysis;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Telemetry;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Protocol.Server;

/// <summary>Serves one connection's calls, one after the other, and never loses its place: every request is read to its end, or the connection ends.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "Abort may come from another thread at any time, and a token source without a timer holds nothing to dispose of.")]
internal sealed class FrameServedConnection : IServedConnection
{
    /// <summary>How long the rest of a request that nobody wants may take to come.</summary>
    private static readonly TimeSpan DrainMax = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan FarewellMax = TimeSpan.FromMilliseconds(200);

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
            await SayGoodbyeAsync().ConfigureAwait(false);
        }
        catch (RpcProtocolException e)
        {
            ServerLog.Lost(_serving.Options.Logger, _transport.Peer, e.Message);
            await RefuseAndEndAsync(e.Message).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException or BodySourceException || _reader.IsBroken || _abort.IsCancellationRequested)
        {
            // Once the connection is broken or cut off, a handler may make any exception of that.
            ServerLog.Lost(_serving.Options.Logger, _transport.Peer, e.Message);
            await SayGoodbyeAsync().ConfigureAwait(false);
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
        // On another thread, because a handler may do anything when it is told.
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
        // It exists already: to wait for memory would only keep it longer. Whoever comes next waits for it to be written.
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

    // What is left of a request would be read as the next one's header. The first implementation does that, and executes it.
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
            // The caller has gone already.
        }
        await SayGoodbyeAsync().ConfigureAwait(false);
    }

    // The writer stands between frames, where a reset frame says what an abrupt end would. A caller that does not take it gets that instead.
    private async ValueTask SayGoodbyeAsync()
    {
        using var farewell = new CancellationTokenSource(FarewellMax);
        if (!await _writer.TryWriteResetAsync(farewell.Token).ConfigureAwait(false))
            _transport.Abort();
    }
}
