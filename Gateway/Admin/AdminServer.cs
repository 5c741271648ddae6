using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Admin;

/// <summary>Serves the admin endpoints over HTTP/1.1. Runs on the thread pool and shares nothing with the workers' loops.</summary>
internal sealed class AdminServer : IDisposable
{
    /// <summary>Probes, scrapers and people open a dozen at most; connections above the limit are closed at once.</summary>
    private const int ConnectionsMax = 256;

    /// <summary>A proxy or a service mesh adds a dozen headers of a few hundred bytes.</summary>
    private const int HeadersMax = 64, HeaderBytesMax = 8 * 1024, RequestLineBytesMax = 2 * 1024, RequestBufferBytesMax = 16 * 1024;

    /// <summary>Longer than the usual scrape interval, so that a scraper keeps its connection.</summary>
    private static readonly TimeSpan KeepAliveTimeout = TimeSpan.FromMinutes(2);

    /// <summary>From the first byte of a request to its last.</summary>
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);

    /// <summary>For replies being written when the gateway stops.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(1);

    private const string LogName = "frpc-gateway";

    private readonly ListenerSockets _point;
    private readonly ServiceProvider _services;
    private readonly IServer _kestrel;
    private readonly TimeProvider _time;

    private AdminServer(ListenerSockets point, ServiceProvider services, TimeProvider time)
    {
        _time = time;
        _point = point;
        _services = services;
        _kestrel = services.GetRequiredService<IServer>();
    }

    /// <summary>The address it listens on, with the port that the kernel chose.</summary>
    public Address Address => _point.Address;

    /// <summary>Starts listening.</summary>
    /// <exception cref="IOException">The address is not available.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The address is not available.</exception>
    public static AdminServer Start(AdminOptions options, IReadOnlyList<AdminEndpoint> endpoints, TimeProvider time, ILoggerFactory logs)
    {
        var point = ListenerSockets.Open(options.Address, workers: 1, options.Rights.Resolve());
        ServiceProvider services = KestrelServices.Create(logs, kestrel =>
        {
            kestrel.AddServerHeader = false;
            Bound(kestrel.Limits);
            kestrel.ListenHandle((ulong)point.Descriptor, listen => listen.Protocols = HttpProtocols.Http1);
        });
        var server = new AdminServer(point, services, time);
        var application = new AdminApplication(endpoints, new HostCheck(options, logs.CreateLogger(LogName)));
        server._kestrel.StartAsync(application, CancellationToken.None).GetAwaiter().GetResult();
        return server;
    }

    /// <summary>Stops listening; replies being written are completed.</summary>
    public void Dispose()
    {
        using var patience = new CancellationTokenSource(StopTimeout, _time);
        _kestrel.StopAsync(patience.Token).GetAwaiter().GetResult();
        _services.Dispose();
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
