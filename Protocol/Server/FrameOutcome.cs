using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Protocol.Server;

/// <summary>The outcome of a call: a body to reply with, or an error.</summary>
internal readonly struct FrameOutcome
{
    private const string Undisclosed = "the handler failed";

    private FrameOutcome(FrameBody? body, ReplyError error, uint status, string? message)
    {
        Body = body;
        Error = error;
        Status = status;
        Message = message;
    }

    public FrameBody? Body { get; }

    public ReplyError Error { get; }

    public uint Status { get; }

    public string? Message { get; }

    /// <summary>Runs the handler.</summary>
    /// <exception cref="RpcException">The request was incomplete or invalid, so no reply can be sent.</exception>
    /// <exception cref="OperationCanceledException">The server cancelled the call.</exception>
    public static async ValueTask<FrameOutcome> OfAsync(FrameRequest request, FrameServing serving, CancellationToken cancel)
    {
        if (request.DataType is < DataType.None or > DataType.Octets || request.Accept is < DataType.None or > DataType.Octets)
            return Failed(ReplyError.Request, SmfStatus.BadRequest, $"DataType {(byte)request.DataType} and Accept {(byte)request.Accept} must be 1, 2 or 3");
        try
        {
            FrameBody body = await serving.Find(request.Endpoint)(request, cancel).ConfigureAwait(false);
            if (Check(body, request, serving.Options) is not { } problem)
                return new FrameOutcome(body, ReplyError.Ok, SmfStatus.Ok, null);
            await body.ReleaseAsync().ConfigureAwait(false);
            return problem;
        }
        catch (Exception) when (request.IsBroken || cancel.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            ServerLog.HandlerFailed(serving.Options.Logger, request.Endpoint, e);
            return Of(e, serving.Options.DetailedErrors);
        }
    }

    private static FrameOutcome? Check(FrameBody body, FrameRequest request, FrameServerOptions options) =>
        body.DataType != request.Accept
            ? Failed(ReplyError.Request, SmfStatus.BadRequest,
                $"{request.Endpoint} replies with data of type {(byte)body.DataType}, but the request accepts {(byte)request.Accept}")
            : body.JsonBytes > options.MessageBytesMax
                ? Failed(ReplyError.Server, SmfStatus.ServerError,
                    $"the reply has {body.JsonBytes} bytes of JSON, more than the {options.MessageBytesMax} allowed")
                : null;

    // Errors that the handler got from others, such as a server that it called itself, are not disclosed to its caller; its own are.
    private static FrameOutcome Of(Exception e, bool detailed)
    {
        if (e is RpcException told && (e.GetType() == typeof(RpcException) || e is RpcProtocolException { Blame: Blame.Caller }))
            return Failed(ErrorOf(told.Blame), told.Status, told.Message);
        return Failed(ReplyError.Undecided, SmfStatus.ServerError, detailed ? e.Message : Undisclosed);
    }

    private static ReplyError ErrorOf(Blame blame) => blame switch
    {
        Blame.Caller => ReplyError.Request,
        Blame.Server => ReplyError.Server,
        _ => ReplyError.Undecided,
    };

    private static FrameOutcome Failed(ReplyError error, uint status, string message) => new(null, error, status, message);
}
