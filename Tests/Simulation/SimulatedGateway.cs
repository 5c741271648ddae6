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
/// A gateway with all its workers in a simulated world. Whose turn it is, and how long a worker stands still, comes from the seed; time
/// passes when no worker has anything to do, and now and then while they have.
/// </summary>
internal sealed class SimulatedGateway : IDisposable
{
    private readonly Random _schedule;
    private readonly BugLog _log = new();
    private readonly ServingWorkers _serving;
    private readonly List<SimulatedWorker> _runnable = [];
    private readonly long[] _mappedAtStart;

    /// <param name="world">Where the servers are.</param>
    /// <param name="options">What it runs by at first.</param>
    /// <param name="seed">Of the schedule and of each loop.</param>
    public SimulatedGateway(SimulatedWorld world, GatewayOptions options, int seed)
    {
        World = world;
        _schedule = SeedStream.Of(seed, "schedule");
        var machine = new Machine { Network = world, Time = world.Time, Memory = Memory, Random = worker => SeedStream.Of(seed, $"loop {worker}") };
        _serving = ServingWorkers.Open(options, machine, BuiltInFormats.Registry, _log);
        Workers = [.. _serving.Workers.Select(worker => new SimulatedWorker(worker, world))];
        _mappedAtStart = [.. Workers.Select(worker => worker.Loop.Blocks.MappedBytes)];
    }

    public SimulatedWorld World { get; }

    public VirtualTime Time => World.Time;

    /// <summary>What the buffers of all workers are made of.</summary>
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

    /// <summary>No callers any more, and no new calls; returns the task that ends when all have left.</summary>
    public Task Drain()
    {
        World.Events.Note("the gateway drains");
        return _serving.Drain();
    }

    public void Abort() => _serving.Abort();

    /// <summary>Runs until it is so. Returns false where it is not so at that time, nor before.</summary>
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

    /// <summary>Something of what can happen now; false where nothing can.</summary>
    private bool Step()
    {
        World.DeliverDue();
        World.RunFarEnds();
        FindRunnable();
        if (_runnable.Count == 0)
        {
            if (World.HasReadyFarEnds || World.NextEventMs <= Time.NowMs)
                return true;
            AssertNobodyWaitsInVain();
            return false;
        }
        _runnable[_schedule.Next(_runnable.Count)].Turn();
        AssertNoBugs();
        // What turns do takes time.
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

    /// <summary>Nothing is left to do at this instant: then no call waits for a connection that it could have.</summary>
    private void AssertNobodyWaitsInVain()
    {
        foreach (SimulatedWorker worker in Workers)
        {
            if (worker.StandsStill)
                continue;
            foreach (Backend backend in worker.Serving.Context.Backends)
                AssertNobodyWaitsInVain(worker, backend);
        }
    }

    private static void AssertNobodyWaitsInVain(SimulatedWorker worker, Backend backend)
    {
        if (!backend.HasWaiting)
            return;
        foreach (Server server in backend.Servers)
        {
            // One that failed before comes up again by the clock alone, which nothing tells of.
            bool hasRoom = server.IsUp && server.HasExclusiveRoom && server.Statistics.ConnectsFailed == 0;
            Must.Hold(!hasRoom, $"worker {worker.Number}: {backend.CallsWaiting} calls wait for a connection to {backend.Name}, and {server.Address} has room for one");
        }
    }

    /// <summary>Nothing is left of what has been: no call, no connection, no timer, no buffer, no pipe.</summary>
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
        $"worker {worker.Number} has left of {server.Address}: {server.CallsInFlight} calls, {server.SharedConnections} shared, {server.ExclusiveConnections} exclusive and {server.IdleConnections} idle connections");

    /// <summary>Behind a trim, what is mapped is the slab of the two blocks that each loop has always; the rest of it is free.</summary>
    private void AssertNoBufferLeft(SimulatedWorker worker)
    {
        worker.Loop.Blocks.Trim();
        Must.Hold(worker.Loop.Blocks.MappedBytes == _mappedAtStart[worker.Number], $"worker {worker.Number} has {worker.Loop.Blocks.MappedBytes - _mappedAtStart[worker.Number]} bytes of buffers more than at first");
        int free = Memory.Exhaust(worker.Loop.Blocks);
        Memory.Relent();
        Must.Hold(free == FreeAtStart, $"worker {worker.Number} has {free} blocks free in the slab of its loop, of {FreeAtStart}");
    }

    /// <summary>Of the four blocks of 128 KiB in a slab two are the loop's and its context's for good.</summary>
    private const int FreeAtStart = 2;

    public void Dispose()
    {
        _serving.Dispose();
        Memory.Dispose();
    }
}
