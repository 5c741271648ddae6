using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats;
using FrameRpc.Gateway.Formats.Frame;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Formats.Smf;
using FrameRpc.Gateway.Routing;
using FrameRpc.Gateway.Sockets;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Hosting;

/// <summary>A worker that serves callers: its listeners, and what they connect to.</summary>
internal sealed class ServingWorker
{
    private readonly Worker _worker;
    private readonly WorkerContext _context;
    private readonly SmfCallPool _calls;
    private readonly List<Listener> _listeners = [];
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ServingWorker(Worker worker, GatewayOptions options, RouteTable routes, IReadOnlyList<SharedListener> listeners, ILogger log)
    {
        _worker = worker;
        _context = new WorkerContext(worker.Loop, options, routes, log);
        _calls = new SmfCallPool(worker.Loop);
        for (int position = 0; position < listeners.Count; position++)
            Listen(listeners[position], _context.Ledger.Listeners[position]);
        Listeners = [.. _listeners.Select(listener => listener.Counters)];
    }

    public int Number => _worker.Number;

    /// <summary>The backends as this worker sees them, for others to look at: see <see cref="Server.CallsInFlight"/>.</summary>
    public IReadOnlyList<Backend> Backends => _context.Backends;

    public WorkerCounters Counters => _worker.Loop.Counters;

    public WorkerLedger Ledger => _context.Ledger;

    /// <summary>In the order of the configuration.</summary>
    public IReadOnlyList<ListenerCounters> Listeners { get; }

    /// <summary>Callers connected, on all listeners.</summary>
    public long CallersOpen => Listeners.Sum(listener => listener.Open);

    /// <summary>Native memory for bodies and messages, in use or ready for use.</summary>
    public long BufferBytes => _worker.Loop.Blocks.MappedBytes;

    /// <summary>Gives unused buffers back to the system.</summary>
    public void TrimBuffers() => _worker.Loop.Post(_worker.Loop.Blocks.Trim);

    /// <summary>Has the worker do something between two turns of its loop. From any thread.</summary>
    public void Post(Action letter) => _worker.Loop.Post(letter);

    public void Start() => _worker.Start();

    public void Stop() => _worker.Stop();

    /// <summary>No more callers, and no more calls. The task ends when the last caller has left.</summary>
    public Task Drain()
    {
        _worker.Loop.Post(() =>
        {
            foreach (Listener listener in _listeners)
                listener.Close();
            _context.Drain(() => _drained.TrySetResult());
        });
        return _drained.Task;
    }

    /// <summary>The time for draining is over: whoever is left is cut off.</summary>
    public void Abort() => _worker.Loop.Post(_context.AbortAll);

    private void Listen(SharedListener shared, ListenerLedger ledger)
    {
        Action<ISocket, Action> serve = shared.Protocol == WireProtocol.Smf
            ? (socket, onClosed) => Welcome(new SmfCaller(_context, ledger, _calls, socket, onClosed))
            : (socket, onClosed) => Welcome(new FrameCaller(_context, ledger, socket, onClosed));
        IListenerSocket listener = shared.Point.Attach(_worker.Network, _worker.Number);
        _listeners.Add(new Listener(_worker.Loop, listener, shared.Spread, shared.Limit, serve));
    }

    /// <summary>One that another worker handed over just before this one began to drain takes leave like those who were here.</summary>
    private void Welcome(Caller caller)
    {
        if (_context.IsDraining)
            caller.LeaveWhenIdle();
    }
}
