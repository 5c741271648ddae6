using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Routing;
using FrameRpc.Gateway.Sockets;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Backends;

/// <summary>One backend, as one worker sees it: finds connections for calls and queues those that have to wait for one.</summary>
/// <remarks>
/// Calls wait for any connection, not for one that is being established for them: the first one that is free, wherever it is, serves the first call.
/// So a server that does not answer delays nobody while another one does. Everything that can give a waiting call a connection ends in <see
/// cref="ServeWaiting"/>.
/// </remarks>
internal sealed partial class Backend
{
    private readonly Loop _loop;
    private readonly ILogger _log;
    private readonly Action<ServerEvent> _report;
    private readonly ConnectionQueue _waiting = new();
    private readonly LatencyShares _latencyShares;
    /// <summary>Those of the snapshot, followed by those that left it while their connections carry calls.</summary>
    private readonly List<Server> _known = [];
    private BackendSpec _spec;
    private Server[] _servers = [];
    private ServerPicker _picker;
    /// <summary>Exclusive connections that are being established, and may be soon.</summary>
    private int _attempts;
    private bool _usesEjected;
    private bool _isServing;
    private bool _isDraining;

    /// <param name="worker">The worker's number.</param>
    /// <param name="report">Receives changes of its servers' health.</param>
    public Backend(BackendSpec spec, IServerFormat format, Loop loop, ILogger log, int worker = 0, Action<ServerEvent>? report = null)
    {
        Format = format;
        Name = spec.Name;
        WorkerNumber = worker;
        Statistics = new BackendStatistics(spec.Name);
        _spec = spec;
        _loop = loop;
        _log = log;
        _report = report ?? (static _ => { });
        _latencyShares = new LatencyShares(loop);
        _picker = PickerFor(spec.Options.Balancing);
        Apply(spec);
    }

    public string Name { get; }

    public Loop Loop => _loop;

    public int WorkerNumber { get; }

    public IServerFormat Format { get; }

    /// <summary>smf replies up to this size are forwarded whole.</summary>
    public int SharedBodyMax => _spec.SharedBodyMax;

    /// <summary>For other threads to read.</summary>
    public BackendStatistics Statistics { get; }

    /// <summary>The wire format of its servers.</summary>
    public WireFormat Protocol => Options.Protocol;

    /// <summary>Its frame servers read an octets request to the end, or close the connection, whatever the handler does.</summary>
    public bool DrainsOctets => Options.DrainsOctets;

    /// <summary>How many connections this worker may have to each server.</summary>
    public ConnectionLimits Connections => Options.ConnectionLimits;

    public int CallsPerConnectionMax => Options.CallsPerConnectionMax;

    public long ConnectTimeoutMs => (long)Options.ConnectTimeout.TotalMilliseconds;

    public int IdleTimeoutMs => (int)Options.IdleTimeout.TotalMilliseconds;

    public EjectOptions Ejection => Options.Eject;

    public Balancing Balancing => Options.Balancing;

    /// <summary>Whether payloads of its smf servers are FlatBuffers tables, or any bytes.</summary>
    public PayloadKind Payload => Options.Payload;

    /// <summary>Whether compressed smf requests are passed on or refused.</summary>
    public CompressedRequests CompressedRequests => Options.Compression;

    /// <summary>Those of the snapshot, in its order.</summary>
    public IReadOnlyList<Server> Servers => _servers;

    /// <summary>Calls that wait for an exclusive connection.</summary>
    public int CallsWaiting => _waiting.Count;

    /// <summary>Fewer connections are being established than calls wait for one, not counting those that take long.</summary>
    public bool LacksAttempts => _attempts < _waiting.Count;

    /// <summary>Whether calls wait for an exclusive connection, so that callers which hold one and stand still must be closed.</summary>
    public bool HasWaiting => _waiting.Count > 0;

    /// <summary>It has left the snapshot: its calls are still served, but no connection is kept.</summary>
    public bool IsRetired { get; private set; }

    /// <summary>It has left the snapshot, and nothing of it remains.</summary>
    public bool IsGone => IsRetired && _waiting.Count == 0 && _known.TrueForAll(server => !server.HasConnections);

    /// <summary>Why a call was not served that waited until its time was up: for the reason given, unless there was a local shortage.</summary>
    public RejectReason WaitReason(RejectReason why) => IsShort ? RejectReason.Exhausted : why;

    /// <summary>Whether the backend counts this smf status, or Error of a frame reply, as a fault of the server.</summary>
    public bool IsFault(uint code) => Options.FaultCodes.Contains(code);

    /// <summary>Whether calls may be sent to the server: it is in service, or so many are ejected that all are used.</summary>
    public bool IsUsable(Server server) => _usesEjected ? server.IsUpByCheck : server.IsInService;

    /// <summary>Whether a small call has another choice than to wait until a local shortage is over.</summary>
    public bool HasSharedRoom => _picker.Pick(_servers, ServerNeed.Shared, key: 0) is not null;

