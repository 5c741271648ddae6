using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Routing;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Backends;

/// <summary>One server of a backend, as one worker sees it: its connections, its load, and whether it can be reached and serves well.</summary>
internal sealed class Server
{
    /// <summary>See <see cref="NoteReply"/>.</summary>
    public const long Unmeasured = -1;

    private readonly Loop _loop;
    private readonly ExclusiveConnections _exclusive;
    private readonly SharedConnections _shared;
    private readonly Breaker _breaker;
    private readonly BreakerTimer _breakerTimer;
    private ServerSpec _spec;
    /// <summary>The last ejection by any worker that was adopted here.</summary>
    private long _ejectionSeen;

    public Server(Backend backend, ServerSpec spec, int slot, Loop loop)
    {
        Backend = backend;
        _spec = spec;
        _loop = loop;
        Statistics = new ServerStatistics(spec.Address.ToString(), slot);
        Reach = new Reachability(loop, () => backend.Probe(this));
        _breaker = new Breaker(loop.Random);
        _breakerTimer = new BreakerTimer(_breaker, loop, backend.ServeWaiting);
        _exclusive = new ExclusiveConnections(Statistics);
        _shared = new SharedConnections(this, loop);
        _breaker.Apply(backend.Ejection);
    }

    public Backend Backend { get; }

    /// <summary>Identifies the server within its backend.</summary>
    public Address Address => _spec.Address;

    public int Weight => _spec.Weight;

    /// <summary>For other threads to read.</summary>
    public ServerStatistics Statistics { get; }

    public Reachability Reach { get; }

    public ServerPulse Pulse { get; } = new();

    /// <summary>Whether its exclusive connections can carry calls back to back.</summary>
    public ReusePolicy Reuse { get; } = new();

    /// <summary>This worker's calls that the server has not answered yet.</summary>
    public int CallsInFlight => Statistics.CallsInFlight;

    /// <summary>Its credits in weighted round robin, one for each <see cref="ServerNeed"/>; see <see cref="RoundRobinPicker"/>.</summary>
    public double[] Credits { get; } = new double[ServerPicker.Needs];

    /// <summary>From 0 to 1: less for a server that is much slower than its peers. See <see cref="LatencyShares"/>.</summary>
    public double LatencyShare { get; set; } = 1;

    /// <summary>Of the last second, in microseconds; 0 if there were too few replies. For <see cref="LatencyShares"/>.</summary>
    public long MeanLatencyUs { get; set; }

    /// <summary>The server or its backend has left the snapshot: connections end with the calls that they carry.</summary>
    public bool IsRetired { get; private set; }

    /// <summary>It is healthy by the checks, and it is not ejected, or this call is to find out whether it is well again.</summary>
    public bool IsInService => IsUpByCheck && _breaker.Admits(_loop.NowMs);

    /// <summary>Not found down by the check of its backend.</summary>
    public bool IsUpByCheck => _spec.Health != ServerHealth.Down;

    /// <summary>It is ejected, or its ejection has ended and a call has to find out whether it is well again.</summary>
    public bool IsEjected => _breaker.State != BreakerState.Closed;

    /// <summary>A call should find out whether it is well again.</summary>
    public bool AwaitsTrial => _breaker.State != BreakerState.Closed && IsInService;

    public bool HasConnections => Statistics.SharedConnections + Statistics.ExclusiveConnections > 0;

    public bool HasIdleConnection => _exclusive.HasReady;

    /// <summary>An exclusive connection is idle, or may be opened.</summary>
    public bool HasExclusiveRoom => _exclusive.HasReady || MayOpenExclusive;

    public bool MayOpenExclusive => Reach.MayAttempt && Statistics.ExclusiveConnections < ExclusiveMax;

    /// <summary>A shared connection takes calls, or may be opened.</summary>
    public bool HasSharedRoom => Reach.IsShort ? _shared.HasEstablished : _shared.HasConnection || MayOpenShared;

    /// <summary>A shared connection is being established, in spite of a local shortage.</summary>
    public bool HasShortConnection => Reach.IsShort && _shared.HasConnection;

    /// <summary>A shared connection is established and takes calls.</summary>
    public bool HasEstablished => _shared.HasEstablished;

    public bool MayOpenShared => Reach.MayAttempt && Statistics.SharedConnections < Backend.Connections.SharedMax
        && Statistics.SharedConnections + Statistics.ExclusiveConnections < Backend.Connections.Total;

    /// <summary>One connection at least is left for small calls.</summary>
    private int ExclusiveMax => Math.Min(
        Backend.Connections.ExclusiveMax,
        Backend.Connections.Total - (Backend.Connections.SharedMax > 0 ? Math.Max(1, Statistics.SharedConnections) : 0));

    /// <summary>Its share of the calls: its weight, reduced while it warms up or is much slower than its peers.</summary>
    public double Share => Weight * LatencyShare * _breaker.Warmth(_loop.NowMs);

    /// <summary>What balancing compares: calls in flight, those that are about to be, and what makes further calls unwise.</summary>
    public double Load => CallsInFlight + Reach.Attempts + Trouble;

