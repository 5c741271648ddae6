using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Formats.Frame;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Routing;
using FrameRpc.Gateway.Sockets.Buffers;
using FrameRpc.Gateway.EventLoop;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Formats;

/// <summary>What the connections of one worker have in common: the routes, this worker's view of the backends, the limits, and who is connected.</summary>
internal sealed partial class WorkerContext
{
    private readonly Backend[] _backends;
    private readonly IReadOnlyList<ListenerOptions> _listeners;
    private readonly ILogger _log;
    private readonly HashSet<Caller> _callers = [];
    private readonly Block _gather;
    private Action? _onDrained;

    public WorkerContext(Loop loop, GatewayOptions options, RouteTable routes, ILogger log)
    {
        Loop = loop;
        _log = log;
        _listeners = options.Listeners;
        Routes = routes;
        Limits = options.Limits;
        WriteTimeoutMs = (long)options.Limits.WriteTimeout.TotalMilliseconds;
        _gather = loop.Blocks.Rent(FrameCaller.HeldBytesMax);
        _backends = [.. options.Backends.Select(backend => new Backend(backend, options.Limits.SharedBodyMax, loop, log))];
        Ledger = new WorkerLedger(options.Listeners.Count, options.Routes.Count, _backends, AccessQueueOf(options.AccessLog));
    }

    private static AccessQueue? AccessQueueOf(AccessLogOptions? options) => options is null ? null : new AccessQueue(options.LinesWaitingMax, options.OneIn);

    public Loop Loop { get; }

    public WorkerLedger Ledger { get; }

    public RouteTable Routes { get; }

    public LimitOptions Limits { get; }

    public long WriteTimeoutMs { get; }

    /// <summary>Where a part that came in several frames is put together. Its content lasts until the next one.</summary>
    public Span<byte> Gather => _gather.Span;

    public bool IsDraining { get; private set; }

    public int CallersCount => _callers.Count;

    public IReadOnlyList<Backend> Backends => _backends;

    public Backend BackendOf(Route route) => _backends[route.Backend];

    public void Add(Caller caller) => _callers.Add(caller);

    public void Remove(Caller caller)
    {
        if (!_callers.Remove(caller))
            return;
        if (_callers.Count == 0)
            _onDrained?.Invoke();
    }

    /// <summary>The gateway answers a call itself.</summary>
    public void NoteRejected(RejectReason why)
    {
        Loop.Counters.CallsRefused++;
        Ledger.NoteRejected(why);
    }

    /// <summary>A caller is closed because others suffer from how it reads or sends.</summary>
    /// <param name="listener">Its place among those of the configuration.</param>
    public void NoteSlow(int listener, string caller, string why)
    {
        Loop.Counters.SlowCallersClosed++;
        LogSlow(_listeners[listener].Name, caller, why);
    }

    /// <summary>From now on new calls are refused; callers leave when their calls in flight are answered, idle ones at once.</summary>
    /// <param name="onDrained">Called when none is left.</param>
    public void Drain(Action onDrained)
    {
        IsDraining = true;
        _onDrained = onDrained;
        foreach (Caller caller in _callers.ToArray())
            caller.LeaveWhenIdle();
        foreach (Backend backend in _backends)
            backend.Drain();
        if (_callers.Count == 0)
            onDrained();
    }

    /// <summary>The time for draining is over.</summary>
    public void AbortAll()
    {
        foreach (Caller caller in _callers.ToArray())
            caller.Abort();
    }
}