    /// <summary>Whether another server than this one can take calls.</summary>
    public bool HasOtherInService(Server server) =>
        Array.Exists(_servers, other => other != server && IsUsable(other) && !other.Reach.IsUnreachable);

    /// <summary>
    /// Adopts the policies and servers of a snapshot. A server is identified by its address: it keeps its connections and counters wherever it is in
    /// the list. Servers that have left get no new calls.
    /// </summary>
    public void Apply(BackendSpec spec)
    {
        if (spec.Options.Balancing != Options.Balancing)
            _picker = PickerFor(spec.Options.Balancing);
        _spec = spec;
        IsRetired = false;
        Server[] before = _servers;
        // The picker keeps what it has computed of an array.
        bool areSame = before.Length == spec.Servers.Count
            && before.Zip(spec.Servers).All(pair => pair.First.Address == pair.Second.Address && pair.First.Weight == pair.Second.Weight);
        Server[] after = [.. spec.Servers.Select(server => FindOrAdd(server, isNew: before.Length > 0))];
        if (!areSame)
            _servers = after;
        foreach (Server left in before.Except(_servers))
            left.Retire();
        OnServerGone();
        CountEjected();
        if (_isDraining)
            Drain();
        ServeWaiting();
    }

    /// <summary>Called when the snapshot no longer contains it.</summary>
    public void Retire()
    {
        IsRetired = true;
        foreach (Server server in _servers)
            server.Retire();
    }

    /// <summary>A shared connection for one more small call; null if no server can be used, or all connections are full.</summary>
    /// <param name="key">Of the caller, for balancing that keeps callers with their servers.</param>
    public ServerConnection? SharedConnection(uint key, out RejectReason why)
    {
        _latencyShares.Update(_servers);
        Server? server = ServerOnTrial(ServerNeed.Shared)
            ?? _picker.Pick(_servers, ServerNeed.Shared, key) ?? _picker.Pick(_servers, ServerNeed.Short, key);
        if (server is { HasEstablished: false })
        {
            // Its connection is established meanwhile, and no call waits for that which another server can take.
            server.PrepareShared();
            server = _picker.Pick(_servers, ServerNeed.Established, key) ?? server;
        }
        ServerConnection? connection = server?.SharedConnection();
        why = connection is null ? ReasonForNone : default;
        return connection;
    }

    /// <summary>Finds an exclusive connection. The request is called back now or later, exactly once, unless it is cancelled before.</summary>
    public void Acquire(ConnectionRequest request)
    {
        _latencyShares.Update(_servers);
        if (_waiting.Count == 0 && TryServe(request))
            return;
        Wait(request);
        ServeWaiting();
        // Those that a connection is being established for do not count as waiting.
        if (!request.IsQueued || _waiting.Count - _attempts <= Options.CallsWaitingMax)
            return;
        StopWaiting(request);
        LogQueueFull(_log, Name, _waiting.Count);
        request.OnNoConnection(RejectReason.TooMany);
    }

    /// <summary>The request no longer needs a connection.</summary>
    public void Cancel(ConnectionRequest request) => StopWaiting(request);

    /// <summary>
    /// Called when a connection, or room for one, has become free, or a server has changed: serves waiting calls, has connections established for the
    /// rest, and refuses them if none can come.
    /// </summary>
    public void ServeWaiting()
    {
        // Serving may close connections, which ends here again.
        if (_isServing || _waiting.Count == 0)
            return;
        _isServing = true;
        while (_waiting.First is { } first && TryServe(first))
        {
        }
        OpenForWaiting();
        while (_waiting.First is { } hopeless && !AnyConnectionMayCome)
        {
            StopWaiting(hopeless);
            hopeless.OnNoConnection(RejectReason.NoServer);
        }
        _isServing = false;
    }

    /// <summary>No new calls come: connections close with those that they carry, and unreachable servers are not tried again.</summary>
    public void Drain()
    {
        _isDraining = true;
        foreach (Server server in _known)
        {
            server.Stop();
            server.Drain();
        }
    }

    /// <summary>The next attempt to reach an unreachable server is due.</summary>
    internal void Probe(Server server)
    {
        if (server.IsRetired || IsRetired)
            return;
        ServeWaiting();
        if (server.Reach.Attempts > 0)
            return;
        if (Protocol.SharesConnections && server.MayOpenShared)
            server.OpenShared();
        else if (server.MayOpenExclusive)
            server.Connect(isExclusive: true);
    }

    internal void OnAttemptBegun(bool isExclusive) => _attempts += isExclusive ? 1 : 0;

    internal void OnAttemptEnded(bool isExclusive) => _attempts -= isExclusive ? 1 : 0;

    /// <summary>Called when the last connection of a server that has left the snapshot has closed.</summary>
    internal void OnServerGone()
    {
        _known.RemoveAll(server => server.IsRetired && !server.HasConnections && !_servers.Contains(server));
        Statistics.Publish([.. _known.Select(server => server.Statistics)]);
    }

    internal void ReportReached(Server server)
    {
        Report(server, ServerEventKind.Reached, level: 0, "a connection was established");
        OnHealthChanged();
    }

