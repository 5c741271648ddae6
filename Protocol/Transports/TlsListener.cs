using System.Net.Security;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace FrameRpc.Protocol.Transports;

/// <summary>Listens with TLS over another transport. Handshakes are made side by side, so that a caller who never finishes one keeps nobody waiting.</summary>
public sealed class TlsListener : IListener
{
    /// <summary>Handshakes at once; further callers wait to be accepted.</summary>
    public const int HandshakesMax = 64;

    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    private readonly IListener _inner;
    private readonly SslServerAuthenticationOptions _options;
    private readonly Channel<Accepted> _ready = Channel.CreateBounded<Accepted>(HandshakesMax);
    private readonly SemaphoreSlim _handshakes = new(HandshakesMax);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    /// <summary>Starts to accept.</summary>
    /// <param name="inner">Accepts the connections below; it is disposed with this.</param>
    /// <param name="options">The certificate to show, and what to ask of callers.</param>
    public TlsListener(IListener inner, SslServerAuthenticationOptions options)
    {
        _inner = inner;
        _options = options;
        _accepting = AcceptAllAsync();
    }

    /// <inheritdoc/>
    public string Address => _inner.Address;

    /// <inheritdoc/>
    public async ValueTask<TransportConnection> AcceptAsync(CancellationToken cancel)
    {
        Accepted accepted = await _ready.Reader.ReadAsync(cancel).ConfigureAwait(false);
        if (accepted.Failure is { } failure)
        {
            failure.Heard.SetResult();
            ExceptionDispatchInfo.Throw(failure.Reason);
        }
        return accepted.Connection!;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _inner.DisposeAsync().ConfigureAwait(false);
        // Once all permits are here no handshake is left that could still add a connection.
        for (int permits = 0; permits < HandshakesMax; permits++)
            await _handshakes.WaitAsync().ConfigureAwait(false);
        _ = _ready.Writer.TryComplete();
        while (_ready.Reader.TryRead(out Accepted unaccepted))
        {
            if (unaccepted.Connection is { } connection)
                await connection.DisposeAsync().ConfigureAwait(false);
        }
        _stop.Dispose();
        _handshakes.Dispose();
    }

    private async Task AcceptAllAsync()
    {
        while (true)
        {
            await _handshakes.WaitAsync(_stop.Token).ConfigureAwait(false);
            try
            {
                _ = MakeReadyAsync(await _inner.AcceptAsync(_stop.Token).ConfigureAwait(false));
            }
            catch (Exception e)
            {
                _ = _handshakes.Release();
                await TellAsync(e).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Has whoever accepts hear of a failure, who then knows how long to leave it at that; only then accepting is tried again.</summary>
    private async Task TellAsync(Exception reason)
    {
        _stop.Token.ThrowIfCancellationRequested();
        var failure = new Failure(reason);
        await _ready.Writer.WriteAsync(new Accepted(null, failure), _stop.Token).ConfigureAwait(false);
        await failure.Heard.Task.WaitAsync(_stop.Token).ConfigureAwait(false);
    }

    private async Task MakeReadyAsync(TransportConnection caller)
    {
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            limit.CancelAfter(HandshakeTimeout);
            TransportConnection ready = await TlsConnection.MakeAsync(caller, tls => tls.AuthenticateAsServerAsync(_options, limit.Token)).ConfigureAwait(false);
            await HandOverAsync(ready).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The caller did not get through the handshake, or we are stopping: its connection was ended, and the next one is not concerned.
        }
        finally
        {
            _ = _handshakes.Release();
        }
    }

    /// <summary>Waits with the connection until there is room: nobody may be accepting at the moment.</summary>
    private async ValueTask HandOverAsync(TransportConnection ready)
    {
        try
        {
            await _ready.Writer.WriteAsync(new Accepted(ready, null), _stop.Token).ConfigureAwait(false);
        }
        catch
        {
            await ready.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A caller, or why there is none.</summary>
    private readonly record struct Accepted(TransportConnection? Connection, Failure? Failure);

    private sealed record Failure(Exception Reason)
    {
        public TaskCompletionSource Heard { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
