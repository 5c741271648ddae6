using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats;
using FrameRpc.Gateway.Formats.Frame;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Formats.Registry;
using FrameRpc.Gateway.Formats.Smf;
using FrameRpc.Gateway.Routing;
using FrameRpc.Gateway.Sockets.Buffers;
using FrameRpc.Tests.Simulation.Frames;
using FrameRpc.Tests.Simulation.Smf;

namespace FrameRpc.Tests.Simulation;

/// <summary>
/// One worker of the gateway between scripted callers and scripted servers, with a clock that advances only when nothing else is left to do.
/// </summary>
internal sealed class GatewaySimulation
{
    /// <summary>No story takes longer, in virtual time.</summary>
    private const long LongestMs = 10 * 60_000;

    private readonly BugLog _log = new();
    private readonly Block _gather;
    private readonly long _mappedAtStart;
    private readonly bool _needsTables;

    public GatewaySimulation(GatewaySetup? setup = null, NetworkConditions? conditions = null, int seed = 1)
    {
        setup ??= new GatewaySetup();
        Random = SeedStream.Of(seed, "bodies and servers");
        Network = new SimulatedNetwork(Time, SeedStream.Of(seed, "network"), conditions ?? NetworkConditions.Calm);
        var options = setup.ToOptions();
        Loop = new Loop(Network, Time, SeedStream.Of(seed, "loop"), _log, options.Relay, Memory);
        WorkerContext = new WorkerContext(0, Loop, Snapshot.Of(options), BuiltInFormats.Registry, _log);
        Calls = new SmfCallPool(Loop);
        _gather = Loop.Blocks.Rent(FrameRequestReader.HeldBytesMax);
        _needsTables = setup.Payload == PayloadKind.Table;
        SmfServers = [.. setup.SmfServers.Select((_, i) => new SmfServer(GatewaySetup.SmfAddress(i)) { NeedsTables = _needsTables })];
        FrameServers = [.. setup.FrameServers.Select((_, i) => new FrameServer(GatewaySetup.FrameAddress(i)))];
        foreach (SimulatedServer server in SmfServers.Concat<SimulatedServer>(FrameServers))
            Network.World.Add(server);
        _mappedAtStart = Loop.Blocks.MappedBytes;
    }

    public VirtualTime Time { get; } = new();

    /// <summary>The memory of the gateway's buffers.</summary>
    public ScarceMemory Memory { get; } = new();

    /// <summary>For random choices of the test itself.</summary>
    public Random Random { get; }

    public SimulatedNetwork Network { get; }

    public Loop Loop { get; }

    public WorkerContext WorkerContext { get; }

    public SmfCallPool Calls { get; }

    public ListenerLedger SmfLedger => WorkerContext.Ledger.Of("smf", SmfStatuses.List);

    public ListenerLedger FrameLedger => WorkerContext.Ledger.Of("frames", FrameStatuses.List);

    public IReadOnlyList<SmfServer> SmfServers { get; }

    public IReadOnlyList<FrameServer> FrameServers { get; }

    public SmfServer SmfServer => SmfServers[0];

    public FrameServer FrameServer => FrameServers[0];

    /// <summary>The gateway's side of the smf caller that connected last.</summary>
    public SmfCaller? LastSmfCaller { get; private set; }

    public Backend SmfBackend => WorkerContext.BackendOf("storage");

    public Backend FrameBackend => WorkerContext.BackendOf("frames");

    /// <summary>Memory allocated by the loop only.</summary>
    public AllocationMeter AllocatedInTurns { get; set; }

    public WorkerCounters Counters => Loop.Counters;

    /// <summary>The gateway's log messages.</summary>
    public IReadOnlyList<string> Messages => _log.Messages;

    public SmfFarCaller ConnectSmf()
    {
        (SimulatedSocket near, SimulatedSocket far) = Network.Pair();
        var caller = new SmfFarCaller { NeedsTables = _needsTables };
        SimulatedWorld.Attach(far, caller);
        LastSmfCaller = new SmfCaller(WorkerContext, SmfLedger, Calls, near, onClosed: () => { });
        return caller;
    }