    /// <summary>What makes calls to it unwise, as a number of calls: recent faults, and no replies.</summary>
    public double Trouble
    {
        get
        {
            // A call that finds out whether the server is well again has to be sent some time.
            double trouble = _breaker.State == BreakerState.Closed ? Pulse.PenaltyAt(_loop.NowMs) : 0;
            return Pulse.StandsStill(CallsInFlight, _loop.PreviousNowUs) ? trouble + StandstillCalls : trouble;
        }
    }

    /// <summary>A server that answers nothing any more gets no further calls while others have fewer than this in flight.</summary>
    private const int StandstillCalls = 64;

    /// <summary>Adopts what the snapshot says of it. A server that had left is in use again.</summary>
    public void Apply(ServerSpec next)
    {
        ServerSpec before = _spec;
        _spec = next;
        if (IsRetired || (before.Health == ServerHealth.Down && next.Health != ServerHealth.Down))
            _breaker.Warm(_loop.NowMs);
        IsRetired = false;
        Reach.Resume();
        _breaker.Apply(Backend.Ejection);
        if (next.Ejection is { } ejection && ejection.Number > _ejectionSeen)
        {
            _ejectionSeen = ejection.Number;
            if (ejection.Worker != Backend.WorkerNumber)
                _breaker.Adopt(ejection.Level, _loop.NowMs);
        }
        else if (next.Ejection is null && before.Ejection is not null)
        {
            _breaker.Reset(_loop.NowMs);
        }
        _breakerTimer.Set();
        PublishState();
    }

    /// <summary>It joined a backend that was serving already.</summary>
    public void BeginSlowStart() => _breaker.Warm(_loop.NowMs);

    /// <summary>Its connections close instead of being kept for further calls.</summary>
    public void Retire()
    {
        IsRetired = true;
        Stop();
        Drain();
    }

    /// <summary>Begins nothing by itself any more.</summary>
    public void Stop()
    {
        Reach.Stop();
        _breakerTimer.Stop();
    }

    /// <summary>Closes idle connections now, and busy ones when their call is over.</summary>
    public void Drain()
    {
        _exclusive.Drain();
        _shared.Drain();
    }

    /// <inheritdoc cref="SharedConnections.Find"/>
    public ServerConnection? SharedConnection()
    {
        ServerConnection? found = _shared.Find(MayOpenShared);
        if (found is not null && IsEjected)
            BeginTrial();
        return found;
    }

    /// <summary>Has a first connection established, if there is none, while calls go to other servers.</summary>
    public void PrepareShared()
    {
        if (!_shared.HasConnection && MayOpenShared)
            _shared.Open();
    }

    public void OpenShared() => _shared.Open();

    /// <summary>An idle exclusive connection for a call; null if there is none.</summary>
    public ServerConnection? TakeIdle()
    {
        ServerConnection? taken = _exclusive.Take();
        if (taken is not null && IsEjected)
            BeginTrial();
        return taken;
    }

    /// <summary>Starts to establish a connection.</summary>
    public ServerConnection Connect(bool isExclusive)
    {
        ServerConnection opened = Backend.Format.Connect(_loop, OpenSocket(), this, isExclusive);
        if (isExclusive)
            Statistics.ExclusiveConnections++;
        else
            Statistics.SharedConnections++;
        Reach.BeginAttempt();
        Backend.OnAttemptBegun(isExclusive);
        return opened;
    }

    /// <summary>The socket of a new connection. An embedded server runs in this worker, at the other end of a socket pair.</summary>
    public ISocket OpenSocket()
    {
        Statistics.ConnectionsOpened++;
        if (Address is not DemoAddress)
            return _loop.Network.Connect(Address);
        (ISocket near, ISocket far) = _loop.Network.ConnectPair();
        Backend.Format.ServeDemo(_loop, far);
        return near;
    }

    public void ForgetShared(ServerConnection connection) => _shared.Forget(connection);

    /// <summary>Returns an exclusive connection that has completed its call and can carry another.</summary>
    public void GiveBack(ServerConnection connection)
    {
        if (connection.PeerHasEnded)
        {
            connection.Leave();
            return;
        }
        _exclusive.Add(connection);
        if (!IsRetired && Reuse.RestMs > 0 && connection.HasReplied)
        {
            connection.BeginRest(Reuse.RestMs);
            return;
        }
        connection.BeginIdle();
        Backend.ServeWaiting();
        // A backend that has left still serves the calls that wait for it.
        if (IsRetired && _exclusive.Has(connection))
            connection.Leave();
    }

    /// <summary>The connection is still there after its rest.</summary>
    public void OnRested(ServerConnection connection)
    {
        Reuse.NoteRested();
        connection.BeginIdle();
        Backend.ServeWaiting();
    }

    public void TakeFromPool(ServerConnection connection) => _exclusive.Remove(connection);

    /// <param name="isDoubtful">See <see cref="OnAttemptDoubtful"/>.</param>
    public void OnAttemptEnded(ServerConnection connection, bool isDoubtful)
    {
        Reach.EndAttempt();
        if (!isDoubtful)
            Backend.OnAttemptEnded(connection.IsExclusive);
    }

