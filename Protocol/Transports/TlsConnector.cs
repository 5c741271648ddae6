using System.Net.Security;

namespace FrameRpc.Protocol.Transports;

/// <summary>Connects with TLS over another transport.</summary>
/// <param name="inner">Establishes the connections below.</param>
/// <param name="options">The expected server (<see cref="SslClientAuthenticationOptions.TargetHost"/>) and the client's own certificate.</param>
public sealed class TlsConnector(IConnector inner, SslClientAuthenticationOptions options) : IConnector
{
    /// <inheritdoc/>
    public string Address => inner.Address;

    /// <inheritdoc/>
    /// <exception cref="System.Security.Authentication.AuthenticationException">
    /// The two sides do not agree, or one does not trust the other.
    /// </exception>
    public async ValueTask<TransportConnection> ConnectAsync(CancellationToken cancel)
    {
        TransportConnection connection = await inner.ConnectAsync(cancel).ConfigureAwait(false);
        return await TlsConnection.MakeAsync(connection, tls => tls.AuthenticateAsClientAsync(options, cancel)).ConfigureAwait(false);
    }
}
