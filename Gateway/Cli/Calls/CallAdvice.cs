using System.Net.Sockets;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>Hints for failed calls.</summary>
internal static class CallAdvice
{
    public static IEnumerable<string> For(Exception failure, CallCircumstances about)
    {
        string? advice = failure is LocalFileException ? null
            : !about.Tap.Connected ? ForNoConnection(failure, about)
            : ForOtherFormat(about) ?? ForCall(failure, about);
        return advice is null ? [] : [advice];
    }

    private static string ForNoConnection(Exception failure, CallCircumstances about)
    {
        string address = about.Settings.Address;
        if (address.StartsWith("unix:", StringComparison.Ordinal))
            return "Is the server running, and is this the path of its socket? A gateway prints its listeners at start.";
        return (failure.InnerException as SocketException)?.SocketErrorCode switch
        {
            SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData => "Is the name spelled correctly? An IP address also works.",
            SocketError.ConnectionRefused =>
                "Is the server running? A gateway prints its listeners at start; "
                + $"\"{GatewayCommandLine.Program} demo --protocol {about.Format.Word} --address {address}\" runs a server at this address.",
            _ => "Is the address correct and reachable from this machine? Use --timeout to allow more time.",
        };
    }

    /// <summary>Recognizes a reply in the other format.</summary>
    private static string? ForOtherFormat(CallCircumstances about)
    {
        ReadOnlySpan<byte> first = about.Tap.Replies.First;
        return about.Format == WireFormat.Frame && IsSmfReply(first) ? "The reply is in the smf format: add --smf to call this listener."
            : about.Format == WireFormat.Smf && IsFrameReply(first) ? "The reply is in the frame format: omit --smf to call this listener."
            : null;
    }

    private static string? ForCall(Exception failure, CallCircumstances about)
    {
        bool silent = about.Tap.Replies.Bytes == 0;
        return failure switch
        {
            OperationCanceledException when !silent || about.Format == WireFormat.Smf =>
                "Use --timeout to allow more time; --verbose shows how far the call got.",
            OperationCanceledException => "Use --timeout to allow more time. If this is an smf listener, add --smf.",
            RpcReplyException e when about.Format == WireFormat.Frame => ForFrameError(e),
            RpcReplyException e => ForStatus(e.Status),
            RpcConnectionException when silent && about.Format == WireFormat.Frame =>
                "The connection was closed without a reply. Is this a frame listener? If it is an smf listener, add --smf.",
            RpcConnectionException when silent =>
                "The connection was closed without a reply: smf servers do this on an unknown request id. "
                + $"Compare the id with \"{GatewayCommandLine.Program} routes\". For a frame listener, omit --smf.",
            RpcProtocolException when about.Tap is { Requests: FrameWatch request, Replies: FrameWatch { Error: ReplyError.Ok } reply }
                && request.Accept != reply.DataType => ForWrongBody(reply.DataType),
            RpcProtocolException or RpcConnectionException => "--verbose shows what was received.",
            _ => null,
        };
    }

    private static string? ForFrameError(RpcReplyException e) =>
        e.Blame is not Blame.Caller ? "The request was valid; see the log of the server or of the gateway in front of it."
        : e.Message.Contains("endpoint", StringComparison.OrdinalIgnoreCase)
            ? $"Is the endpoint spelled as on the server? Case matters. \"{GatewayCommandLine.Program} routes\" prints the endpoints of a gateway."
        : "Correct the body of the request or --accept; --verbose shows the request as it was sent.";

    private static string? ForStatus(uint status) => status switch
    {
        SmfStatus.NotFound =>
            $"\"{GatewayCommandLine.Program} routes\" prints the ids that a gateway serves; "
                + $"\"{GatewayCommandLine.Program} id --schema FILE\" prints those of a schema.",
        SmfStatus.TooLarge => "Raise limits.messageBytesMax of the gateway or messageBytesMax of the route.",
        SmfStatus.TooManyRequests => "Try again when the load is lower.",
        SmfStatus.Unavailable => "Is a server of the backend running? The log of the gateway names the unreachable ones.",
        SmfStatus.BadGateway => "Does the server implement the method? Servers close the connection on an unknown request id.",
        SmfStatus.TimedOut => "Raise the timeout of the route to give the server more time.",
        SmfStatus.BadRequest => "Is the payload a FlatBuffers table? --verbose shows the request as it was sent.",
        _ => "See the log of the server.",
    };

    private static string? ForWrongBody(DataType came) => came switch
    {
        DataType.Octets => "The reply contains octets: add --accept octets, or --output FILE.",
        DataType.Json => "The reply contains JSON: add --accept json.",
        DataType.None => "The reply is empty: add --accept none.",
        _ => null,
    };

    /// <summary>A known compression, no flags at the place where the last frame of a header part has a 1, and a status of three digits.</summary>
    private static bool IsSmfReply(ReadOnlySpan<byte> first) =>
        first.Length >= SmfHeader.Bytes && SmfHeader.Read(first) is { Flags: 0, Compression: <= SmfCompression.Lz4, Meta: >= 100 and <= 999 };

    /// <summary>A header frame with an object in it, or a reset.</summary>
    private static bool IsFrameReply(ReadOnlySpan<byte> first) =>
        first.Length >= FrameHeader.Bytes && FrameHeader.Read(first) is { IsValid: true } frame
        && (frame.Type is FrameType.Reset || (frame.Type is FrameType.Header && first.Length > FrameHeader.Bytes && first[FrameHeader.Bytes] == '{'));
}
