namespace FrameRpc.Gateway.Formats.Ledger;

/// <summary>
/// The calls that came in on one listener for one route, as one worker counts them. Written by its thread alone, without
/// locks; read by others, who may see it a moment late.
/// </summary>
internal sealed class CallTally
{
    private readonly long[] _ended;

    /// <param name="listener">The listener's place in the configuration.</param>
    /// <param name="route">The route's place in the configuration; null for calls that have none: all of them together, whatever they ask for.</param>
    /// <param name="servers">How many servers the route's backend has; none where there is no route.</param>
    /// <param name="access">Null for no access log.</param>
    public CallTally(int listener, int? route, int servers, AccessQueue? access)
    {
        Access = access;
        Listener = listener;
        Route = route;
        Servers = servers;
        _ended = new long[(servers + 1) * CallStatuses.Count];
    }

    /// <summary>The place of a call that the gateway answered without a server.</summary>
    public const int NoServer = -1;

    /// <summary>Where its calls go that are told one by one; null when none are.</summary>
    public AccessQueue? Access { get; }

    public int Listener { get; }

    public int? Route { get; }

    public int Servers { get; }

    /// <summary>Calls that have begun, and may have ended since.</summary>
    public long Begun { get; private set; }

    /// <summary>Of bodies of requests, whose calls have ended.</summary>
    public long RequestBytes { get; private set; }

    /// <summary>Of bodies of servers' replies, whose calls have ended.</summary>
    public long ReplyBytes { get; private set; }

    public DurationHistogram Durations { get; } = new();

    /// <param name="server">The server's position in its backend, or <see cref="NoServer"/>.</param>
    /// <param name="status">How they ended.</param>
    public long Ended(int server, CallStatus status) => _ended[CellOf(server, status)];

    public void Begin() => Begun++;

    public void End(int server, CallStatus status, long us, long requestBytes, long replyBytes)
    {
        _ended[CellOf(server, status)]++;
        Durations.Add(us);
        RequestBytes += requestBytes;
        ReplyBytes += replyBytes;
    }

    private static int CellOf(int server, CallStatus status) => ((server + 1) * CallStatuses.Count) + (int)status;
}
