using System.Net;
using Microsoft.AspNetCore.Http;

namespace FrameRpc.Gateway.Admin;

/// <summary>Who asks for something that changes the gateway.</summary>
internal static class Asker
{
    /// <summary>Why this asker may not, or null.</summary>
    public static string? FindProblem(HttpContext context)
    {
        if (!IsOnThisMachine(context.Connection))
            return $"Only this machine may ask for this, and {context.Connection.RemoteIpAddress} is another.";
        // A page in a browser on this machine can send a POST here, and the browser then says where the page is from.
        return context.Request.Headers.Origin.Count > 0 ? "A page in a browser may not ask for this: there is an Origin header." : null;
    }

    /// <summary><c>POST /drain from 127.0.0.1</c>.</summary>
    public static string Describe(HttpContext context) =>
        $"{context.Request.Method} {context.Request.Path} from {context.Connection.RemoteIpAddress?.ToString() ?? "a Unix socket"}";

    /// <summary>
    /// Where both ends have one address, it is this machine's: the kernel takes no packet from outside that claims to come from
    /// here. So an endpoint on the address of a pod can be asked by that pod.
    /// </summary>
    private static bool IsOnThisMachine(ConnectionInfo connection) =>
        connection.RemoteIpAddress is not { } remote || IPAddress.IsLoopback(remote) || remote.Equals(connection.LocalIpAddress);
}
