using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Formats.Registry;
using FrameRpc.Gateway.Hosting;
using FrameRpc.Gateway.Routing;

namespace FrameRpc.Tests.Simulation;

/// <summary>
/// A gateway with all its workers in a simulated world. The seed decides which worker turns next, and how long a worker stands still; time passes
/// when no worker has anything to do, and occasionally otherwise.
/// </summary>
internal sealed class SimulatedGateway : IDisposable
{
    private readonly Random _schedule;
    private readonly BugLog _log = new();
    private readonly ServingWorkers _serving;
    private readonly List<SimulatedWorker> _runnable = [];
    private readonly long[] _mappedAtStart;
    /// <summary>Work of the control plane, which is done between two turns.</summary>
    private readonly Queue<Action> _control = new();

    /// <param name="world">Has the servers.</param>
    /// <param name="options">The initial configuration.</param>
    /// <param name="seed">Seed of the schedule and of each loop.</param>
    public SimulatedGateway(SimulatedWorld world, GatewayOptions options, int seed)
    {
        World = world;
        _schedule = SeedStream.Of(seed, "schedule");
        var machine = new Machine { Network = world, Time = world.Time, Memory = Memory, Random = worker => SeedStream.Of(seed, $"loop {worker}"), RunControl = _control.Enqueue };
        _serving = ServingWorkers.Open(options, machine, BuiltInFormats.Registry, _log);
        Workers = [.. _serving.Workers.Select(worker => new SimulatedWorker(worker, world))];
        _mappedAtStart = [.. Workers.Select(worker => worker.Loop.Blocks.MappedBytes)];
    }

    public SimulatedWorld World { get; }

    public VirtualTime Time => World.Time;

    /// <summary>The memory of all workers' buffers.</summary>
    public ScarceMemory Memory { get; } = new();

    public IReadOnlyList<SimulatedWorker> Workers { get; }

    public Snapshot Snapshot => _serving.Snapshot;

    public long Callers => _serving.Callers;

    public IEnumerable<WorkerContext> Contexts => Workers.Select(worker => worker.Serving.Context);

    /// <summary>The tallies of all workers.</summary>
    public IEnumerable<CallTally> Tallies => Contexts.SelectMany(context => context.Ledger.Listeners).SelectMany(listener => listener.Tallies);

    public void Publish(Snapshot next)
    {
        _serving.Publish(_ => next);
        World.Events.Note("snapshot {0} is published", _serving.Snapshot.Generation);
    }

    /// <summary>Accepts no more callers or calls; the returned task completes when all callers have left.</summary>
    public Task Drain()
    {
        World.Events.Note("the gateway drains");
        return _serving.Drain();
    }

    public void Abort() => _serving.Abort();

    /// <summary>Runs until the condition holds. Returns false if it does not within this time.</summary>
    public bool RunUntil(long endMs, Func<bool> condition)
    {
        while (!condition())
        {
            if (Step())
                continue;
            long next = NextMs;
            if (next > endMs)
                return false;
            Time.AdvanceTo(next);
        }
        return true;
    }

    public void RunFor(long ms)
    {
        long endMs = Time.NowMs + ms;
        RunUntil(endMs, () => Time.NowMs >= endMs);
        Time.AdvanceTo(Math.Max(Time.NowMs, endMs));
    }

    /// <summary>Does one of the things that can happen now; false if there are none.</summary>
    private bool Step()
    {
        World.DeliverDue();
        World.RunFarEnds();
        while (_control.TryDequeue(out Action? work))
            work();
        FindRunnable();
        if (_runnable.Count == 0)
        {
            if (World.HasReadyFarEnds || World.NextEventMs <= Time.NowMs)
                return true;
            AssertNoCallWaitsNeedlessly();
            return false;
        }
        _runnable[_schedule.Next(_runnable.Count)].Turn();
        AssertNoBugs();
        // Turns take time.
        if (_schedule.Next(32) == 0)
            Time.AdvanceTo(Time.NowMs + 1);
        return true;
    }

    private void FindRunnable()
    {
        _runnable.Clear();
        foreach (SimulatedWorker worker in Workers)
        {
            if (worker.CanTurn)
                _runnable.Add(worker);
        }
    }

    private long NextMs => Math.Max(Time.NowMs + 1, Math.Min(World.NextEventMs, Workers.Min(worker => worker.NextTurnMs)));

