using FrameRpc.Gateway.Backends;

namespace FrameRpc.Gateway.Formats.Ledger;

/// <summary>What the calls of a tally have in common, and what it is known by.</summary>
/// <param name="Listener">The name of the listener by which they came in.</param>
/// <param name="Route">The route's name; null for calls that have none: all of them together, whatever they ask for.</param>
/// <param name="Backend">The name of the route's backend; null where there is no route.</param>
internal readonly record struct TallyName(string Listener, string? Route, string? Backend);

/// <summary>
/// The calls that came in by one listener for one route, as one worker counts them. Written by its thread alone, without
/// locks; read by others, who may see it a moment late.
/// </summary>
internal sealed class CallTally(TallyName name, StatusList statuses, AccessQueue? access)
{
    private readonly ServerCalls _unserved = new(null, statuses.Count);
    private ServerCalls?[] _byServer = [];
    private long _ended;

    public TallyName Name => name;

    public StatusList Statuses => statuses;

    /// <summary>Where its calls go that are logged one by one; null when none are.</summary>
    public AccessQueue? Access => access;

    /// <summary>Calls that have begun, and may have ended since.</summary>
    public long Begun { get; private set; }

    /// <summary>What ended is read first: a call that ends meanwhile cannot make it negative.</summary>
    public long InFlight
    {
        get
        {
            long ended = Volatile.Read(ref _ended);
            return Begun - ended;
        }
    }

    /// <summary>Of bodies of requests, whose calls have ended.</summary>
    public long RequestBytes { get; private set; }

    /// <summary>Of bodies of servers' replies, whose calls have ended.</summary>
    public long ReplyBytes { get; private set; }

    public DurationHistogram Durations { get; } = new();

    /// <summary>How its calls ended, by server. The first are those that the gateway answered without one.</summary>
    public IEnumerable<ServerCalls> Ended => Volatile.Read(ref _byServer).OfType<ServerCalls>().Prepend(_unserved);

    public void Begin() => Begun++;

    /// <param name="server">The one that it was sent to last; null where it was sent to none.</param>
    public void End(ServerStatistics? server, CallStatus status, long us, long requestBytes, long replyBytes)
    {
        (server is null ? _unserved : Of(server)).Add(status);
        _ended++;
        Durations.Add(us);
        RequestBytes += requestBytes;
        ReplyBytes += replyBytes;
    }

    /// <summary>A slot that another server had before begins anew: no count passes from one name to another.</summary>
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

/// <summary>Calls of a tally that one server had, by status.</summary>
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

    /// <summary>Null for calls that the gateway answered without one.</summary>
    public ServerStatistics? Server { get; }

    /// <summary>The server's name; empty for none.</summary>
    public string Address => Server?.Address ?? "";

    public long With(CallStatus status) => _ended[status.Place];

    public void Add(CallStatus status) => _ended[status.Place]++;

    /// <summary>The same counts, for a server that left and came back.</summary>
    public ServerCalls For(ServerStatistics server) => new(server, _ended);
}
