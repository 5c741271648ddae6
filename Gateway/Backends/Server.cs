using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Proxy.Frames;
using FrameRpc.Gateway.Proxy.Smf;
using FrameRpc.Gateway.Routing;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Workers;

namespace FrameRpc.Gateway.Backends;

/// <summary>One server of a backend, as one worker sees it: its lanes, its load, and whether it could be reached lately.</summary>
internal sealed class Server(Backend backend, ServerOptions options, int position, EventLoop loop)
{
    /// <summary>Long enough to keep lanes through a lull, short enough that servers are not left with yesterday's connections.</summary>
    public const int IdleLaneMs = 60_000;

    /// <summary>After a failure a server is left alone for this long, and for twice as long after each further one.</summary>
    private const int BackOffMsMin = 100, BackOffMsMax = 5_000;

    private readonly List<Lane> _idle = [];
    private readonly List<SmfLane> _shared = [];
    private long _downUntilMs;
    private int _backOffMs;

    public Backend Backend => backend;

    /// <summary>Its place in the backend's list.</summary>
    public int Position => position;

    public Address Address => options.Address;

    public int Weight => options.Weight;

    /// <summary>Calls of this worker that this server has not answered yet: what balancing compares.</summary>
    public int CallsInFlight { get; set; }

    /// <summary>Exclusive lanes, busy, idle and being connected.</summary>
    public int ExclusiveLanes { get; private set; }

    /// <summary>Shared lanes, being connected, in use, and retired with calls still in flight.</summary>
    public int SharedLanes { get; private set; }

    /// <summary>Connections begun, whether they could be made or not.</summary>
    public long LanesOpened { get; private set; }

    /// <summary>Connections that could not be made.</summary>
    public long ConnectsFailed { get; private set; }

    /// <summary>Replies under a session that no call had: each retires its lane.</summary>
    public long UnknownSessions { get; private set; }

    /// <summary>Exclusive lanes that wait for a call.</summary>
    public int IdleLanes => _idle.Count;

    /// <summary>The last attempt to connect failed. Unlike <see cref="IsUp"/> this needs no clock, and so holds for those who look on while the loop sleeps.</summary>
    public bool IsUnreachable => _backOffMs != 0;

    public bool IsUp => loop.NowMs >= _downUntilMs;

    public bool HasExclusiveRoom => _idle.Count > 0 || ExclusiveLanes < backend.Lanes.Exclusive;

    /// <summary>A shared lane that takes another call, or null when all there may be are full.</summary>
    public SmfLane? SharedLane()
    {
        foreach (SmfLane lane in _shared)
        {
            if (lane.TakesCalls)
                return lane;
        }
        if (SharedLanes >= backend.Lanes.Shared)
            return null;
        var opened = new SmfLane(loop, OpenSocket(), this, isExclusive: false);
        _shared.Add(opened);
        SharedLanes++;
        return opened;
    }

    public void ForgetShared(SmfLane lane) => _shared.Remove(lane);

    /// <summary>Serves the request with an idle lane, or begins to connect one for it.</summary>
    public void Serve(LaneRequest request)
    {
        if (_idle.Count > 0)
        {
            Lane lane = _idle[^1];
            _idle.RemoveAt(_idle.Count - 1);
            lane.EndIdle();
            request.OnLane(lane);
            return;
        }
        Lane opened = backend.Protocol == WireProtocol.Smf
            ? new SmfLane(loop, OpenSocket(), this, isExclusive: true)
            : new FrameLane(loop, OpenSocket(), this);
        ExclusiveLanes++;
        opened.ConnectingFor = request;
        request.Connecting = opened;
    }

    /// <summary>An exclusive lane has done its call and is fit for another.</summary>
    public void GiveBack(Lane lane)
    {
        _idle.Add(lane);
        lane.BeginIdle();
        backend.ServeWaiting();
    }

    public void TakeFromPool(Lane lane) => _idle.Remove(lane);

    public void OnLaneConnected(Lane lane)
    {
        LaneRequest? request = lane.ConnectingFor;
        lane.ConnectingFor = null;
        if (request is null)
        {
            GiveBack(lane);
            return;
        }
        request.Connecting = null;
        request.OnLane(lane);
    }

    public void OnLaneNotConnected(Lane lane, Refusal why)
    {
        LaneRequest? request = lane.ConnectingFor;
        lane.ConnectingFor = null;
        if (request is null)
            return;
        request.Connecting = null;
        backend.PassOver(request, why);
    }

    public void OnLaneClosed(Lane lane)
    {
        if (!lane.IsExclusive)
        {
            SharedLanes--;
            return;
        }
        ExclusiveLanes--;
        _idle.Remove(lane);
        backend.ServeWaiting();
    }

    /// <summary>A lane ended with so many calls whose callers wait for their replies.</summary>
    public void NoteLost(int calls) => backend.LogLost(Address, calls);

    /// <param name="route">Whose call it answers.</param>
    /// <param name="why">What is wrong with it.</param>
    public void NoteBadReply(Route route, string why)
    {
        loop.Counters.BadReplies++;
        backend.LogBadReply(Address, route, why);
    }

    /// <summary>A reply came under a session that no call has.</summary>
    /// <param name="lastRoute">Of the last call that had it on that lane; null where it was never used.</param>
    public void NoteUnknownSession(Route? lastRoute)
    {
        UnknownSessions++;
        backend.LogUnknownSession(Address, lastRoute?.Name ?? "none");
    }

    public void NoteReached()
    {
        if (_backOffMs != 0)
            backend.LogReached(Address);
        _backOffMs = 0;
    }

    /// <summary>A connection could not be made, by the server's fault or for want of something here.</summary>
    /// <returns>What a call is told that needed it and finds no other.</returns>
    public Refusal NoteNotConnected(int error)
    {
        if (LocalShortage.Is(error))
        {
            loop.NoteConnectExhausted(error);
            return Refusal.Exhausted;
        }
        NoteUnreachable(error);
        return Refusal.NoServer;
    }

    public void NoteUnreachable(int error)
    {
        ConnectsFailed++;
        // Attempts that were made together fail together, and are one failure.
        if (!IsUp)
            return;
        bool wasUp = _backOffMs == 0;
        _backOffMs = _backOffMs == 0 ? BackOffMsMin : Math.Min(_backOffMs * 2, BackOffMsMax);
        _downUntilMs = loop.NowMs + _backOffMs;
        if (wasUp)
            backend.LogUnreachable(Address, Libc.Describe(error), _backOffMs);
    }

    /// <summary>Idle lanes take leave; busy ones do when their call is over.</summary>
    public void Drain()
    {
        foreach (Lane lane in _idle.ToArray())
            lane.Leave();
        foreach (SmfLane lane in _shared.ToArray())
            lane.Retire();
    }

    /// <summary>An embedded server lives in this worker, at the other end of a socket pair.</summary>
    private ISocket OpenSocket()
    {
        LanesOpened++;
        if (Address is not DemoAddress)
            return loop.Network.Connect(Address);
        (ISocket near, ISocket far) = loop.Network.ConnectPair();
        Demo.DemoServer.Serve(loop, far, backend.Protocol);
        return near;
    }
}
