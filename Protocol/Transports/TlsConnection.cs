using System.IO.Pipelines;
using System.Net;
using System.Net.Security;

namespace FrameRpc.Protocol.Transports;

/// <summary>TLS over another connection.</summary>
internal sealed class TlsConnection : TransportConnection
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromMilliseconds(200);

    private readonly SslStream _tls;
    private readonly TransportConnection _inner;
    private volatile bool _aborted;

    private TlsConnection(SslStream tls, TransportConnection inner)
    {
        _tls = tls;
        _inner = inner;
        Input = PipeReader.Create(tls, new StreamPipeReaderOptions(leaveOpen: true));
        Output = PipeWriter.Create(tls, new StreamPipeWriterOptions(leaveOpen: true));
    }

    public override PipeReader Input { get; }

    public override PipeWriter Output { get; }

    public override string Peer => _inner.Peer;

    public override IPAddress? RemoteAddress => _inner.RemoteAddress;

    public override bool IsAborted => _aborted;

    /// <summary>Performs the handshake; if it fails, the connection below is closed.</summary>
    /// <exception cref="System.Security.Authentication.AuthenticationException">
    /// The two sides do not agree, or one does not trust the other.
    /// </exception>
    public static async ValueTask<TransportConnection> MakeAsync(TransportConnection inner, Func<SslStream, Task> handshake)
    {
        var tls = new SslStream(new DuplexPipeStream(inner));
        try
        {
            await handshake(tls).ConfigureAwait(false);
            return new TlsConnection(tls, inner);
        }
        catch
        {
            inner.Abort();
            await tls.DisposeAsync().ConfigureAwait(false);
            await inner.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public override void Abort()
    {
        _aborted = true;
        _inner.Abort();
    }

    public override async ValueTask DisposeAsync()
    {
        await Output.CompleteAsync(_aborted ? new IOException("aborted") : null).ConfigureAwait(false);
        await Input.CompleteAsync().ConfigureAwait(false);
        if (!_aborted)
            await SendCloseNotifyAsync().ConfigureAwait(false);
        await _tls.DisposeAsync().ConfigureAwait(false);
        await _inner.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask SendCloseNotifyAsync()
    {
        try
        {
            Task sent = _tls.ShutdownAsync();
            await sent.WaitAsync(CloseTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // Otherwise this would wait for ever for a peer that has stopped reading.
            if (!sent.IsCompleted)
                Abort();
            await sent.ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException || ConnectionLoss.Is(e))
        {
            // The peer has already gone.
        }
    }
}