    /// <summary>The attempt goes on, but takes long, or has to wait until a local shortage is over: calls should not count on it.</summary>
    public void OnAttemptDoubtful(ServerConnection connection)
    {
        Backend.OnAttemptEnded(connection.IsExclusive);
        Backend.ServeWaiting();
    }

    public void OnConnected(ServerConnection connection)
    {
        // First, because everything else looks for work that waits.
        if (connection.IsExclusive)
            GiveBack(connection);
        NoteReached();
        Backend.ServeWaiting();
    }

    /// <summary>The connection could not be established.</summary>
    /// <param name="error">The errno.</param>
    /// <returns>The reason for calls that find no other server.</returns>
    public RejectReason OnConnectFailed(int error)
    {
        if (FaultRules.OfConnect(error) == FaultOrigin.Gateway)
            return RejectReason.Exhausted;
        NoteUnreachable(error);
        return RejectReason.NoServer;
    }

    public void NoteUnreachable(int error)
    {
        Statistics.ConnectsFailed++;
        bool wasReachable = Reach.NoteFailed(Backend.HasOtherInService(this));
        PublishState();
        if (wasReachable)
            Backend.ReportUnreachable(this, error);
    }

    public void OnConnectionClosed(ServerConnection connection)
    {
        if (connection.IsExclusive)
        {
            Statistics.ExclusiveConnections--;
            _exclusive.Remove(connection);
        }
        else
        {
            Statistics.SharedConnections--;
            _shared.Forget(connection);
        }
        Backend.ServeWaiting();
        if (IsRetired && !HasConnections)
            Backend.OnServerGone();
    }

    public TurnTaking Turns => _shared.Turns;

    /// <summary>A connection ended while this many callers waited for replies.</summary>
    public void LogLost(int calls) => Backend.LogLost(Address, calls);

    /// <summary>A reply cannot be forwarded.</summary>
    /// <param name="route">The route of the call.</param>
    /// <param name="why">What is wrong with the reply.</param>
    public void NoteBadReply(Route route, string why)
    {
        _loop.Counters.BadReplies++;
        Backend.LogBadReply(Address, route, why);
        NoteFault(ServerFault.BadReply);
    }

    /// <summary>A reply arrived under a session that no call has.</summary>
    /// <param name="lastRoute">The route of the last call with this session on the connection; null if it was never used.</param>
    public void NoteUnknownSession(Route? lastRoute)
    {
        Statistics.UnknownSessions++;
        Backend.LogUnknownSession(Address, lastRoute?.Name ?? "none");
        NoteFault(ServerFault.WrongSession);
    }

    /// <summary>A call was sent, or is about to be.</summary>
    public void OnCallBegun()
    {
        if (Statistics.CallsInFlight++ == 0)
            Pulse.NoteProgress(_loop.NowUs);
    }

    /// <summary>A call is no longer in flight, whatever became of it.</summary>
    public void OnCallEnded() => Statistics.CallsInFlight--;

    /// <summary>A valid reply has arrived.</summary>
    /// <param name="code">The smf status, or the Error of a frame reply.</param>
    /// <param name="tookUs">Since its request was sent, or <see cref="Unmeasured"/> for one whose time says more of its size than of the server.</param>
    public void NoteReply(uint code, long tookUs)
    {
        Pulse.NoteProgress(_loop.NowUs);
        if (tookUs >= 0)
        {
            Pulse.NoteReply(tookUs);
            if (Backend.Balancing == Balancing.PeakEwma)
                Pulse.NotePeak(tookUs, _loop.NowUs);
        }
        if (Backend.IsFault(code))
        {
            NoteFault(ServerFault.Status);
            return;
        }
        Pulse.NoteSuccess();
        if (_breaker.NoteSuccess(_loop.NowMs))
        {
            _breakerTimer.Set();
            PublishState();
            Backend.ReportRecovered(this);
        }
    }

    /// <summary>A fault of the server, by <see cref="FaultRules"/>.</summary>
    public void NoteFault(ServerFault fault)
    {
        Statistics.Faults++;
        bool isEjected = _breaker.NoteFault(fault, _loop.NowMs);
        Pulse.NoteFault(_loop.NowMs, Math.Max(1, _breaker.FaultsInARow));
        if (!isEjected)
            return;
        Statistics.Ejections++;
        _breakerTimer.Set();
        PublishState();
        Backend.ReportEjected(this, _breaker.Level, _breaker.Evidence);
    }

    private void BeginTrial()
    {
        _breaker.BeginTrial(_loop.NowMs);
        _breakerTimer.Set();
    }

    private void NoteReached()
    {
        bool isFirst = Statistics.State == ServerState.Unknown;
        bool isBack = Reach.NoteReached();
        if (isBack)
            _breaker.Warm(_loop.NowMs);
        if (!isFirst && !isBack)
            return;
        PublishState();
        Backend.ReportReached(this);
    }

    private void PublishState() => Statistics.State =
        IsEjected ? ServerState.Ejected
        : Reach.IsUnreachable ? ServerState.Down
        : ServerState.Up;
}
