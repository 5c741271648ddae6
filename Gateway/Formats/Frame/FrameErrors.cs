using System.Text;
using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Routing;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

/// <summary>The error replies to frame calls that the gateway cannot serve. Each is made once, except for the one that names an endpoint.</summary>
internal static class FrameErrors
{
    /// <summary>The most of an endpoint's name that an error repeats: a name of 4,096 bytes, escaped, would not fit into a header.</summary>
    private const int EndpointShownBytesMax = 256;

    private static readonly FrameError Malformed = new(ReplyError.Request, "the request is malformed"u8);
    private static readonly FrameError TooLarge =
        new(ReplyError.Request, "the request is larger than its route allows"u8) { Why = RejectReason.TooLarge };

    private static readonly FrameError RequestTimedOut =
        new(ReplyError.Request, "the request did not arrive in time; the connection ends"u8) { Why = RejectReason.RequestTimedOut };

    private static readonly FrameError TooMany = new(ReplyError.Server, "too many calls wait for this backend"u8) { Why = RejectReason.TooMany };
    private static readonly FrameError NoServer = new(ReplyError.Server, "no server of this backend can be reached"u8) { Why = RejectReason.NoServer };

    private static readonly FrameError ServerLost =
        new(ReplyError.Server, "the server closed the connection before its reply"u8) { Why = RejectReason.ServerLost };

    private static readonly FrameError BadReply = new(ReplyError.Server, "the server sent no valid reply"u8) { Why = RejectReason.BadReply };
    private static readonly FrameError TimedOut = new(ReplyError.Server, "the reply did not come in time"u8) { Why = RejectReason.TimedOut };
    private static readonly FrameError Deadline =
        new(ReplyError.Server, "the call took longer than the deadline of its route"u8) { Why = RejectReason.Deadline };

    private static readonly FrameError ServerTooSlow =
        new(ReplyError.Server, "the server moved a body more slowly than the minimum rate"u8) { Why = RejectReason.ServerTooSlow };

    private static readonly FrameError Draining = new(ReplyError.Server, "the gateway is shutting down"u8) { Why = RejectReason.Draining };

    private static readonly FrameError Exhausted =
        new(ReplyError.Server, "the gateway has run out of descriptors, ports or memory"u8) { Why = RejectReason.Exhausted };

    private static readonly FrameError NotAnObject = new(ReplyError.Request, "the header is not a JSON object"u8);
    private static readonly FrameError BadHeader = new(ReplyError.Request, "the header is not one valid JSON object with the members of a request"u8);

    public static FrameError HeaderTooLong { get; } = new(ReplyError.Request, "the header is longer than 4096 bytes"u8);

    public static FrameError NotJson { get; } = new(ReplyError.Request, "the JSON part is not exactly one value of valid JSON"u8);

    public static FrameError UnknownDataType { get; } = new(ReplyError.Request, "the header's DataType is not 1, 2 or 3"u8);

    public static FrameError UnknownAccept { get; } = new(ReplyError.Request, "the header's Accept is not 1, 2 or 3"u8);

    private static readonly FrameError HeaderLike = new(ReplyError.Request,
        "the body could be read as a header, which a server without the method would execute; see \"headerLikeBodies\" of the route"u8);

    private static readonly FrameError NotEmpty = new(ReplyError.Request, "the data part is not empty, although the header's DataType is 1"u8);

    private static readonly FrameError[] WrongRequestBodies =
        OfPairs((declared, given) => $"the route takes {declared}, and the request holds {given}; see \"requestBody\" of the route");

    private static readonly FrameError[] WrongAccepts =
        OfPairs((declared, given) => $"the route replies with {declared}, and the request accepts {given}; see \"replyBody\" of the route");

    public static FrameError RequestReset { get; } = new(ReplyError.Request, "the request was aborted by a reset frame"u8);

    public static FrameError Desynchronised { get; } = new(ReplyError.Request, "a frame of an unexpected type, or longer than 4 MiB; the connection ends"u8);

    public static FrameError Of(RejectReason why) => why switch
    {
        RejectReason.TooLarge => TooLarge,
        RejectReason.RequestTimedOut => RequestTimedOut,
        RejectReason.TooMany => TooMany,
        RejectReason.NoServer => NoServer,
        RejectReason.ServerLost => ServerLost,
        RejectReason.BadReply => BadReply,
        RejectReason.TimedOut => TimedOut,
        RejectReason.Deadline => Deadline,
        RejectReason.ServerTooSlow => ServerTooSlow,
        RejectReason.Draining => Draining,
        RejectReason.Exhausted => Exhausted,
        _ => Malformed,
    };

    public static FrameError Of(MessageHeaderFault fault) => fault switch
    {
        MessageHeaderFault.NotAnObject => NotAnObject,
        MessageHeaderFault.TooLong => HeaderTooLong,
        _ => BadHeader,
    };

    public static FrameError Of(PartFault fault) => fault switch
    {
        PartFault.NotEmpty => NotEmpty,
        PartFault.HeaderLike => HeaderLike,
        _ => NotJson,
    };

    /// <summary>The error in the types that a request's header names, or null where they are those of its route.</summary>
    public static FrameError? OfTypes(MessageHeader header, Route route)
    {
        if (!IsKnown(header.DataType))
            return UnknownDataType;
        if (!IsKnown(header.Accept))
            return UnknownAccept;
        if (header.DataType != route.RequestBody)
            return WrongRequestBodies[PairOf(route.RequestBody, header.DataType)];
        return header.Accept == route.ReplyBody ? null : WrongAccepts[PairOf(route.ReplyBody, header.Accept)];
    }

    private static bool IsKnown(DataType type) => type is >= DataType.None and <= DataType.Octets;

    private static int PairOf(DataType declared, DataType given) => ((int)declared * 4) + (int)given;

    private static FrameError[] OfPairs(Func<string, string, string> describe)
    {
        string[] names = ["", "nothing (DataType 1)", "JSON (DataType 2)", "octets (DataType 3)"];
        return [.. names.SelectMany(_ => names, (declared, given) => new FrameError(ReplyError.Request, Encoding.UTF8.GetBytes(describe(declared, given))))];
    }

    public static FrameError NoRoute(ReadOnlySpan<byte> endpoint)
    {
        int shown = Math.Min(endpoint.Length, EndpointShownBytesMax);
        while (shown < endpoint.Length && shown > 0 && (endpoint[shown] & 0xc0) == 0x80)
            shown--;
        string message = $"no route for endpoint \"{Encoding.UTF8.GetString(endpoint[..shown])}\"";
        return new FrameError(ReplyError.Request, Encoding.UTF8.GetBytes(message)) { Why = RejectReason.NoRoute };
    }
}
