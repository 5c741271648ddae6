namespace FrameRpc.Protocol.Errors;

/// <summary>The other side replied that the call failed.</summary>
public sealed class RpcReplyException : RpcException
{
    internal RpcReplyException(uint status, Blame blame, string message)
        : base(status, blame, message)
    {
    }

    /// <summary>From a status of smf. 4xx blames the caller, anything else the server.</summary>
    public static RpcReplyException FromStatus(uint status, string method) =>
        new(status, status is >= 400 and < 500 ? Blame.Caller : Blame.Server, $"{method}: the reply has status {status}{Explain(status)}");

    private static string Explain(uint status) => status switch
    {
        SmfStatus.BadRequest => ": the request was malformed",
        SmfStatus.NotFound => ": no such request id is served there",
        SmfStatus.TooLarge => ": the request is larger than allowed",
        SmfStatus.TooManyRequests => ": a limit of calls was reached",
        SmfStatus.ServerError => ": the handler failed",
        SmfStatus.BadGateway => ": the server closed the connection before its reply",
        SmfStatus.Unavailable => ": no server is ready",
        SmfStatus.TimedOut => ": the reply did not arrive in time",
        _ => "",
    };
}
