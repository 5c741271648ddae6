using FrameRpc.Gateway.Configuration.Forms;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Configuration;

/// <summary>A request id, its backend, and the policies of its calls.</summary>
internal sealed record RouteOptions
{
    public required string Name { get; init; }
    public required uint Id { get; init; }
    /// <summary>The method's name in the <c>frame</c> format, compared in addition to the id; null for routes of <c>smf</c>.</summary>
    public required string? Endpoint { get; init; }
    /// <summary>The names of the method in the <c>smf</c> format; null if only its id was given, and for routes of <c>frame</c>.</summary>
    public required SchemaMethod? Method { get; init; }
    /// <summary>What the id was computed from, for people: <c>SmfStorage.Get(Request):Response</c>, the endpoint's name, or null.</summary>
    public string? Signature => Method is null ? Endpoint : $"{Method.Service}.{Method.Name}({Method.Request}):{Method.Reply}";
    public required string Backend { get; init; }
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
    /// <summary>Null for <see cref="Timeout"/> where neither body is streamed, and none otherwise.</summary>
    public TimeSpan? Deadline { get; init; }
    public required long MessageBytesMax { get; init; }
    /// <summary>Null for no limit.</summary>
    public long? OctetsBytesMax { get; init; }
    public DataType RequestBody { get; init; } = DataType.Json;
    public DataType ReplyBody { get; init; } = DataType.Json;
    public HeaderLikeBodies HeaderLikeBodies { get; init; } = HeaderLikeBodies.Refuse;
}

/// <summary>
/// How a request is handled whose body looks like a header. A server that lacks the method, or expects another type, leaves the body unread and reads
/// it as its next header.
/// </summary>
internal enum HeaderLikeBodies
{
    Refuse,
    Pass,
}

/// <summary>The options of an entry of <c>routes</c>. Those that identify the method are read by <see cref="RouteIdentity"/>.</summary>
internal static class RouteSection
{
    private const string NoOctets = "only frame messages have octets; leave it out, because \"messageBytesMax\" limits smf bodies";

    private const string NoContent = "only frame messages declare their content; leave it out";

    public static readonly OptionGroup<RouteOptions> Options = new(() =>
        new RouteOptions { Name = "", Id = 0, Endpoint = null, Method = null, Backend = "", MessageBytesMax = 0 });

    private static readonly ChoiceForm<DataType> Contents = new(("json", DataType.Json), ("octets", DataType.Octets), ("none", DataType.None));

    public static readonly ValueOption<RouteOptions, string> Name = Options.Required("name", new TextForm(),
        o => o.Name, (o, v) => o with { Name = v },
        "Name of the route in logs and metrics.");

    public static readonly ValueOption<RouteOptions, RequestId> Id = Options.Optional("id", new RequestIdForm(),
        o => o.Signature is null ? new RequestId(o.Id) : (RequestId?)null, null,
        "Request id of an smf method, if its names are not known. Together with endpoint, it must be the CRC-32 of the endpoint's name.");

    public static readonly ValueOption<RouteOptions, string> Schema = Options.Optional("schema", new TextForm(), _ => null, null,
        "Path of a FlatBuffers schema, relative to the folder of this file, which supplies request and reply. "
        + "Without method, the entry creates a route for each method of the service, called name.method.");

    public static readonly ValueOption<RouteOptions, string> Service = Options.Optional("service", new TextForm(), o => o.Method?.Service, null,
        "Service of an smf method. The request id is computed from service, method, request and reply.");

    public static readonly ValueOption<RouteOptions, string> Method = Options.Optional("method", new TextForm(), o => o.Method?.Name, null,
        "Name of an smf method.");

    public static readonly ValueOption<RouteOptions, string> Request = Options.Optional("request", new TextForm(), o => o.Method?.Request, null,
        "Request type of an smf method, with its namespace: smf_gen::demo::Request.");

    public static readonly ValueOption<RouteOptions, string> Reply = Options.Optional("reply", new TextForm(), o => o.Method?.Reply, null,
        "Reply type of an smf method, with its namespace: smf_gen::demo::Response.");

    public static readonly ValueOption<RouteOptions, string> Endpoint = Options.Optional("endpoint", new TextForm(), o => o.Endpoint, null,
        "Name of a frame method.");

    public static readonly ValueOption<RouteOptions, string> Backend = Options.Required("backend", new TextForm(),
        o => o.Backend, (o, v) => o with { Backend = v },
        "Name of the backend that serves the method.");

    public static readonly ValueOption<RouteOptions, TimeSpan> Timeout = Options.Default("timeout",
        new DurationForm(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(24)),
        o => o.Timeout, (o, v) => o with { Timeout = v },
        "Idle timeout: how long a call may go without a byte moving in either direction before its reply has arrived.");

    public static readonly ValueOption<RouteOptions, TimeSpan> Deadline = Options.Optional("deadline",
        new DurationForm(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(24)),
        o => o.Deadline, (o, v) => o with { Deadline = v },
        "Maximum time of a whole call, from the end of its request, or from the beginning of a streamed one, to the end of its reply, including the wait "
        + "for a connection.",
        defaultInWords: "timeout; none for octets, long JSON and large smf bodies");

    public static readonly ValueOption<RouteOptions, long> MessageBytesMax = Options.Optional("messageBytesMax", LimitSection.MessageSize,
        o => o.MessageBytesMax, (o, v) => o with { MessageBytesMax = v },
        "Maximum size of an smf body, or of the JSON part of a frame message, on this route.",
        defaultInWords: "limits.messageBytesMax");

    public static readonly ValueOption<RouteOptions, long> OctetsBytesMax = Options.Optional("octetsBytesMax", new SizeForm(1, long.MaxValue),
        o => o.OctetsBytesMax, (o, v) => o with { OctetsBytesMax = v },
        "Maximum size of the octets part of a frame request.",
        appliesTo: IsOfEndpoint, otherwise: _ => NoOctets, defaultInWords: "no limit");

    public static readonly ValueOption<RouteOptions, DataType> RequestBody = Options.Default("requestBody", Contents,
        o => o.RequestBody, (o, v) => o with { RequestBody = v },
        "Content of the requests of a frame method: json, octets, or none for an empty data part. Calls that declare other content are rejected.",
        appliesTo: IsOfEndpoint, otherwise: _ => NoContent);

    public static readonly ValueOption<RouteOptions, DataType> ReplyBody = Options.Default("replyBody", Contents,
        o => o.ReplyBody, (o, v) => o with { ReplyBody = v },
        "Content of the replies of a frame method. Calls that accept other content are rejected, and replies with other content are not forwarded.",
        appliesTo: IsOfEndpoint, otherwise: _ => NoContent);

    public static readonly ValueOption<RouteOptions, HeaderLikeBodies> HeaderLikeBodies = Options.Default("headerLikeBodies",
        new ChoiceForm<HeaderLikeBodies>(("refuse", Configuration.HeaderLikeBodies.Refuse), ("pass", Configuration.HeaderLikeBodies.Pass)),
        o => o.HeaderLikeBodies, (o, v) => o with { HeaderLikeBodies = v },
        "Whether to refuse or pass a request of a frame method whose body a server without the method would read as its next header: "
        + "null, an object with a member Endpoint, or octets that begin with null or an object.",
        appliesTo: IsOfEndpoint, otherwise: _ => NoContent);

    private static bool IsOfEndpoint(RouteOptions route) => route.Endpoint is not null;
}
