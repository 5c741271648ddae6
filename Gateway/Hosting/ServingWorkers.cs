using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Proxy;
using FrameRpc.Gateway.Routing;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Workers;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Hosting;

/// <summary>All workers of a gateway, and the addresses at which they take callers.</summary>
internal sealed class ServingWorkers : IServing, IDisposable
{
    private readonly IReadOnlyList<ListenPoint> _listenPoints;

    private ServingWorkers(IReadOnlyList<ListenPoint> listenPoints, IReadOnlyList<ProxyWorker> workers)
    {
        _listenPoints = listenPoints;
        Workers = workers;
    }

    public IReadOnlyList<ProxyWorker> Workers { get; }

    /// <summary>Where callers connect, with the ports that the kernel chose.</summary>
    public IReadOnlyList<Address> Addresses => [.. _listenPoints.Select(point => point.Address)];

    public long Callers => Sum(worker => worker.CallersOpen);

    /// <summary>Opens the addresses. Throws <see cref="IOException"/> or <see cref="System.Net.Sockets.SocketException"/> where one cannot be had.</summary>
    public static ServingWorkers Open(GatewayOptions options, ILogger log)
    {
        IReadOnlyDictionary<Address, SocketAddress> resolved = ServerNames.Resolve(options);
        var listenPoints = new List<ListenPoint>();
        try
        {
            foreach (ListenerOptions listener in options.Listeners)
                listenPoints.Add(ListenPoint.Open(listener.Address, options.Workers, listener.Rights.Resolve()));
        }
        catch
        {
            foreach (ListenPoint point in listenPoints)
                point.Dispose();
            throw;
        }
        var routes = new RouteTable(options);
        var allCallers = new CallerLimit(options.Limits.ConnectionsMax);
        Entrance[] entrances = [.. listenPoints.Zip(options.Listeners, (point, listener) => new Entrance(point, listener, allCallers))];
        return new ServingWorkers(
            listenPoints,
            [
                .. Enumerable.Range(0, options.Workers)
                    .Select(number => new ProxyWorker(new Worker(number, resolved, log, options.Relay), options, routes, entrances, log)),
            ]);
    }

    public void Start()
    {
        foreach (ProxyWorker worker in Workers)
            worker.Start();
    }

    public Task Drain()
    {
        foreach (ListenPoint point in _listenPoints)
            point.Withdraw();
        return Task.WhenAll(Workers.Select(worker => worker.Drain()));
    }

    public void Abort()
    {
        foreach (ProxyWorker worker in Workers)
            worker.Abort();
    }

    /// <summary>Ends the loops, and waits for that.</summary>
    public void Stop()
    {
        foreach (ProxyWorker worker in Workers)
            worker.Stop();
    }

    public long Sum(Func<ProxyWorker, long> count) => Workers.Sum(count);

    public void Dispose()
    {
        foreach (ListenPoint point in _listenPoints)
            point.Dispose();
    }
}
