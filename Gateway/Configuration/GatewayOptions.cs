using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Pipes;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Configuration;

/// <summary>All of <c>gateway.json</c>, checked: what is here can run. Immutable, so every worker may hold it.</summary>
internal sealed record GatewayOptions
{
    /// <summary>How many configurations the process has run with, this one included. Read at the start only, so 1.</summary>
    public int Generation { get; init; } = 1;
    /// <summary>Event-loop threads. In the file 0 means one for each core; here it is the number itself.</summary>
    public required int Workers { get; init; }
    public required IReadOnlyList<ListenerOptions> Listeners { get; init; }
    public required IReadOnlyList<BackendOptions> Backends { get; init; }
    public required IReadOnlyList<RouteOptions> Routes { get; init; }
    public required LimitOptions Limits { get; init; }
    /// <summary>How large bodies pass. <c>relay</c>, <c>spliceBytesMin</c> and <c>limits.pipesMax</c>.</summary>
    public required RelayPolicy Relay { get; init; }
    /// <summary>How long calls in flight may take to finish after SIGTERM. <c>drainTimeout</c>, 10 s by default.</summary>
    public required TimeSpan DrainTimeout { get; init; }
    /// <summary>Where the admin endpoint listens, or null.</summary>
    public required AdminOptions? Admin { get; init; }
    /// <summary>Calls told one by one, or null.</summary>
    public required AccessLogOptions? AccessLog { get; init; }
}

/// <summary>The wire format of a listener or a backend.</summary>
internal enum WireProtocol
{
    Frame,
    Smf,
}

/// <summary>An address on which callers connect.</summary>
internal sealed record ListenerOptions
{
    public required string Name { get; init; }
    public required Address Address { get; init; }
    public required WireProtocol Protocol { get; init; }
    /// <summary>Callers connected to this listener at once, over all workers. By default <see cref="LimitOptions.ConnectionsMax"/>.</summary>
    public required int ConnectionsMax { get; init; }
    /// <summary>Who may connect, where the address is a Unix socket's.</summary>
    public SocketFileOptions Rights { get; init; } = new();
}

/// <summary>The mode and the owner of a Unix socket's file.</summary>
internal sealed record SocketFileOptions
{
    /// <summary>0660 by default.</summary>
    public UnixFileMode Mode { get; init; } = SocketRights.DefaultMode;
    /// <summary><c>user</c>, <c>user:group</c> or <c>:group</c>, names or numbers; null for the gateway's own.</summary>
    public string? Owner { get; init; }

    /// <summary>What this machine has against the owner, or null.</summary>
    public string? FindProblem() => Owner is null ? null : FileOwner.Resolve(Owner, out _);

    /// <exception cref="IOException">This machine knows no such owner.</exception>
    public SocketRights Resolve()
    {
        FileOwner? owner = null;
        return Owner is null || FileOwner.Resolve(Owner, out owner) is not { } problem ? new SocketRights(Mode, owner) : throw new IOException(problem);
    }
}

/// <summary>How the next server of a backend is chosen.</summary>
internal enum Balancing
{
    /// <summary>In turn, each as often as its weight says.</summary>
    RoundRobin,
    /// <summary>Of two chosen by chance, the one with fewer calls in flight for its weight.</summary>
    LeastCalls,
}

/// <summary>What the uncompressed bodies of an smf backend are.</summary>
internal enum PayloadKind
{
    /// <summary>FlatBuffers tables: what has not the outline of one is refused, either way.</summary>
    Table,
    /// <summary>Any bytes.</summary>
    Any,
}

/// <summary>What becomes of zstd and lz4 requests to an smf backend.</summary>
internal enum PackedRequests
{
    /// <summary>They pass, and nothing looks into them.</summary>
    Pass,
    /// <summary>They are refused.</summary>
    Refuse,
}

/// <summary>A named group of servers that serve the same methods.</summary>
internal sealed record BackendOptions
{
    public required string Name { get; init; }
    public required WireProtocol Protocol { get; init; }
    public required IReadOnlyList<ServerOptions> Servers { get; init; }
    /// <summary><c>leastCalls</c> by default.</summary>
    public required Balancing Balancing { get; init; }
    /// <summary>How long a connection to a server may take to be made. 1 s by default.</summary>
    public required TimeSpan ConnectTimeout { get; init; }
    /// <summary>Each worker's part of <c>connectionsPerServerMax</c>, which is 256 by default, or as many as the workers need.</summary>
    public required LaneShare Lanes { get; init; }
    /// <summary>Calls of one worker that may wait for an exclusive lane of this backend. 1,024 by default.</summary>
    public required int CallsWaitingMax { get; init; }
    /// <summary>The frame servers read an octets request to its end, or close the connection. False by default.</summary>
    public required bool DrainsOctets { get; init; }
    /// <summary>Of smf bodies. <c>table</c> by default.</summary>
    public required PayloadKind Payload { get; init; }
    /// <summary>Of smf requests. <c>pass</c> by default.</summary>
    public required PackedRequests Compression { get; init; }
}