    public FrameFarCaller ConnectFrames() => ConnectFrames(new FrameFarCaller());

    public T ConnectFrames<T>(T caller)
        where T : FarEnd
    {
        (SimulatedSocket near, SimulatedSocket far) = Network.Pair();
        SimulatedWorld.Attach(far, caller);
        _ = new FrameCaller(WorkerContext, FrameLedger, _gather, near, onClosed: () => { });
        return caller;
    }

    /// <summary>Replaces a frame server with one that parses as the first implementation does.</summary>
    public LenientFrameServer UseLenientServer(int server = 0)
    {
        var lenient = new LenientFrameServer(GatewaySetup.FrameAddress(server));
        Network.Replace(lenient);
        return lenient;
    }

    /// <summary>Runs until the condition holds, and lets time pass when nothing else is left to do.</summary>
    public void RunUntil(Func<bool> condition, string what, Func<string>? describe = null)
    {
        long endMs = Time.NowMs + LongestMs;
        while (!condition())
        {
            if (Step())
                continue;
            long next = NextMs();
            if (next > endMs)
                Assert.Fail($"this never happened: {what}\n{describe?.Invoke()}");
            Time.AdvanceTo(next);
        }
        AssertNoBugs();
    }

    /// <summary>Runs until nothing is in transit. Timers that are not due yet stay.</summary>
    public void RunUntilQuiet()
    {
        while (true)
        {
            if (Step())
                continue;
            if (Network.NextEventMs == long.MaxValue)
                break;
            Time.AdvanceTo(Network.NextEventMs);
        }
        AssertNoBugs();
    }

    /// <summary>Lets this much time pass, with everything that happens in it.</summary>
    public void RunFor(long ms)
    {
        long endMs = Time.NowMs + ms;
        while (true)
        {
            if (Step())
                continue;
            long next = NextMs();
            if (next >= endMs)
                break;
            Time.AdvanceTo(next);
        }
        Time.AdvanceTo(endMs);
        while (Step())
        {
        }
        AssertNoBugs();
    }

    /// <summary>Lets a caller pause until the beginning of its stream is passed on.</summary>
    public void RunPastPause() => RunFor(60);

    /// <summary>One turn of everything; false if there was nothing to do.</summary>
    public bool Step()
    {
        Network.WasActive = false;
        Network.DeliverDue();
        Network.RunFarEnds();
        long timers = Loop.Timers.Count;
        AllocationMeter meter = AllocatedInTurns;
        meter.Begin();
        Loop.Turn(int.MaxValue);
        meter.End();
        AllocatedInTurns = meter;
        return Network.WasActive || Network.HasReady || Network.WantedWaitMs == 0 || Loop.Timers.Count != timers;
    }

    /// <summary>After all callers have left and all calls have ended: nothing may be left except what is kept for reuse.</summary>
    public async Task AssertNothingLeaked()
    {
        AssertNoBugs();
        Must.Hold(WorkerContext.CallersCount == 0);
        foreach (Server server in WorkerContext.Backends.SelectMany(backend => backend.Servers))
        {
            Must.Hold(server.CallsInFlight == 0);
            Must.Hold(server.Statistics.ExclusiveConnections >= 0 && server.Statistics.ExclusiveConnections <= 64);
        }
        await LedgerCheck.AssertBalanced(WorkerContext);
        Must.Hold(Counters.PipesInUse == 0);
        Must.Hold(Network.Pipes.Count >= 0 && Network.Pipes.Count <= 16);
        // One unused slab of each size may stay.
        Must.Hold(Loop.Blocks.MappedBytes - _mappedAtStart >= 0 && Loop.Blocks.MappedBytes - _mappedAtStart <= 7 * 1024 * 1024);
    }

    public void AssertNoBugs()
    {
        Must.Hold(_log.Bugs.Count == 0, string.Join('\n', _log.Bugs));
        Must.Hold(Counters.Exceptions == 0);
    }

    private long NextMs()
    {
        long timers = Network.WantedWaitMs is < int.MaxValue and var wait ? Time.NowMs + Math.Max(1, wait) : long.MaxValue;
        return Math.Min(timers, Network.NextEventMs);
    }
}
