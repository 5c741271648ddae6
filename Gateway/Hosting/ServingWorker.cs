using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats;
using FrameRpc.Gateway.Routing;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Hosting;

/// <summary>A worker that serves callers: its listeners and its connections to servers, run by whatever turns the loop.</summary>
internal sealed class ServingWorker
{
    private readonly Loop _loop;
    private readonly WorkerContext _context;
    private readonly FormatRegistry _formats;
    private readonly Dictionary<Format, CallerFactory> _callers = [];
    private readonly List<Listener> _listeners = [];
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ServingWorker(int number, Loop loop, Snapshot snapshot, FormatRegistry formats, IReadOnlyList<SharedListener> listeners, ILogger log,
        Action<ServerEvent> report)
    {
        _loop = loop;
        _formats = formats;
        _context = new WorkerContext(number, loop, snapshot, formats, log, report);
        foreach (SharedListener listener in listeners)
            Listen(number, listener);
    }

    public Loop Loop => _loop;

    /// <summary>For other threads to read.</summary>
    public WorkerStatistics Statistics => _context.Statistics;

    /// <summary>For tests and for the loop's own thread.</summary>
    public WorkerContext Context => _context;

    /// <summary>Returns unused buffers to the system.</summary>
    public void TrimBuffers() => _loop.Post(_loop.Blocks.Trim);

    /// <summary>Runs the callback on the loop, between two turns. Callable from any thread.</summary>
    public void Post(Action callback) => _loop.Post(callback);

    /// <summary>Makes the worker use this snapshot from its next turn on. Callable from any thread.</summary>
    public void Publish(Snapshot next) => _loop.Post(() => _context.Apply(next));

    /// <summary>Accepts no more callers or calls. The task completes when the last caller has left.</summary>
    public Task Drain()
    {
        _loop.Post(() =>
        {
            foreach (Listener listener in _listeners)
                listener.Close();
            _context.Drain(() => _drained.TrySetResult());
        });
        return _drained.Task;
    }

    /// <summary>Resets the callers that are left at the end of the drain timeout.</summary>
    public void Abort() => _loop.Post(_context.AbortAll);

    private void Listen(int number, SharedListener shared)
    {
        Format format = _formats.Of(shared.Protocol);
        if (!_callers.TryGetValue(format, out CallerFactory? create))
            _callers.Add(format, create = format.ForWorker(_context));
        var ledger = _context.Ledger.Of(shared.Name, format.Statuses);
        var counters = new ListenerCounters(shared.Name);
        _listeners.Add(new Listener(
            _loop, _loop.Network.Listen(shared.Opened, number), shared.Spread, shared.Limit, counters,
            (socket, onClosed) => AddCaller(create(ledger, socket, onClosed))));
        _context.Statistics.Add(counters);
    }

    /// <summary>A caller handed over by another worker just before this one began to drain leaves like the others.</summary>
    private void AddCaller(Caller caller)
    {
        if (_context.IsDraining)
            caller.LeaveWhenIdle();
    }
}
