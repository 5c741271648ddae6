using System.Net.Sockets;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Control.Health;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats;
using FrameRpc.Gateway.Formats.Registry;
using FrameRpc.Gateway.Routing;
using FrameRpc.Gateway.Sockets;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Hosting;

/// <summary>All workers of a gateway, the listeners that they share, and the current snapshot.</summary>
internal sealed class ServingWorkers : IServing, IDisposable
{
    private readonly Lock _publishing = new();
    private readonly Machine _machine;
    private readonly ILogger _log;
    private readonly IReadOnlyList<SharedListener> _listeners;
    private WorkerThread[] _threads = [];
    private volatile Snapshot _snapshot;

    private ServingWorkers(Machine machine, Snapshot snapshot, FormatRegistry formats, IReadOnlyList<SharedListener> listeners, ILogger log)
    {
        _machine = machine;
        _snapshot = snapshot;
        _listeners = listeners;
        _log = log;
        Health = new HealthBoard(machine.Time, machine.RunControl, log) { Publish = () => Publish(static snapshot => snapshot) };
        Workers = [.. Enumerable.Range(0, snapshot.Options.Workers)
            .Select(number => new ServingWorker(number, LoopOf(number, snapshot), snapshot, formats, listeners, log, Health.Enqueue))];
        Statistics = [.. Workers.Select(worker => worker.Statistics)];
    }

    public IReadOnlyList<ServingWorker> Workers { get; }

    /// <summary>What is known of the servers.</summary>
    public HealthBoard Health { get; }

    /// <summary>The counters of each worker.</summary>
    public IReadOnlyList<WorkerStatistics> Statistics { get; }

    /// <summary>The addresses of the listeners, with the ports that the kernel chose.</summary>
    public IReadOnlyList<Address> Addresses => [.. _listeners.Select(listener => listener.Opened.Address)];

    /// <summary>The last published snapshot.</summary>
    public Snapshot Snapshot => _snapshot;

    public long Callers => Sum(worker => worker.CallersOpen);

    /// <summary>Opens the listeners.</summary>
    /// <exception cref="IOException">An address is not available, or a server's name cannot be resolved.</exception>
    /// <exception cref="SocketException">The same, from the kernel.</exception>
    public static ServingWorkers Open(GatewayOptions options, ILogger log) => Open(options, new Machine(), BuiltInFormats.Registry, log);

    /// <inheritdoc cref="Open(GatewayOptions, ILogger)"/>
    public static ServingWorkers Open(GatewayOptions options, Machine machine, FormatRegistry formats, ILogger log)
    {
        var snapshot = Snapshot.Of(options);
        ServerNames.Resolve(snapshot, machine.Network);
        var allCallers = new CallerLimit(options.Limits.ConnectionsMax);
        var listeners = new List<SharedListener>();
        try
        {
            foreach (ListenerOptions listener in options.Listeners)
                listeners.Add(new SharedListener(machine.Network.Open(listener.Address, options.Workers, listener.Rights.Resolve()), listener, allCallers));
            return new ServingWorkers(machine, snapshot, formats, listeners, log);
        }
        catch
        {
            foreach (SharedListener listener in listeners)
                listener.Opened.Dispose();
            throw;
        }
    }

    /// <summary>Starts a thread for each worker.</summary>
    public void Start()
    {
        _threads = [.. Workers.Select((worker, number) => new WorkerThread(number, worker.Loop, _log))];
        foreach (WorkerThread thread in _threads)
            thread.Start();
    }

    /// <summary>
    /// Publishes a new snapshot, made from the current one. Each worker picks it up between two turns, so for a moment some use the old one and some
    /// the new one.
    /// </summary>
    /// <exception cref="IOException">A server's name cannot be resolved; nothing changes.</exception>
    public void Publish(Func<Snapshot, Snapshot> change)
    {
        lock (_publishing)
        {
            Snapshot next = Health.ApplyTo(change(_snapshot)) with { Generation = _snapshot.Generation + 1 };
            ServerNames.Resolve(next, _machine.Network);
            _snapshot = next;
            foreach (ServingWorker worker in Workers)
                worker.Publish(next);
        }
    }

    public Task Drain()
    {
        foreach (SharedListener listener in _listeners)
            listener.Opened.Withdraw();
        return Task.WhenAll(Workers.Select(worker => worker.Drain()));
    }

    public void Abort()
    {
        foreach (ServingWorker worker in Workers)
            worker.Abort();
    }

    /// <summary>Ends the loops and waits for them.</summary>
    public void Stop()
    {
        foreach (WorkerThread thread in _threads)
            thread.Stop();
    }

    public long Sum(Func<WorkerStatistics, long> count) => Statistics.Sum(count);

    public void Dispose()
    {
        foreach (SharedListener listener in _listeners)
            listener.Opened.Dispose();
    }

    private Loop LoopOf(int number, Snapshot snapshot) =>
        new(_machine.Network.CreateNetwork(), _machine.Time, _machine.Random(number), _log, snapshot.Options.Relay, _machine.Memory);
}
