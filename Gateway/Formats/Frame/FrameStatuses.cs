using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

/// <summary>The status under which a frame reply is counted, by its Error.</summary>
internal static class FrameStatuses
{
    public static StatusList List { get; } = new("ok", "request", "server", "undecided");

    /// <summary>Error 1.</summary>
    public static CallStatus Ok => new(1);

    /// <summary>Error 2: the request was at fault.</summary>
    public static CallStatus Request => new(2);

    /// <summary>Error 3: the server was at fault.</summary>
    public static CallStatus Server => new(3);

    /// <summary>Error 4: the handler's own error.</summary>
    public static CallStatus Undecided => new(4);

    public static CallStatus Of(ReplyError error) => error switch
    {
        ReplyError.Ok => Ok,
        ReplyError.Request => Request,
        ReplyError.Server => Server,
        _ => Undecided,
    };
}
