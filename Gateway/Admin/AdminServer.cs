using FrameRpc.Gateway.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FrameRpc.Gateway.Admin;

/// <summary>
/// The admin endpoint's listener: Kestrel, without the host, the container of services, routing and TLS that usually come with
/// it. It runs on the thread pool and shares nothing with the workers' loops.
/// </summary>
internal sealed class AdminServer : IDisposable
{
    /// <summary>A few that ask at once, and a scraper or two that keep theirs open. An idle one takes two seconds' worth of nothing: no buffer, one descriptor.</summary>
    private const int ConnectionsMax = 256;

    /// <summary>A proxy or a service mesh adds a dozen headers of a few hundred bytes.</summary>
    private const int HeadersMax = 64, HeaderBytesMax = 8 * 1024, RequestLineBytesMax = 2 * 1024, RequestBufferBytesMax = 16 * 1024;

    /// <summary>Longer than a scraper waits between two looks, so that its connection stays.</summary>
    private static readonly TimeSpan KeepAliveTimeout = TimeSpan.FromMinutes(2);

    /// <summary>For the first byte of a request to its last: who takes longer does it on purpose.</summary>
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);

    /// <summary>At the end, for replies that are being written.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(1);

    private readonly ListenPoint _point;
    private readonly KestrelServer _kestrel;

    private AdminServer(ListenPoint point, KestrelServer kestrel)
    {
        _point = point;
        _kestrel = kestrel;
    }

    /// <summary>Where it listens, with the port that the kernel chose.</summary>
    public Address Address => _point.Address;

    /// <summary>Listens and answers. Throws <see cref="IOException"/> or <see cref="System.Net.Sockets.SocketException"/> where the address cannot be had.</summary>
    public static AdminServer Start(Address address, IReadOnlyList<AdminEndpoint> endpoints, ILoggerFactory logs)
    {
        var point = ListenPoint.Open(address, workers: 1);
        var options = new KestrelServerOptions { AddServerHeader = false };
        Bound(options.Limits);
        options.ListenHandle((ulong)point.Take(worker: 0), listen => listen.Protocols = HttpProtocols.Http1);
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions { IOQueueCount = 1 }), logs);
        var server = new AdminServer(point, new KestrelServer(Options.Create(options), transport, logs));
        server._kestrel.StartAsync(new AdminApplication(endpoints), CancellationToken.None).GetAwaiter().GetResult();
        return server;
    }

    /// <summary>Stops listening, and lets replies that are being written come to their end.</summary>
    public void Dispose()
    {
        _point.Withdraw();
        using var patience = new CancellationTokenSource(StopTimeout);
        _kestrel.StopAsync(patience.Token).GetAwaiter().GetResult();
        _kestrel.Dispose();
        _point.Dispose();
    }

    private static void Bound(KestrelServerLimits limits)
    {
        limits.MaxConcurrentConnections = ConnectionsMax;
        limits.MaxConcurrentUpgradedConnections = 0;
        limits.MaxRequestBodySize = 0;
        limits.MaxRequestHeaderCount = HeadersMax;
        limits.MaxRequestHeadersTotalSize = HeaderBytesMax;
        limits.MaxRequestLineSize = RequestLineBytesMax;
        limits.MaxRequestBufferSize = RequestBufferBytesMax;
        limits.KeepAliveTimeout = KeepAliveTimeout;
        limits.RequestHeadersTimeout = RequestTimeout;
    }
}
