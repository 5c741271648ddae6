using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FrameRpc.Protocol.Transports;

/// <summary>
/// Listens with TLS over another transport. Handshakes run concurrently, so that a caller that stalls in its own holds up no other.
/// </summary>
/// <remarks>
/// While fewer than <see cref="HandshakesMax"/> handshakes are in progress, a connection begins its own at once, as long as its address has fewer
/// than half of them. Beyond that it takes the place of a silent one, of its own address or of one that has more places, and that one is dropped: it
/// gets a reset, and is counted and logged. An IPv6 address counts as its network of 64 bits, which usually belongs to one caller; a connection
/// without an address, as over a Unix socket, counts by itself.
/// </remarks>
public sealed class TlsListener : IListener
{
    /// <summary>
    /// Maximum number of handshakes in progress, and of completed ones that wait to be accepted. At the limit, no connection is accepted from the
    /// transport below.
    /// </summary>
    public const int HandshakesMax = 256;

    /// <summary>Time limit for a handshake, from the connection on, including the wait for a place.</summary>
    internal static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    private readonly IListener _inner;
    private readonly SslServerAuthenticationOptions _tls;
    private readonly TlsListenerOptions _options;
    private readonly Channel<Accepted> _ready = Channel.CreateBounded<Accepted>(HandshakesMax);
    private readonly HandshakePlaces _places;
    private readonly DroppedHandshakes _dropped;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _accepting;

    // Connections in their handshake, and one for the accepting.
    private int _holds = 1;

    /// <summary>Starts to accept.</summary>
    /// <param name="inner">Accepts the connections below; disposed with this.</param>
    /// <param name="tls">The server's certificate, and what is required of callers.</param>
    /// <param name="options">Defaults apply if null.</param>
    public TlsListener(IListener inner, SslServerAuthenticationOptions tls, TlsListenerOptions? options = null)
    {
        _inner = inner;
        _tls = tls;
        _options = options ?? new TlsListenerOptions();
        _dropped = new DroppedHandshakes(inner.Address, _options);
        _places = new HandshakePlaces(_options.TimeProvider, _dropped.Add);
        _accepting = AcceptAllAsync();
    }

    /// <inheritdoc/>
    public string Address => _inner.Address;

    /// <summary>Connections that lost their place to another before their handshake had completed.</summary>
    public long HandshakesDropped => _dropped.Count;

    /// <inheritdoc/>
    public async ValueTask<TransportConnection> AcceptAsync(CancellationToken cancel)
    {
        Accepted accepted = await _ready.Reader.ReadAsync(cancel).ConfigureAwait(false);
        if (accepted.Failure is { } failure)
        {
            failure.Reported.SetResult();
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
        // Afterwards no handshake is left that could add a connection.
        Release();
        await _settled.Task.ConfigureAwait(false);
        _ = _ready.Writer.TryComplete();
        while (_ready.Reader.TryRead(out Accepted unaccepted))
        {
            if (unaccepted.Connection is { } connection)
                await connection.DisposeAsync().ConfigureAwait(false);
        }
        _places.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAllAsync()
    {
        while (await _ready.Writer.WaitToWriteAsync(_stop.Token).ConfigureAwait(false))
        {
            try
            {
                TransportConnection caller = await _inner.AcceptAsync(_stop.Token).ConfigureAwait(false);
                _ = Interlocked.Increment(ref _holds);
                // Runs here until its first wait, so that what the caller has already sent is read before the next one may take its place as silent.
                _ = MakeReadyAsync(caller);
            }
            catch (Exception e)
            {
                await ReportFailureAsync(e).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Reports a failure to the accepting caller, which decides how long to pause; accepting is retried only then.</summary>
    private async Task ReportFailureAsync(Exception reason)
    {
        _stop.Token.ThrowIfCancellationRequested();
        var failure = new Failure(reason);
        await _ready.Writer.WriteAsync(new Accepted(null, failure), _stop.Token).ConfigureAwait(false);
        await failure.Reported.Task.WaitAsync(_stop.Token).ConfigureAwait(false);
    }

    private async Task MakeReadyAsync(TransportConnection caller)
    {
        try
        {
            await HandOverAsync(await ShakeHandsAsync(caller).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The handshake failed, or the listener stops: its connection was closed, and others are not affected.
        }
        finally
        {
            Release();
        }
    }

    private async ValueTask<TransportConnection> ShakeHandsAsync(TransportConnection caller)
    {
        var handshake = new Handshake(PeerOf(caller), caller);
        using var time = new CancellationTokenSource(HandshakeTimeout, _options.TimeProvider);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, time.Token);
        _places.Enter(handshake);
        try
        {
            await WaitForPlaceAsync(handshake, limit.Token).ConfigureAwait(false);
            return await TlsConnection.MakeAsync(caller, tls => tls.AuthenticateAsServerAsync(Greet, handshake, limit.Token)).ConfigureAwait(false);
        }
        finally
        {
            _places.Leave(handshake);
        }
    }

    private static async ValueTask WaitForPlaceAsync(Handshake handshake, CancellationToken cancel)
    {
        try
        {
            await handshake.Placed.WaitAsync(cancel).ConfigureAwait(false);
        }
        catch
        {
            handshake.Connection.Abort();
            await handshake.Connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The ClientHello is complete.</summary>
    private ValueTask<SslServerAuthenticationOptions> Greet(SslStream tls, SslClientHelloInfo hello, object? handshake, CancellationToken cancel)
    {
        _places.Greet((Handshake)handshake!);
        return new(_tls);
    }

    /// <summary>Waits until there is room for the connection, because nothing may be accepting at the moment.</summary>
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

    private void Release()
    {
        if (Interlocked.Decrement(ref _holds) == 0)
            _settled.SetResult();
    }

    /// <summary>A value that is equal for all connections that share a peer's limit.</summary>
    private static object PeerOf(TransportConnection caller)
    {
        const int NetworkBytes = 8;
        IPAddress? address = caller.RemoteAddress;
        if (address is null)
            return caller;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily is not AddressFamily.InterNetworkV6)
            return address;
        byte[] network = address.GetAddressBytes();
        network.AsSpan(NetworkBytes).Clear();
        return new IPAddress(network);
    }

    /// <summary>A caller, or why there is none.</summary>
    private readonly record struct Accepted(TransportConnection? Connection, Failure? Failure);

    private sealed record Failure(Exception Reason)
    {
        public TaskCompletionSource Reported { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>Options of a <see cref="TlsListener"/>, besides its certificate.</summary>
public sealed record TlsListenerOptions
{
    /// <summary>Receives messages about dropped handshakes.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>The clock of the handshakes' time limits.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
