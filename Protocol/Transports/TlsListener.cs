using System.Net.Security;
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
    private readonly Channel<TransportConnection> _ready = Channel.CreateBounded<TransportConnection>(HandshakesMax);
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
    public ValueTask<TransportConnection> AcceptAsync(CancellationToken cancel) => _ready.Reader.ReadAsync(cancel);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _inner.DisposeAsync().ConfigureAwait(false);
        // Once all permits are here no handshake is left that could still add a connection.
        for (int permits = 0; permits < HandshakesMax; permits++)
            await _handshakes.WaitAsync().ConfigureAwait(false);
        while (_ready.Reader.TryRead(out TransportConnection? unaccepted))
            await unaccepted.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
        _handshakes.Dispose();
    }

    private async Task AcceptAllAsync()
    {
        try
        {
            while (true)
            {
                await _handshakes.WaitAsync(_stop.Token).ConfigureAwait(false);
                TransportConnection caller;
                try
                {
                    caller = await _inner.AcceptAsync(_stop.Token).ConfigureAwait(false);
                }
                catch
                {
                    _ = _handshakes.Release();
                    throw;
                }
                _ = MakeReadyAsync(caller);
            }
        }
        catch (Exception e)
        {
            // Whoever accepts here hears why there will be no more callers.
            _ = _ready.Writer.TryComplete(e);
        }
    }

    private async Task MakeReadyAsync(TransportConnection caller)
    {
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            limit.CancelAfter(HandshakeTimeout);
            TransportConnection ready = await TlsConnection.MakeAsync(caller, tls => tls.AuthenticateAsServerAsync(_options, limit.Token)).ConfigureAwait(false);
            if (!_ready.Writer.TryWrite(ready))
                await ready.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
        {
            // The caller did not get through the handshake, or we are stopping: MakeAsync has ended its connection, and the next one is not concerned.
        }
        finally
        {
            _ = _handshakes.Release();
        }
    }
}