/// <summary>One address of a backend, and its share of the calls.</summary>
internal sealed record ServerOptions
{
    public required Address Address { get; init; }
    /// <summary>1 by default, 1 to 1,000.</summary>
    public required int Weight { get; init; }
}

/// <summary>A request id, the backend that serves it, and the policies of its calls.</summary>
internal sealed record RouteOptions
{
    public required string Name { get; init; }
    public required uint Id { get; init; }
    /// <summary>The method's name in the <c>frame</c> format, compared beside the id; null for routes of <c>smf</c>.</summary>
    public required string? Endpoint { get; init; }
    /// <summary>The names of the method in the <c>smf</c> format; null where only its id was given, and for routes of <c>frame</c>.</summary>
    public required SchemaMethod? Method { get; init; }
    /// <summary>What the id was computed from, to be read by people: <c>SmfStorage.Get(Request):Response</c>, the endpoint's name, or null.</summary>
    public string? Signature => Method is null ? Endpoint : $"{Method.Service}.{Method.Name}({Method.Request}):{Method.Reply}";
    /// <summary>The position of the backend in <see cref="GatewayOptions.Backends"/>.</summary>
    public required int Backend { get; init; }
    /// <summary>How long a call may stand still, with no byte moving either way, before its reply has come. 30 s by default.</summary>
    public required TimeSpan Timeout { get; init; }
    /// <summary>The longest smf body, or JSON part of a frame message. By default <see cref="LimitOptions.MessageBytesMax"/>.</summary>
    public required long MessageBytesMax { get; init; }
    /// <summary>The longest octets part of a frame request; null for no limit.</summary>
    public required long? OctetsBytesMax { get; init; }
    /// <summary>What requests of a frame method hold. JSON by default.</summary>
    public required DataType RequestBody { get; init; }
    /// <summary>What replies of a frame method hold. JSON by default.</summary>
    public required DataType ReplyBody { get; init; }
    /// <summary>What becomes of a frame request whose body could pass for a header. Refused by default.</summary>
    public required HeaderLikeBodies HeaderLikeBodies { get; init; }
}

/// <summary>
/// What becomes of a request whose body could pass for a header. A server that lacks the method, or takes another type, leaves the
/// body unread and reads it as its next header.
/// </summary>
internal enum HeaderLikeBodies
{
    Refuse,
    Pass,
}

/// <summary>Bounds of the whole gateway.</summary>
internal sealed record LimitOptions
{
    /// <summary>64 MiB by default, 2 GiB − 1 at most.</summary>
    public required long MessageBytesMax { get; init; }
    /// <summary>Callers connected at once, over all workers. 10,000 by default.</summary>
    public required int ConnectionsMax { get; init; }
    /// <summary>Reply bytes that may wait for one caller to read them. 4 MiB by default.</summary>
    public required int ReplyBufferMax { get; init; }
    /// <summary>How long a caller that others wait for may leave its replies unread. 5 s by default.</summary>
    public required TimeSpan WriteTimeout { get; init; }
    /// <summary>smf bodies up to this size share a lane with other calls; larger ones take an exclusive lane. 64 KiB by default, 1 MiB at most.</summary>
    public required int SharedBodyMax { get; init; }
}

/// <summary>The admin endpoint.</summary>
internal sealed record AdminOptions
{
    public required Address Address { get; init; }
    /// <summary>Other machines may be able to reach the address. False by default.</summary>
    public required bool AllowRemote { get; init; }
    /// <summary>The file with the token that changes the gateway, from the working directory; null where there is none.</summary>
    public string? TokenFile { get; init; }
    /// <summary>The file is made at the start where it is not there. False by default.</summary>
    public bool CreateToken { get; init; }
    /// <summary>Hosts that the endpoint is asked by, besides its address and this machine's loopback.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];
    /// <summary>Who may connect, where the address is a Unix socket's.</summary>
    public SocketFileOptions Rights { get; init; } = new();
}
