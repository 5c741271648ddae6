using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;
using FrameRpc.Tests.Simulation.Smf;

namespace FrameRpc.Tests.WholeGateway;

/// <summary>
/// One random run of a whole gateway: workers, listeners, callers and servers of both formats, what they do, what the machine runs out
/// of, and what the configuration is changed to, are drawn from the seed. In a fair story nothing goes wrong, and every call is served.
/// </summary>
internal sealed class GatewayStory : IStory, IDisposable
{
    /// <summary>Everything begins before that.</summary>
    private const int BusyMs = 2500;

    /// <summary>How long nothing may move for a caller beyond its call's own limits: shortages, workers that stand still, slow deliveries.</summary>
    private const int SlackMs = 4000;

    private const int DrainMsMax = 10_000;

    private readonly Random _random;
    private readonly bool _isFair;
    private readonly StorySetting _setting;
    private readonly SimulatedWorld _world;
    private readonly SimulatedGateway _gateway;
    private readonly StoryWorld _story;
    private readonly List<StoryServer> _servers = [];
    private readonly List<StoryCaller> _callers = [];
    private readonly List<LenientFrameServer> _lenient = [];
    private bool _memoryWasScarce;
    private long _drainsSinceMs = long.MaxValue;

    public GatewayStory(int seed)
    {
        _random = SeedStream.Of(seed, "story");
        _isFair = _random.Next(3) == 0;
        _setting = new StorySetting(_random, _isFair);
        _world = new SimulatedWorld(new VirtualTime(), SeedStream.Of(seed, "network"), DrawWeather());
        _story = new StoryWorld(_world, SeedStream.Of(seed, "servers"), []);
        PutServers();
        _gateway = new SimulatedGateway(_world, _setting.Options, seed);
    }

    public EventLog Events => _world.Events;

    public void Dispose() => _gateway.Dispose();

    private IEnumerable<FrameStoryServer> FrameServers => _servers.OfType<FrameStoryServer>();

    public Task Play()
    {
        using SimulatedGateway gateway = _gateway;
        PlanCallers();
        PlanHappenings();
        RunUntilSettled();
        EndServing();
        AssertAnswers();
        EndServers();
        _gateway.AssertNoBugs();
        _gateway.AssertNothingLeft();
        new StoryBooks(_gateway, _setting, _story.Calls, _servers, _isFair).AssertBalanced();
        return Task.CompletedTask;
    }

    private NetworkConditions DrawWeather()
    {
        int smallest = _isFair || _random.Next(2) == 0 ? 4096 : 128;
        return new()
        {
            BufferBytesMin = smallest,
            BufferBytesMax = smallest << _random.Next(8),
            CutsDeliveries = _random.Next(4) != 0,
            DelayMsMax = _isFair || _random.Next(3) != 0 ? _random.Next(3) : 40,
            ShortSends = _random.Next(2) == 0,
            PipeBytes = smallest << _random.Next(8),
        };
    }

    private void PutServers()
    {
        foreach (string backend in (string[])["storage", "files", "frames"])
        {
            foreach (Address address in StorySetting.ServersOf(backend))
                Put(backend == "frames" ? new FrameStoryServer(_story, address, _servers.Count) : new SmfStoryServer(_story, address, _servers.Count));
        }
        if (!_setting.HasLenient)
            return;
        var lenient = new LenientFrameServer(StorySetting.ServersOf("lenient")[0]);
        lenient.Endpoints.Clear();
        lenient.Endpoints.Add("Say", new LenientEndpoint(DataType.Json, DataType.Json));
        lenient.Endpoints.Add("Store", new LenientEndpoint(DataType.Octets, DataType.Json, ReadsBytesMax: Attacker.HarmlessBytes));
        _lenient.Add(lenient);
        _world.Add(lenient);
    }

