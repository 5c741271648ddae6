using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Formats;
using FrameRpc.Gateway.Routing;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.EventLoop;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Hosting;

/// <summary>All workers of a gateway, and the addresses at which they take callers.</summary>
internal sealed class ServingWorkers : IServing, IDisposable
{
    private readonly IReadOnlyList<ListenerSockets> _listeners;

    private ServingWorkers(IReadOnlyList<ListenerSockets> listeners, IReadOnlyList<ServingWorker> workers)
    {
        _listeners = listeners;
        Workers = workers;
    }

    public IReadOnlyList<ServingWorker> Workers { get; }

    /// <summary>Where callers connect, with the ports that the kernel chose.</summary>
    public IReadOnlyList<Address> Addresses => [.. _listeners.Select(point => point.Address)];

    public long Callers => Sum(worker => worker.CallersOpen);

    /// <summary>Opens the addresses. Throws <see cref="IOException"/> or <see cref="System.Net.Sockets.SocketException"/> where one cannot be had.</summary>
    public static ServingWorkers Open(GatewayOptions options, ILogger log)
    {
        IReadOnlyDictionary<Address, KernelAddress> resolved = ServerNames.Resolve(options);
        var listeners = new List<ListenerSockets>();
        try
        {
            foreach (ListenerOptions listener in options.Listeners)
                listeners.Add(ListenerSockets.Open(listener.Address, options.Workers, listener.Rights.Resolve()));
        }
        catch
        {
            foreach (ListenerSockets point in listeners)
                point.Dispose();
            throw;
        }
        var routes = new RouteTable(options);
        var allCallers = new CallerLimit(options.Limits.ConnectionsMax);
        SharedListener[] shared = [.. listeners.Zip(options.Listeners, (point, listener) => new SharedListener(point, listener, allCallers))];
        return new ServingWorkers(
            listeners,
            [
                .. Enumerable.Range(0, options.Workers)
                    .Select(number => new ServingWorker(new Worker(number, resolved, log, options.Relay), options, routes, shared, log)),
            ]);
    }

    public void Start()
    {
        foreach (ServingWorker worker in Workers)
            worker.Start();
    }

    public Task Drain()
    {
        foreach (ListenerSockets point in _listeners)
            point.Withdraw();
        return Task.WhenAll(Workers.Select(worker => worker.Drain()));
    }

    public void Abort()
    {
        foreach (ServingWorker worker in Workers)
            worker.Abort();
    }

    /// <summary>Ends the loops, and waits for that.</summary>
    public void Stop()
    {
        foreach (ServingWorker worker in Workers)
            worker.Stop();
    }

    public long Sum(Func<ServingWorker, long> count) => Workers.Sum(count);

    public void Dispose()
    {
        foreach (ListenerSockets point in _listeners)
            point.Dispose();
    }
}
