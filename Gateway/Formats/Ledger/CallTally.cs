using FrameRpc.Gateway.Backends;

namespace FrameRpc.Gateway.Formats.Ledger;

/// <summary>The labels that the calls of a tally share.</summary>
/// <param name="Listener">The name of their listener.</param>
/// <param name="Route">The route's name; null for all calls without a route.</param>
/// <param name="Backend">The name of the route's backend; null without a route.</param>
internal readonly record struct TallyName(string Listener, string? Route, string? Backend);

/// <summary>
/// One worker's counters of the calls of one listener and route. Written by its thread only, without locks; other threads read them slightly late.
/// </summary>
internal sealed class CallTally(TallyName name, StatusList statuses, AccessQueue? access)
{
    private readonly ServerCalls _unserved = new(null, statuses.Count);
    private ServerCalls?[] _byServer = [];
    private long _ended;

    public TallyName Name => name;

    public StatusList Statuses => statuses;

    /// <summary>The queue of calls to be logged; null if none are.</summary>
    public AccessQueue? Access => access;

    /// <summary>Calls that have begun, including those that have ended.</summary>
    public long Begun { get; private set; }

    /// <summary>The ended calls are read first, so that a call that ends meanwhile cannot make it negative.</summary>
    public long InFlight
    {
        get
        {
            long ended = Volatile.Read(ref _ended);
            return Begun - ended;
        }
    }

    /// <summary>Bytes of request bodies, of calls that have ended.</summary>
    public long RequestBytes { get; private set; }

    /// <summary>Bytes of servers' reply bodies, of calls that have ended.</summary>
    public long ReplyBytes { get; private set; }

    public DurationHistogram Durations { get; } = new();

    /// <summary>How its calls ended, by server. The first entry has those that the gateway answered without a server.</summary>
    public IEnumerable<ServerCalls> Ended => Volatile.Read(ref _byServer).OfType<ServerCalls>().Prepend(_unserved);

    public void Begin() => Begun++;

    /// <param name="server">The server that it was last sent to; null if it was sent to none.</param>
    public void End(ServerStatistics? server, CallStatus status, long us, long requestBytes, long replyBytes)
    {
        (server is null ? _unserved : Of(server)).Add(status);
        _ended++;
        Durations.Add(us);
        RequestBytes += requestBytes;
        ReplyBytes += replyBytes;
    }

    /// <summary>A slot that another server used before starts from zero, so no count passes from one name to another.</summary>
    private ServerCalls Of(ServerStatistics server)
    {
        ServerCalls?[] all = _byServer;
        if (server.Slot < all.Length && all[server.Slot] is { } calls && ReferenceEquals(calls.Server, server))
            return calls;
        return Open(server);
    }

    private ServerCalls Open(ServerStatistics server)
    {
        if (server.Slot >= _byServer.Length)
            Volatile.Write(ref _byServer, [.. _byServer, .. new ServerCalls?[server.Slot + 1 - _byServer.Length]]);
        ServerCalls opened = _byServer[server.Slot] is { } before && before.Address == server.Address
            ? before.For(server)
            : new ServerCalls(server, Statuses.Count);
        Volatile.Write(ref _byServer[server.Slot], opened);
        return opened;
    }
}

/// <summary>Calls of a tally on one server, by status.</summary>
internal sealed class ServerCalls
{
    private readonly long[] _ended;

    public ServerCalls(ServerStatistics? server, int statuses)
        : this(server, new long[statuses])
    {
    }

    private ServerCalls(ServerStatistics? server, long[] ended)
    {
        Server = server;
        _ended = ended;
    }

    /// <summary>Null for calls that the gateway answered without a server.</summary>
    public ServerStatistics? Server { get; }

    /// <summary>The server's name; empty for none.</summary>
    public string Address => Server?.Address ?? "";

    public long With(CallStatus status) => _ended[status.Place];

    public void Add(CallStatus status) => _ended[status.Place]++;

    /// <summary>The same counts, for a server that left and came back.</summary>
    public ServerCalls For(ServerStatistics server) => new(server, _ended);
}