    public void AssertNoBugs()
    {
        Must.Hold(_log.Bugs.Count == 0, string.Join('\n', _log.Bugs));
        foreach (SimulatedWorker worker in Workers)
            Must.Hold(worker.Loop.Counters.Exceptions == 0);
    }

    /// <summary>When nothing is left to do at this instant, no call may wait for a connection that it could have.</summary>
    private void AssertNoCallWaitsNeedlessly()
    {
        foreach (SimulatedWorker worker in Workers)
        {
            if (worker.StandsStill)
                continue;
            foreach (Backend backend in worker.Serving.Context.Backends)
                AssertNoCallWaitsNeedlessly(worker, backend);
        }
    }

    private static void AssertNoCallWaitsNeedlessly(SimulatedWorker worker, Backend backend)
    {
        if (!backend.HasWaiting)
            return;
        foreach (Server server in backend.Servers)
        {
            bool hasRoom = backend.IsUsable(server) && (server.HasIdleConnection || (server.MayOpenExclusive && backend.LacksAttempts));
            Must.Hold(!hasRoom,
                $"worker {worker.Number}: {backend.CallsWaiting} calls wait for a connection to {backend.Name}, and {server.Address} has room for one: idle {server.HasIdleConnection}, may open {server.MayOpenExclusive}, lacks attempts {backend.LacksAttempts}, {server.Reach.Attempts} attempts, unreachable {server.Reach.IsUnreachable}, short {server.Reach.IsShort}, ejected {server.IsEjected}, {server.Statistics.SharedConnections} + {server.Statistics.ExclusiveConnections} connections, limits {backend.Connections}");
        }
    }

    /// <summary>Nothing may be left: no call, connection, timer, buffer or pipe content.</summary>
    public void AssertNothingLeft()
    {
        Must.Hold(Callers == 0, $"{Callers} callers are left");
        foreach (SimulatedWorker worker in Workers)
            AssertNothingLeft(worker);
        Must.Hold(World.Descriptors.Open == 0, $"{World.Descriptors.Open} sockets are left open");
        Must.Hold(World.Pipes.TrueForAll(pipe => pipe.Bytes == 0), "a pipe is kept with bytes of a body in it");
    }

    private void AssertNothingLeft(SimulatedWorker worker)
    {
        WorkerContext context = worker.Serving.Context;
        WorkerCounters counters = worker.Loop.Counters;
        Must.Hold(context.CallersCount == 0);
        Must.Hold(worker.Loop.Timers.Count == 0, $"worker {worker.Number} has {worker.Loop.Timers.Count} timers left");
        Must.Hold(counters.PipesInUse == 0);
        foreach (BackendStatistics backend in context.Statistics.Backends)
        {
            Must.Hold(backend.CallsWaiting == 0);
            foreach (ServerStatistics server in backend.Servers)
                AssertNothingLeft(worker, server);
        }
        foreach (ListenerCounters listener in context.Statistics.Listeners)
            Must.Hold(listener.Open == 0);
        AssertNoBufferLeft(worker);
    }

    private static void AssertNothingLeft(SimulatedWorker worker, ServerStatistics server) => Must.Hold(
        (server.CallsInFlight, server.SharedConnections, server.ExclusiveConnections, server.IdleConnections) == (0, 0, 0, 0),
        $"worker {worker.Number} has left of {server.Address}: {server.CallsInFlight} calls, {server.SharedConnections} shared, "
        + $"{server.ExclusiveConnections} exclusive and {server.IdleConnections} idle connections");

    /// <summary>After a trim, only the slab with the two permanent blocks of each loop is mapped; the rest of it is free.</summary>
    private void AssertNoBufferLeft(SimulatedWorker worker)
    {
        worker.Loop.Blocks.Trim();
        Must.Hold(worker.Loop.Blocks.MappedBytes == _mappedAtStart[worker.Number],
            $"worker {worker.Number} has {worker.Loop.Blocks.MappedBytes - _mappedAtStart[worker.Number]} bytes of buffers more than at first");
        int free = Memory.Exhaust(worker.Loop.Blocks);
        Memory.EndShortage();
        Must.Hold(free == FreeAtStart, $"worker {worker.Number} has {free} blocks free in the slab of its loop, of {FreeAtStart}");
    }

    /// <summary>Of the four blocks of 128 KiB in a slab, two belong to the loop and its context permanently.</summary>
    private const int FreeAtStart = 2;

    public void Dispose()
    {
        _serving.Dispose();
        Memory.Dispose();
    }
}
