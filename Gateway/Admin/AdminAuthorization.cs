using FrameRpc.Gateway.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Admin;

/// <summary>
/// Authorizes requests that change the gateway: those that carry the token, and over a Unix socket those of the gateway's own user and root.
/// </summary>
/// <remarks>
/// The peer's address authorizes nothing: every local user connects from 127.0.0.1, and so do remote ones through a sidecar, a port-forward or a
/// proxy.
/// </remarks>
internal sealed partial class AdminAuthorization(AdminToken? token, ILogger log)
{
    private const string Scheme = "Bearer ";

    private const string HowToConfigure = "set \"tokenFile\": \"FILE\" and \"createToken\": true in \"admin\", "
        + "or listen on \"unix:PATH\", which authorizes the gateway's own user and root. SIGTERM also stops the gateway.";

    private const string HowToAuthorize = "send the header \"Authorization: Bearer TOKEN\" with the content of the file admin.tokenFile; "
        + "frpc-gateway shutdown does this automatically.";

    /// <summary>Why a request is refused, and the HTTP status for it.</summary>
    internal sealed record Problem(int Status, string Text);

    /// <summary>Why the request is refused, or null. The decision is logged either way.</summary>
    public Problem? FindProblem(HttpContext context)
    {
        (Problem? problem, string right) = Authorize(context);
        string request = Describe(context);
        if (problem is null)
            LogAuthorized(log, request, right);
        else
            LogRefused(log, request, problem.Text);
        return problem;
    }

    /// <summary>For example <c>POST /drain from 127.0.0.1</c>.</summary>
    public static string Describe(HttpContext context) => $"{context.Request.Method} {context.Request.Path} from {Origin(context)}";

    private (Problem? Problem, string Right) Authorize(HttpContext context)
    {
        // A web page open on this machine can send a POST here; the browser then adds the Origin header.
        if (context.Request.Headers.Origin.Count > 0)
            return (new Problem(StatusCodes.Status403Forbidden, "Requests from web pages are not allowed: the request has an Origin header."), "");
        uint? user = UserOf(context);
        if (user is { } peer && PeerUser.IsOwnOrRoot(peer))
            return (null, "its user");
        if (token is null)
            return (new Problem(StatusCodes.Status403Forbidden, $"{PeerReason(user)}, and this gateway has no token configured: {HowToConfigure}"), "");
        string? presented = Presented(context);
        if (presented is not null && token.Matches(presented))
            return (null, "its token");
        string reason = presented is null ? "This request requires the gateway's token" : "This is not the gateway's token";
        return (new Problem(StatusCodes.Status401Unauthorized, $"{reason}: {HowToAuthorize}"), "");
    }

    private static string PeerReason(uint? user) => user is null
        ? "Requests over TCP require a token"
        : $"User {user} is neither the gateway's own ({PeerUser.EffectiveUser()}) nor root";

    private static string? Presented(HttpContext context) =>
        context.Request.Headers.Authorization is [{ } header] && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? header[Scheme.Length..].Trim(' ')
            : null;

    private static string Origin(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address ? $"{address}"
        : UserOf(context) is { } user ? $"user {user} over a Unix socket"
        : "a Unix socket";

    /// <summary>Null over TCP.</summary>
    private static uint? UserOf(HttpContext context) =>
        context.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket ? PeerUser.Of(socket.Handle) : null;

    [LoggerMessage(EventId = 401, Level = LogLevel.Warning, Message = "{Request} refused: {Reason}")]
    private static partial void LogRefused(ILogger log, string request, string reason);

    [LoggerMessage(EventId = 402, Level = LogLevel.Information, Message = "{Request} authorized by {Right}.")]
    private static partial void LogAuthorized(ILogger log, string request, string right);
}
