using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Routing;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Formats;

/// <summary>The state that the connections of one worker share: the current snapshot, the backends, and the connected callers.</summary>
internal sealed partial class WorkerContext
{
    private readonly ILogger _log;
    private readonly FormatRegistry _formats;
    private readonly HashSet<Caller> _callers = [];
    private readonly Dictionary<string, Backend> _backends = [];
    /// <summary>Backends that have left the snapshot and still have calls or connections.</summary>
    private readonly List<Backend> _leaving = [];
    private readonly Action<ServerEvent> _report;
    private Action? _onDrained;
    /// <summary>Routes whose tallies were kept as those of the snapshot before.</summary>
    private IReadOnlyList<Route>? _keptRoutes;

    /// <param name="number">The worker's number.</param>
    /// <param name="loop">The worker's loop.</param>
    /// <param name="snapshot">The initial snapshot.</param>
    /// <param name="formats">The formats of its listeners and backends.</param>
    /// <param name="log">Receives warnings.</param>
    /// <param name="report">Receives changes of servers' health, on the worker's thread.</param>
    public WorkerContext(int number, Loop loop, Snapshot snapshot, FormatRegistry formats, ILogger log, Action<ServerEvent>? report = null)
    {
        _report = report ?? (static _ => { });
        Loop = loop;
        _formats = formats;
        _log = log;
        Ledger = new WorkerLedger(AccessQueueOf(snapshot.Options.AccessLog));
        Statistics = new WorkerStatistics(number, loop.Counters, Ledger, loop.Blocks);
        Snapshot = snapshot;
        TakeOver(snapshot);
    }

    private static AccessQueue? AccessQueueOf(AccessLogOptions? options) => options is null ? null : new AccessQueue(options.LinesWaitingMax, options.OneIn);

    public Loop Loop { get; }

    /// <summary>For other threads to read.</summary>
    public WorkerStatistics Statistics { get; }

    public WorkerLedger Ledger { get; }

    public Snapshot Snapshot { get; private set; }

    public RouteTable Routes { get; private set; } = new([]);

    public LimitOptions Limits => Snapshot.Limits;

    public long WriteTimeoutMs { get; private set; }

    public long RequestTimeoutMs { get; private set; }

    /// <summary>Of callers without a call.</summary>
    public long IdleTimeoutMs { get; private set; }

    public bool IsDraining { get; private set; }

    public int CallersCount => _callers.Count;

    /// <summary>Those of the snapshot.</summary>
    public IReadOnlyCollection<Backend> Backends => _backends.Values;

    public Backend BackendOf(string name) => _backends[name];

    /// <summary>
    /// Switches to another snapshot. What it shares with the one before, by name, stays as it is: connections, counters, waiting calls. Calls in
    /// flight keep the route and backend that they began with. A snapshot older than the current one is ignored.
    /// </summary>
    public void Apply(Snapshot next)
    {
        if (next.Generation <= Snapshot.Generation)
            return;
        Snapshot before = Snapshot;
        Snapshot = next;
        if (next.HasSameConfiguration(before))
            TakeOverBackends(next);
        else
            TakeOver(next);
        // A change of health, with routes that have been the same for long, is cheap.
        if (ReferenceEquals(next.Routes, before.Routes) && ReferenceEquals(before.Routes, _keptRoutes))
            return;
        _keptRoutes = before.Routes;
        // Tallies of routes that only the snapshot before last had are dropped.
        Ledger.Keep(next.Routes.Concat(before.Routes).Select(route => (route.Name, route.Backend)).ToHashSet());
    }

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

    /// <summary>A caller is closed because the way it reads or sends affects others.</summary>
    /// <param name="listener">The name of its listener.</param>
    public void NoteSlow(string listener, string caller, CallerFault why)
    {
        Ledger.NoteClosed(why);
        LogSlow(listener, caller, CallerFaults.Describe(why));
    }

    /// <summary>Refuses new calls from now on; callers disconnect when their calls in flight are answered, idle ones at once.</summary>
    /// <param name="onDrained">Called when no caller is left.</param>
    public void Drain(Action onDrained)
    {
        IsDraining = true;
        _onDrained = onDrained;
        foreach (Caller caller in _callers.ToArray())
            caller.LeaveWhenIdle();
        foreach (Backend backend in _backends.Values)
            backend.Drain();
        if (_callers.Count == 0)
            onDrained();
    }

    /// <summary>Resets the callers that are left at the end of the drain timeout.</summary>
    public void AbortAll()
    {
        foreach (Caller caller in _callers.ToArray())
            caller.Abort();
    }

    private void TakeOver(Snapshot next)
    {
        WriteTimeoutMs = (long)next.Limits.WriteTimeout.TotalMilliseconds;
        IdleTimeoutMs = (long)next.Limits.IdleTimeout.TotalMilliseconds;
        RequestTimeoutMs = (long)next.Limits.RequestTimeout.TotalMilliseconds;
        foreach (Backend gone in _backends.Values.Where(backend => !next.Backends.Any(spec => Continues(backend, spec))).ToArray())
            RetireBackend(gone);
        TakeOverBackends(next);
        Routes = new RouteTable([.. next.Routes.Select(route => new RouteState(route, _backends[route.Backend]))]);
    }

    private void TakeOverBackends(Snapshot next)
    {
        foreach (BackendSpec spec in next.Backends)
            TakeOver(spec);
        _leaving.RemoveAll(backend => backend.IsGone);
        Statistics.Publish([.. _backends.Values.Concat(_leaving).Select(backend => backend.Statistics)]);
    }

    private void TakeOver(BackendSpec spec)
    {
        if (_backends.TryGetValue(spec.Name, out Backend? known))
            known.Apply(spec);
        else
            _backends.Add(spec.Name, new Backend(spec, _formats.Of(spec.Options.Protocol), Loop, _log, Statistics.Number, _report));
    }

    private void RetireBackend(Backend backend)
    {
        _backends.Remove(backend.Name);
        _leaving.Add(backend);
        backend.Retire();
    }

    /// <summary>A backend with another format is a different one, even with the same name.</summary>
    private static bool Continues(Backend backend, BackendSpec spec) => backend.Name == spec.Name && backend.Protocol == spec.Options.Protocol;
}
