using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Proxy.Frames;
using FrameRpc.Gateway.Proxy.Ledger;
using FrameRpc.Gateway.Proxy.Smf;
using FrameRpc.Gateway.Routing;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Workers;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Proxy;

/// <summary>A worker that serves callers: its listeners, and what they connect to.</summary>
internal sealed class ProxyWorker
{
    private readonly Worker _worker;
    private readonly Dispatcher _dispatcher;
    private readonly SmfCallPool _calls;
    private readonly List<Listener> _listeners = [];
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ProxyWorker(Worker worker, GatewayOptions options, RouteTable routes, IReadOnlyList<Entrance> entrances, ILogger log)
    {
        _worker = worker;
        _dispatcher = new Dispatcher(worker.Loop, options, routes, log);
        _calls = new SmfCallPool(worker.Loop);
        for (int position = 0; position < entrances.Count; position++)
            Listen(entrances[position], _dispatcher.Ledger.Listeners[position]);
        Listeners = [.. _listeners.Select(listener => listener.Counters)];
    }

    public int Number => _worker.Number;

    /// <summary>The backends as this worker sees them, for others to look at: see <see cref="Server.CallsInFlight"/>.</summary>
    public IReadOnlyList<Backend> Backends => _dispatcher.Backends;

    public WorkerCounters Counters => _worker.Loop.Counters;

    public WorkerLedger Ledger => _dispatcher.Ledger;

    /// <summary>In the order of the configuration.</summary>
    public IReadOnlyList<ListenerCounters> Listeners { get; }

    /// <summary>Callers connected, on all listeners.</summary>
    public long CallersOpen => Listeners.Sum(listener => listener.Open);

    /// <summary>Native memory for bodies and messages, in use or ready for use.</summary>
    public long BufferBytes => _worker.Loop.Blocks.MappedBytes;

    /// <summary>Gives unused buffers back to the system.</summary>
    public void TrimBuffers() => _worker.Loop.Mailbox.Post(_worker.Loop.Blocks.Trim);

    /// <summary>Has the worker do something between two turns of its loop. From any thread.</summary>
    public void Post(Action letter) => _worker.Loop.Mailbox.Post(letter);

    public void Start() => _worker.Start();

    public void Stop() => _worker.Stop();

    /// <summary>No more callers, and no more calls. The task ends when the last caller has left.</summary>
    public Task Drain()
    {
        _worker.Loop.Mailbox.Post(() =>
        {
            foreach (Listener listener in _listeners)
                listener.Close();
            _dispatcher.Drain(() => _drained.TrySetResult());
        });
        return _drained.Task;
    }

    /// <summary>The time for draining is over: whoever is left is cut off.</summary>
    public void Abort() => _worker.Loop.Mailbox.Post(_dispatcher.AbortAll);

    private void Listen(Entrance entrance, ListenerLedger ledger)
    {
        Action<ISocket, Action> serve = entrance.Protocol == WireProtocol.Smf
            ? (socket, onClosed) => Welcome(new SmfCaller(_dispatcher, ledger, _calls, socket, onClosed))
            : (socket, onClosed) => Welcome(new FrameCaller(_dispatcher, ledger, socket, onClosed));
        IListener listener = entrance.Point.Attach(_worker.Network, _worker.Number);
        _listeners.Add(new Listener(_worker.Loop, listener, entrance.Spread, entrance.Limit, serve));
    }

    /// <summary>One that another worker handed over just before this one began to drain takes leave like those who were here.</summary>
    private void Welcome(Caller caller)
    {
        if (_dispatcher.IsDraining)
            caller.LeaveWhenIdle();
    }
}
