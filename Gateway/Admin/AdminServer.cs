using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Admin;

/// <summary>Serves the admin endpoint over HTTP/1.1. It runs on the thread pool, and shares nothing with the workers' loops.</summary>
internal sealed class AdminServer : IDisposable
{
    /// <summary>Probes, scrapers and people are a dozen at most; those over it are closed at once.</summary>
    private const int ConnectionsMax = 256;

    /// <summary>A proxy or a service mesh adds a dozen headers of a few hundred bytes.</summary>
    private const int HeadersMax = 64, HeaderBytesMax = 8 * 1024, RequestLineBytesMax = 2 * 1024, RequestBufferBytesMax = 16 * 1024;

    /// <summary>Longer than a scraper waits between two looks, so that its connection stays.</summary>
    private static readonly TimeSpan KeepAliveTimeout = TimeSpan.FromMinutes(2);

    /// <summary>For the first byte of a request to its last: who takes longer does it on purpose.</summary>
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);

    /// <summary>At the end, for replies that are being written.</summary>
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

    /// <summary>Where it listens, with the port that the kernel chose.</summary>
    public Address Address => _point.Address;

    /// <summary>Listens and answers. Throws <see cref="IOException"/> or <see cref="System.Net.Sockets.SocketException"/> where the address cannot be had.</summary>
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
        server._kestrel.StartAsync(new AdminApplication(endpoints, new HostCheck(options, logs.CreateLogger(LogName))), CancellationToken.None).GetAwaiter().GetResult();
        return server;
    }

    /// <summary>Stops listening, and lets replies that are being written come to their end.</summary>
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
