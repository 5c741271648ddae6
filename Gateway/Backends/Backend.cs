using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Routing;
using FrameRpc.Gateway.Sockets;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Backends;

/// <summary>One backend, as one worker sees it: finds connections for calls and queues those that have to wait for one.</summary>
internal sealed partial class Backend
{
    private readonly Loop _loop;
    private readonly ILogger _log;
    private readonly ConnectionQueue _waiting = new();
    /// <summary>Those of the snapshot, followed by those that left it while their connections carry calls.</summary>
    private readonly List<Server> _known = [];
    private BackendSpec _spec;
    private Server[] _servers = [];
    private ServerPicker _picker;

    public Backend(BackendSpec spec, IServerFormat format, Loop loop, ILogger log)
    {
        Format = format;
        Name = spec.Name;
        Statistics = new BackendStatistics(spec.Name);
        _spec = spec;
        _loop = loop;
        _log = log;
        _picker = PickerFor(spec.Options.Balancing);
        Apply(spec);
    }

    public string Name { get; }

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

    /// <summary>Of exclusive connections without a call.</summary>
    public long IdleTimeoutMs => (long)Options.IdleTimeout.TotalMilliseconds;

    public long ConnectTimeoutMs => (long)Options.ConnectTimeout.TotalMilliseconds;

    /// <summary>Whether payloads of its smf servers are FlatBuffers tables, or any bytes.</summary>
    public PayloadKind Payload => Options.Payload;

    /// <summary>Whether compressed smf requests are passed on or refused.</summary>
    public CompressedRequests CompressedRequests => Options.Compression;

    /// <summary>Those of the snapshot, in its order.</summary>
    public IReadOnlyList<Server> Servers => _servers;

    /// <summary>Calls that wait for an exclusive connection.</summary>
    public int CallsWaiting => _waiting.Count;

    /// <summary>Whether calls wait for an exclusive connection, so that callers which hold one and stand still must be closed.</summary>
    public bool HasWaiting => _waiting.Count > 0;

    /// <summary>It has left the snapshot: its calls are still served, but no connection is kept.</summary>
    public bool IsRetired { get; private set; }

    /// <summary>It has left the snapshot, and nothing of it remains.</summary>
    public bool IsGone => IsRetired && _waiting.Count == 0 && _known.TrueForAll(server => !server.HasConnections);

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
        _servers = [.. spec.Servers.Select(FindOrAdd)];
        foreach (Server left in before.Except(_servers))
            left.Retire();
        OnServerGone();
        ServeWaiting();
    }

    /// <summary>Called when the snapshot no longer contains it.</summary>
    public void Retire()
    {
        IsRetired = true;
        foreach (Server server in _servers)
            server.Retire();
    }

    /// <summary>A shared connection for one more small call; null if no server can be reached or all connections are full.</summary>
    public ServerConnection? SharedConnection(out RejectReason why)
    {
        Server? server = _picker.Pick(_servers, forExclusive: false);
        ServerConnection? connection = server?.SharedConnection();
        why = server is null ? RejectReason.NoServer : RejectReason.TooMany;
        return connection;
    }

    /// <summary>Finds an exclusive connection. The request is called back now or later, exactly once, unless it is cancelled before.</summary>
    public void Acquire(ConnectionRequest request)
    {
        request.ServersTried = 0;
        if (_waiting.Count == 0 && TryServe(request))
            return;
        if (_waiting.Count < Options.CallsWaitingMax)
        {
            Wait(request);
            return;
        }
        LogQueueFull(_log, Name, _waiting.Count);
        request.OnNoConnection(RejectReason.TooMany);
    }

    /// <summary>The request no longer needs a connection. One that is being established for it goes to the pool afterwards.</summary>
    public void Cancel(ConnectionRequest request)
    {
        StopWaiting(request);
        if (request.Connecting is null)
            return;
        request.Connecting.ConnectingFor = null;
        request.Connecting = null;
    }

    /// <summary>The server chosen for the request could not be connected to: tries the next one.</summary>
    /// <param name="why">The reason given to the request if no server is left.</param>
    public void PassOver(ConnectionRequest request, RejectReason why)
    {
        if (++request.ServersTried >= _servers.Length || !AnyServerUp)
        {
            request.OnNoConnection(why);
        }
        else
        {
            _loop.Counters.ServersPassedOver++;
            if (!TryServe(request))
                Wait(request);
        }
        ServeWaiting();
    }

    /// <summary>Called when a connection, or room for one, has become free.</summary>
    public void ServeWaiting()
    {
        while (_waiting.First is { } first)
        {
            StopWaiting(first);
            if (TryServe(first))
                continue;
            _waiting.AddFirst(first);
            Statistics.CallsWaiting = _waiting.Count;
            return;
        }
    }

    public void Drain()
    {
        foreach (Server server in _known)
            server.Drain();
    }

    /// <summary>Called when the last connection of a server that has left the snapshot has closed.</summary>
    internal void OnServerGone()
    {
        _known.RemoveAll(server => server.IsRetired && !server.HasConnections && !_servers.Contains(server));
        Statistics.Publish([.. _known.Select(server => server.Statistics)]);
    }

    private Server FindOrAdd(ServerSpec spec)
    {
        if (_known.Find(server => server.Address == spec.Address) is { } known)
        {
            known.Apply(spec);
            return known;
        }
        var added = new Server(this, spec, FreeSlot(), _loop);
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

    private ServerPicker PickerFor(Balancing balancing) => balancing == Balancing.RoundRobin ? new RoundRobinPicker() : new LeastCallsPicker(_loop.Random);

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

    private BackendOptions Options => _spec.Options;

    private bool AnyServerUp
    {
        get
        {
            foreach (Server server in _servers)
            {
                if (server.IsUp)
                    return true;
            }
            return false;
        }
    }

    /// <summary>False if all servers that are up have as many connections as allowed, so that the request has to wait.</summary>
    private bool TryServe(ConnectionRequest request)
    {
        if (_picker.Pick(_servers, forExclusive: true) is { } server)
        {
            server.Serve(request);
            return true;
        }
        if (AnyServerUp)
            return false;
        request.OnNoConnection(RejectReason.NoServer);
        return true;
    }

    internal void LogReached(Address address) => LogReached(_log, Name, address);

    internal void LogLost(Address address, int calls) => LogLost(_log, Name, address, calls);

    internal void LogBadReply(Address address, Route route, string why) => LogBadReply(_log, Name, address, route.Name, why);

    internal void LogUnknownSession(Address address, string route) => LogUnknownSession(_log, Name, address, route);

    internal void LogUnreachable(Address address, string reason, int backOffMs) => LogUnreachable(_log, Name, address, reason, backOffMs);
}
