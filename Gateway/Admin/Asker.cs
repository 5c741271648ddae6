using FrameRpc.Gateway.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Admin;

/// <summary>
/// Decides who may ask for something that changes the gateway: who has the token, or is the gateway's own user or root at the other end of a Unix socket.
/// </summary>
/// <remarks>
/// Where a connection comes from is no reason: every user of this machine comes from 127.0.0.1, and through a sidecar, a port-forward or a proxy strangers do.
/// </remarks>
internal sealed partial class Asker(AdminToken? token, ILogger log)
{
    private const string Scheme = "Bearer ";

    private const string ToHaveOne = "write \"tokenFile\": \"FILE\" and \"createToken\": true beside \"address\" in \"admin\", or let it listen on \"unix:PATH\", over which its own user and root may ask. SIGTERM stops it, too.";

    private const string ToBringIt = "send the header \"Authorization: Bearer TOKEN\" with what is in the file of admin.tokenFile; frpc-gateway shutdown does so by itself.";

    /// <summary>Why not, and the status that says so.</summary>
    internal sealed record Problem(int Status, string Text);

    /// <summary>Why this asker may not, or null. Either way the log says so.</summary>
    public Problem? FindProblem(HttpContext context)
    {
        (Problem? problem, string right) = Judge(context);
        string request = Describe(context);
        if (problem is null)
            LogTaken(log, request, right);
        else
            LogRefused(log, request, problem.Text);
        return problem;
    }

    /// <summary><c>POST /drain from 127.0.0.1</c>.</summary>
    public static string Describe(HttpContext context) => $"{context.Request.Method} {context.Request.Path} from {Origin(context)}";

    private (Problem? Problem, string Right) Judge(HttpContext context)
    {
        // A page in a browser on this machine can send a POST here, and the browser then says where the page is from.
        if (context.Request.Headers.Origin.Count > 0)
            return (new Problem(StatusCodes.Status403Forbidden, "A page in a browser may not ask for this: there is an Origin header."), "");
        uint? user = UserOf(context);
        if (user is { } peer && PeerUser.IsOwnOrRoot(peer))
            return (null, "its user");
        if (token is null)
            return (new Problem(StatusCodes.Status403Forbidden, $"{Who(user)}, and this gateway has no token that could be shown instead: {ToHaveOne}"), "");
        string? presented = Presented(context);
        if (presented is not null && token.Matches(presented))
            return (null, "its token");
        return (new Problem(StatusCodes.Status401Unauthorized, presented is null ? $"What changes the gateway takes its token: {ToBringIt}" : $"This is not the gateway's token: {ToBringIt}"), "");
    }

    private static string Who(uint? user) => user is null
        ? "Over TCP anybody may come who reaches the address"
        : $"User {user} is neither the gateway's own ({PeerUser.EffectiveUser()}) nor root";

    private static string? Presented(HttpContext context) =>
        context.Request.Headers.Authorization is [{ } header] && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim(' ') : null;

    private static string Origin(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address ? $"{address}" : UserOf(context) is { } user ? $"user {user} over a Unix socket" : "a Unix socket";

    /// <summary>Null over TCP.</summary>
    private static uint? UserOf(HttpContext context) =>
        context.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket ? PeerUser.Of(socket.Handle) : null;

    [LoggerMessage(EventId = 401, Level = LogLevel.Warning, Message = "{Request} is refused: {Reason}")]
    private static partial void LogRefused(ILogger log, string request, string reason);

    [LoggerMessage(EventId = 402, Level = LogLevel.Information, Message = "{Request} is taken because of {Right}.")]
    private static partial void LogTaken(ILogger log, string request, string right);
}
