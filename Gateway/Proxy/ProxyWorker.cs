using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Proxy.Frames;
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
    private readonly int _connectionsMax;
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ProxyWorker(Worker worker, GatewayOptions options, RouteTable routes, IReadOnlyList<ListenPoint> listenPoints, ILogger log)
    {
        _worker = worker;
        _dispatcher = new Dispatcher(worker.Loop, options, routes, log);
        _calls = new SmfCallPool(worker.Loop);
        _connectionsMax = ShareOf(options.Limits.ConnectionsMax, options.Workers);
        for (int i = 0; i < listenPoints.Count; i++)
            Listen(options.Listeners[i], listenPoints[i], options.Workers);
    }

    public WorkerCounters Counters => _worker.Loop.Counters;

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
    public Task Abort()
    {
        _worker.Loop.Mailbox.Post(_dispatcher.AbortAll);
        return _drained.Task;
    }

    private void Listen(ListenerOptions options, ListenPoint point, int workers)
    {
        Func<ISocket, Action, bool> serve = options.Protocol == WireProtocol.Smf ? ServeSmf : ServeFrame;
        IListener listener = point.Attach(_worker.Network, _worker.Number);
        _listeners.Add(new Listener(_worker.Loop, listener, ShareOf(options.ConnectionsMax, workers), serve));
    }

    private bool ServeSmf(ISocket socket, Action onClosed)
    {
        if (_dispatcher.CallersCount >= _connectionsMax)
            return false;
        _ = new SmfCaller(_dispatcher, _calls, socket, onClosed);
        return true;
    }

    private bool ServeFrame(ISocket socket, Action onClosed)
    {
        if (_dispatcher.CallersCount >= _connectionsMax)
            return false;
        _ = new FrameCaller(_dispatcher, socket, onClosed);
        return true;
    }

    /// <summary>Workers share nothing, not even a count: each enforces its part of a limit.</summary>
    private static int ShareOf(int limit, int workers) => (limit + workers - 1) / workers;
}