    private void Put(StoryServer server)
    {
        server.Mood = _isFair ? (Mood)(3 * _random.Next(2)) : _random.Next(2) == 0 ? Mood.Calm : (Mood)_random.Next(5);
        server.Listening.ConnectDelayMs = _random.Next(4) == 0 ? _random.Next(_isFair ? 10 : 120) : 0;
        if (!_isFair && _random.Next(15) == 0)
            server.Listening.Answer = _random.Next(2) == 0 ? ConnectAnswer.Refuse : ConnectAnswer.Silence;
        _servers.Add(server);
        _world.Add(server.Listening);
    }

    private void PlanCallers()
    {
        for (int i = _random.Next(1, 12); i > 0; i--)
        {
            bool isSmf = _random.Next(2) == 0;
            _world.After(_random.Next(3) == 0 ? 0 : _random.Next(BusyMs / 2), () => Come(isSmf));
        }
        if (_setting.HasLenient)
        {
            for (int i = _random.Next(1, 6); i > 0; i--)
                _world.After(_random.Next(BusyMs / 2), Attack);
        }
    }

    /// <summary>Somebody who means harm, and somebody else who calls the same server just then.</summary>
    private void Attack()
    {
        Attacker.Come(_world, _setting, _random);
        StoryCaller honest = Connect(isSmf: false);
        StoryCall[] calls = [.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => NewCall(StorySetting.LenientRoutes[0], _random.Next(200), replyBytes: 0, isCut: false))];
        honest.CallsToCome += calls.Length;
        _world.After(_random.Next(5), () => Send(honest, calls));
    }

    private void Come(bool isSmf)
    {
        StoryCaller caller = Connect(isSmf);
        PlanCalls(caller, isSmf);
        if (!_isFair && _random.Next(4) == 0)
            PlanMood(caller);
    }

    private StoryCaller Connect(bool isSmf)
    {
        StoryCaller caller = isSmf ? new SmfStoryCaller(new SmfFarCaller(), _callers.Count) : new FrameStoryCaller(new FrameFarCaller(), _callers.Count);
        _world.ConnectCaller(isSmf ? _setting.SmfListener : _setting.FrameListener, caller.FarEnd);
        _callers.Add(caller);
        return caller;
    }

    private void PlanCalls(StoryCaller caller, bool isSmf)
    {
        for (int groups = _random.Next(1, 6); groups > 0; groups--)
        {
            StoryCall[] calls = _random.Next(14) == 0 && isSmf ? DrawBurst() : [.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => DrawCall(isSmf, isCut: false))];
            Plan(caller, calls);
        }
        if (_isFair || _random.Next(8) != 0)
            return;
        caller.CallsToCome++;
        StoryCall cut = DrawCall(isSmf, isCut: true);
        _world.After(BusyMs / 2, () => SendCut(caller, cut));
    }

    private void Plan(StoryCaller caller, StoryCall[] calls)
    {
        caller.CallsToCome += calls.Length;
        _world.After(_random.Next(3) == 0 ? 0 : _random.Next(BusyMs / 2), () => Send(caller, calls));
    }

    private void Send(StoryCaller caller, StoryCall[] calls)
    {
        caller.CallsToCome -= calls.Length;
        if (!caller.FarEnd.Socket.IsClosed)
            caller.Send(calls, _random);
    }

    /// <summary>A last request that ends in the middle, and the caller's stream with it.</summary>
    private void SendCut(StoryCaller caller, StoryCall cut)
    {
        caller.CallsToCome--;
        if (caller.FarEnd.Socket.IsClosed)
            return;
        caller.LeavesEarly = true;
        caller.Send([cut], _random);
        caller.FarEnd.EndSending();
    }

    /// <summary>Many small calls at once, half of them with a timeout that is one round of the timer wheel longer.</summary>
    private StoryCall[] DrawBurst() => [.. Enumerable.Range(0, _random.Next(20, 120)).Select(i => NewCall(StorySetting.SmfRoutes[i % 2], requestBytes: 4, replyBytes: 4, isCut: false))];

    private StoryCall DrawCall(bool isSmf, bool isCut)
    {
        if (!isSmf && _setting.HasLenient && _random.Next(3) == 0)
            return NewCall(StorySetting.LenientRoutes[0], _random.Next(2000), replyBytes: 0, isCut);
        StoryRoute[] routes = isSmf ? StorySetting.SmfRoutes : StorySetting.FrameRoutes;
        return NewCall(routes[_random.Next(routes.Length)], DrawBytes(), DrawBytes(), isCut);
    }

    private StoryCall NewCall(StoryRoute route, int requestBytes, int replyBytes, bool isCut)
    {
        var call = new StoryCall
        {
            Number = _story.Calls.Count, Route = route.Name, RequestType = route.RequestType, ReplyType = route.ReplyType, IsEchoed = route.Backend == "lenient",
            RequestBytes = requestBytes, ReplyBytes = replyBytes, IsCut = isCut,
        };
        _story.Calls.Add(call);
        return call;
    }

    private int DrawBytes() => _random.Next(8) switch { 0 => _random.Next(60_000), 1 => _random.Next(6000), 2 => 2000 + _random.Next(-40, 40), _ => _random.Next(200) };

    private void PlanMood(StoryCaller caller)
    {
        switch (_random.Next(4))
        {
            case 0:
                caller.LeavesEarly = true;
                _world.After(_random.Next(BusyMs / 2), caller.FarEnd.Close);
                break;
            case 1:
                caller.LeavesEarly = true;
                _world.After(_random.Next(BusyMs / 2), caller.FarEnd.Reset);
                break;
            default:
                _world.After(_random.Next(BusyMs / 2), () =>
                {
                    caller.StopReading();
                    _world.After(_random.Next(1500), caller.FarEnd.Resume);
                });
                break;
        }
    }

    private void PlanHappenings()
    {
        for (int i = _random.Next(5); i > 0; i--)
            _world.After(_random.Next(BusyMs), Publish);
        for (int i = _random.Next(4); i > 0; i--)
            _world.After(_random.Next(BusyMs), () => _gateway.Workers[_random.Next(_gateway.Workers.Count)].StandStill(_random.Next(5, 400)));
        for (int i = _random.Next(3); i > 0; i--)
            PlanShortage();
        if (_isFair)
            return;
        for (int i = _random.Next(4); i > 0; i--)
            _world.After(_random.Next(BusyMs), Trouble);
        if (_random.Next(3) == 0)
            _world.After(_random.Next(BusyMs / 2, BusyMs), BeginDrain);
    }

    private void Publish()
    {
        _setting.Change();
        _gateway.Publish(_setting.Snapshot());
    }

    private void PlanShortage()
    {
        Scarce scarce = _isFair ? Scarce.Pipes : (Scarce)_random.Next(4);
        _memoryWasScarce |= scarce == Scarce.Memory;
        _world.After(_random.Next(BusyMs), () => new Shortage(_gateway).Begin(scarce, _random.Next(20, 1200)));
    }

    private void Trouble()
    {
        StoryServer server = _servers[_random.Next(_servers.Count)];
        if (_random.Next(2) == 0)
        {
            server.Mood = (Mood)_random.Next(5);
            Events.Note("server {0} is {2} from now on", server.Index, name: server.Mood.ToString());
            return;
        }
        Events.Note("server {0} goes down", server.Index);
        server.GoDown(_random);
        _world.After(_random.Next(1000), server.ComeBack);
    }

    private void RunUntilSettled()
    {
        long endMs = _world.Time.NowMs + BusyMs + (20 * _setting.LongestWaitMs);
        _gateway.RunFor(BusyMs);
        while (!_callers.TrueForAll(caller => caller.IsSettled))
        {
            AssertNobodyWaitsTooLong();
            Must.Hold(_world.Time.NowMs < endMs, $"the story has no end:\n{string.Join('\n', _callers)}");
            _gateway.RunFor(100);
        }
    }

    private void AssertNobodyWaitsTooLong()
    {
        foreach (StoryCaller caller in _callers)
        {
            caller.Look(_world.Time.NowMs);
            long waitedMs = _world.Time.NowMs - caller.MovedMs;
            Must.Hold(!caller.IsWaiting || waitedMs < _setting.LongestWaitMs + SlackMs, $"nothing has moved for {waitedMs} ms: {caller}");
        }
    }

    private void BeginDrain()
    {
        _drainsSinceMs = _world.Time.NowMs;
        _ = _gateway.Drain();
    }

    /// <summary>Callers who are done and stay are sent away; who does not go is cut off when the time for it is over.</summary>
    private void EndServing()
    {
        AssertRetiredServersAreLeft();
        AssertNoExclusiveConnectionIsKept();
        if (_drainsSinceMs == long.MaxValue)
            BeginDrain();
        bool hasDrained = _gateway.RunUntil(Math.Max(_world.Time.NowMs, _drainsSinceMs + DrainMsMax), () => _gateway.Callers == 0 && _callers.TrueForAll(caller => caller.FarEnd.IsOver));
        Must.Hold(hasDrained || !_isFair, $"callers who are done do not leave:\n{string.Join('\n', _callers)}");
        _gateway.Abort();
        _gateway.RunFor(2000);
        Must.Hold(_gateway.Callers == 0, "callers are left who were cut off");
    }

    /// <summary>A server that has left the snapshot has no calls any more, and keeps no connection that waits for one.</summary>
    private void AssertRetiredServersAreLeft()
    {
        // Unreachable ones are tried until they are back.
        foreach (StoryServer server in _servers)
        {
            server.ComeBack();
            server.Listening.ConnectDelayMs = 0;
        }
        _gateway.RunFor(_setting.LongestWaitMs + SlackMs);
        Address[] known = [.. _setting.Options.Backends.SelectMany(backend => backend.Servers).Select(server => server.Address)];
        foreach (StoryServer server in _servers)
            Must.Hold(known.Contains(server.Address) || server.OpenConnections == 0, $"server {server.Index} left the snapshot, and {server.OpenConnections} connections are kept to it");
    }

    /// <summary>All calls are over, so that each exclusive connection is idle, and an idle one is closed after a minute.</summary>
    private void AssertNoExclusiveConnectionIsKept()
    {
        // The last attempt to reach one that was away is so long ago at most.
        _gateway.RunFor(60_000 + (2 * Reachability.BackOffMsMax));
        foreach (Server server in _gateway.Contexts.SelectMany(context => context.Backends).SelectMany(backend => backend.Servers))
        {
            int kept = server.Statistics.ExclusiveConnections - server.Reach.Attempts;
            Must.Hold(kept <= 0, $"{kept} exclusive connections to {server.Address} are kept without a call");
        }
    }

    private void AssertAnswers()
    {
        foreach (StoryCaller caller in _callers)
        {
            caller.AssertNotDeceived(_memoryWasScarce);
            Must.Hold(!_isFair || caller.Unanswered == 0, $"a call was lost: {caller}");
            caller.FarEnd.Close();
        }
        if (_isFair)
            Must.Hold(_story.Calls.TrueForAll(call => call.IsAnswered), $"a call was refused, and nothing was wrong with it: {_story.Calls.Find(call => !call.IsAnswered)}");
    }

    /// <summary>Only now calls end that a server never answered: they keep their sessions as long as the connection lives.</summary>
    private void EndServers()
    {
        _gateway.RunFor(3000);
        foreach (FrameStoryServer server in FrameServers)
            server.AssertNotDeceived(_memoryWasScarce);
        foreach (StoryServer server in _servers)
            server.CloseAll();
        foreach (LenientFrameConnection connection in _lenient.SelectMany(server => server.Connections))
            connection.Close();
        _gateway.RunFor(80_000);
    }
}
