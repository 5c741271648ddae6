using System.Net.Sockets;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>What to try when a call failed.</summary>
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
            return "Is it running, and is this the path of its socket? A gateway prints its listeners when it starts.";
        return (failure.InnerException as SocketException)?.SocketErrorCode switch
        {
            SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData => "Is the name spelled right? An IP address does as well.",
            SocketError.ConnectionRefused =>
                "Is it running? A gateway prints its listeners when it starts; "
                + $"\"{GatewayCommandLine.Program} demo --protocol {about.Format.Word} --address {address}\" runs a server there.",
            _ => "Is the address right, and open to this machine? --timeout gives a slow way more time.",
        };
    }

    /// <summary>What came tells the format of whoever answered.</summary>
    private static string? ForOtherFormat(CallCircumstances about)
    {
        ReadOnlySpan<byte> first = about.Tap.Replies.First;
        return about.Format == WireFormat.Frame && IsSmfReply(first) ? "What came is an smf reply: add --smf to call this listener."
            : about.Format == WireFormat.Smf && IsFrameReply(first) ? "What came is a frame reply: leave out --smf to call this listener."
            : null;
    }

    private static string? ForCall(Exception failure, CallCircumstances about)
    {
        bool silent = about.Tap.Replies.Bytes == 0;
        return failure switch
        {
            OperationCanceledException when !silent || about.Format == WireFormat.Smf => "--timeout gives it more time; --verbose shows how far it came.",
            OperationCanceledException => "--timeout gives it more time. If this is an smf listener, add --smf.",
            RpcReplyException e when about.Format == WireFormat.Frame => ForFrameError(e),
            RpcReplyException e => ForStatus(e.Status),
            RpcConnectionException when silent && about.Format == WireFormat.Frame =>
                "It answered nothing. Is it a listener of the frame format? If it is one of smf, add --smf.",
            RpcConnectionException when silent =>
                "It answered nothing: smf servers do so for a request id that they do not know. "
                + $"Compare it with \"{GatewayCommandLine.Program} routes\"; a frame listener is called without --smf.",
            RpcProtocolException when about.Tap is { Requests: FrameWatch request, Replies: FrameWatch { Error: ReplyError.Ok } reply }
                && request.Accept != reply.DataType => ForWrongBody(reply.DataType),
            RpcProtocolException or RpcConnectionException => "--verbose shows what came.",
            _ => null,
        };
    }

    private static string? ForFrameError(RpcReplyException e) =>
        e.Blame is not Blame.Caller ? "The request was understood; the log of the server, or of the gateway before it, says more."
        : e.Message.Contains("endpoint", StringComparison.OrdinalIgnoreCase)
            ? $"Is the endpoint spelled as on the server, upper and lower case too? \"{GatewayCommandLine.Program} routes\" prints those of a gateway."
        : "Mend the request: its body, or what --accept asks for; --verbose shows it as it was sent.";

    private static string? ForStatus(uint status) => status switch
    {
        SmfStatus.NotFound =>
            $"\"{GatewayCommandLine.Program} routes\" prints the ids that a gateway serves, \"{GatewayCommandLine.Program} id --schema FILE\" those of a schema.",
        SmfStatus.TooLarge => "limits.messageBytesMax of the gateway, or messageBytesMax of the route, allows more.",
        SmfStatus.TooManyRequests => "Try again when there are fewer calls.",
        SmfStatus.Unavailable => "Is a server of the backend running? The gateway's log says which could not be reached.",
        SmfStatus.BadGateway => "Does the server know the method? Servers close the connection on a request id that they do not know.",
        SmfStatus.TimedOut => "The route's timeout gives the server more time.",
        SmfStatus.BadRequest => "Is the payload a FlatBuffers table? --verbose shows the request as it was sent.",
        _ => "The server's log says more.",
    };

    private static string? ForWrongBody(DataType came) => came switch
    {
        DataType.Octets => "The reply holds octets: add --accept octets, or --output FILE.",
        DataType.Json => "The reply holds JSON: add --accept json.",
        DataType.None => "The reply holds nothing: add --accept none.",
        _ => null,
    };

    /// <summary>A known compression, no flags, where the last frame of a header part has a 1, and a status of three digits.</summary>
    private static bool IsSmfReply(ReadOnlySpan<byte> first) =>
        first.Length >= SmfHeader.Bytes && SmfHeader.Read(first) is { Flags: 0, Compression: <= SmfCompression.Lz4, Meta: >= 100 and <= 999 };

    /// <summary>A header frame with an object in it, or a reset.</summary>
    private static bool IsFrameReply(ReadOnlySpan<byte> first) =>
        first.Length >= FrameHeader.Bytes && FrameHeader.Read(first) is { IsValid: true } frame
        && (frame.Type is FrameType.Reset || (frame.Type is FrameType.Header && first.Length > FrameHeader.Bytes && first[FrameHeader.Bytes] == '{'));
}