    internal void ReportUnreachable(Server server, int error)
    {
        Report(server, ServerEventKind.Unreachable, level: 0, Libc.Describe(error));
        OnHealthChanged();
    }

    internal void ReportEjected(Server server, int level, string evidence)
    {
        Report(server, ServerEventKind.Ejected, level, evidence);
        OnHealthChanged();
    }

    internal void ReportRecovered(Server server)
    {
        Report(server, ServerEventKind.Recovered, level: 0, "a call was answered well");
        OnHealthChanged();
    }

    internal void LogLost(Address address, int calls) => LogLost(_log, Name, address, calls);

    internal void LogBadReply(Address address, Route route, string why) => LogBadReply(_log, Name, address, route.Name, why);

    internal void LogUnknownSession(Address address, string route) => LogUnknownSession(_log, Name, address, route);

    private BackendOptions Options => _spec.Options;

    private RejectReason ReasonForNone =>
        IsShort ? RejectReason.Exhausted : AnyServerReachable ? RejectReason.TooMany : RejectReason.NoServer;

    private bool IsShort => Array.Exists(_servers, server => server.Reach.IsShort);

    private bool AnyServerReachable => Array.Exists(_servers, server => IsUsable(server) && !server.Reach.IsUnreachable);

    /// <summary>A connection that is busy, resting or being established may still serve a waiting call; or one may be opened.</summary>
    private bool AnyConnectionMayCome
    {
        get
        {
            foreach (Server server in _servers)
            {
                if (IsUsable(server) && (server.Statistics.ExclusiveConnections > 0 || server.MayOpenExclusive || server.Reach.IsShort))
                    return true;
            }
            return false;
        }
    }

    private Server FindOrAdd(ServerSpec spec, bool isNew)
    {
        if (_known.Find(server => server.Address == spec.Address) is { } known)
        {
            known.Apply(spec);
            return known;
        }
        var added = new Server(this, spec, FreeSlot(), _loop);
        if (isNew)
            added.BeginSlowStart();
        _known.Add(added);
        return added;
    }

    private int FreeSlot()
    {
        int slot = 0;
        while (_known.Exists(server => server.Statistics.Slot == slot))
            slot++;
        return slot;
    }

    private ServerPicker PickerFor(Balancing balancing) => balancing switch
    {
        Balancing.RoundRobin => new RoundRobinPicker(),
        Balancing.PeakEwma => new PeakEwmaPicker(_loop.Random),
        Balancing.Hash => new HashPicker(),
        _ => new LeastCallsPicker(_loop.Random),
    };

    private void Wait(ConnectionRequest request)
    {
        _waiting.Add(request);
        Statistics.CallsWaiting = _waiting.Count;
    }

    private void StopWaiting(ConnectionRequest request)
    {
        _waiting.Remove(request);
        Statistics.CallsWaiting = _waiting.Count;
    }

    /// <summary>Serves the request with an idle connection; false if there is none.</summary>
    private bool TryServe(ConnectionRequest request)
    {
        Server? server = ServerOnTrial(ServerNeed.Exclusive) ?? _picker.Pick(_servers, ServerNeed.Exclusive, request.Key);
        if (server is { HasIdleConnection: false })
        {
            if (_picker.Pick(_servers, ServerNeed.Idle, request.Key) is not { } other)
                return false;
            // It is this server's turn: it gets a connection for the next time.
            if (server.Reach.Attempts == 0)
                server.Connect(isExclusive: true);
            server = other;
        }
        if (server?.TakeIdle() is not { } connection)
            return false;
        StopWaiting(request);
        request.OnConnection(connection);
        return true;
    }

    private void OpenForWaiting()
    {
        while (LacksAttempts && _picker.Pick(_servers, ServerNeed.Opening, _waiting.First!.Key) is { } server)
            server.Connect(isExclusive: true);
    }

    /// <summary>A server whose ejection has ended gets the next call, to find out whether it is well again.</summary>
    private Server? ServerOnTrial(ServerNeed need)
    {
        if (Statistics.Ejected == 0)
            return null;
        foreach (Server server in _servers)
        {
            if (server.AwaitsTrial && (need == ServerNeed.Shared ? server.HasSharedRoom : server.HasExclusiveRoom))
                return server;
        }
        return null;
    }

    private void Report(Server server, ServerEventKind kind, int level, string evidence) =>
        _report(new ServerEvent(Name, server.Address, WorkerNumber, kind, level, evidence));

    private void OnHealthChanged()
    {
        CountEjected();
        foreach (Server server in _servers)
            server.Reach.Reschedule(HasOtherInService(server));
        ServeWaiting();
    }

    /// <summary>Beyond <see cref="EjectOptions.EjectedPercentMax"/> all servers are used: what is wrong with them may not be theirs, and few cannot serve all.</summary>
    private void CountEjected()
    {
        int ejected = _servers.Count(server => server.IsEjected);
        _usesEjected = ejected * 100 > Options.Eject.EjectedPercentMax * _servers.Length;
        Statistics.Ejected = ejected;
        Statistics.UsesEjected = _usesEjected;
    }
}
