using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Protocol.Errors;

/// <summary>The other side answered that the call failed.</summary>
public sealed class RpcReplyException : RpcException
{
    private RpcReplyException(uint status, Blame blame, string message)
        : base(status, blame, message)
    {
    }

    /// <summary>From a status of smf. 4xx blames the caller, anything else the server.</summary>
    public static RpcReplyException FromStatus(uint status, string method) =>
        new(status, status is >= 400 and < 500 ? Blame.Caller : Blame.Server, $"{method}: the reply has status {status}{Explain(status)}");

    /// <summary>From an error reply of frame: 2 blames the caller (400), 3 the server (500), anything else nobody (500).</summary>
    public static RpcReplyException FromError(ReplyError error, string errorMessage, string endpoint) => error switch
    {
        ReplyError.Request => new(SmfStatus.BadRequest, Blame.Caller, $"{endpoint}: {errorMessage}"),
        ReplyError.Server => new(SmfStatus.ServerError, Blame.Server, $"{endpoint}: {errorMessage}"),
        _ => new(SmfStatus.ServerError, Blame.Undecided, $"{endpoint}: {errorMessage}"),
    };

    private static string Explain(uint status) => status switch
    {
        SmfStatus.BadRequest => ": the request was malformed",
        SmfStatus.NotFound => ": nobody serves this request id there",
        SmfStatus.TooLarge => ": the request is larger than allowed",
        SmfStatus.TooManyRequests => ": a limit of calls was reached",
        SmfStatus.ServerError => ": the handler failed",
        SmfStatus.BadGateway => ": the server closed the connection before its reply",
        SmfStatus.Unavailable => ": no server is ready",
        SmfStatus.TimedOut => ": the reply did not come in time",
        _ => "",
    };
}
