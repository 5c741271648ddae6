using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Configuration.Forms;
using Microsoft.AspNetCore.Http;

namespace FrameRpc.Gateway.Admin;

/// <summary>The endpoints that drain and stop the gateway and report its readiness.</summary>
internal sealed class StopEndpoints(ILifecycle lifecycle, AdminAuthorization authorization)
{
    private const string Delay = "delay";

    public static readonly DurationForm DelayForm = new(TimeSpan.Zero, TimeSpan.FromHours(1));

    public Task Ready(HttpContext context) => lifecycle.Stage == Stage.Serving
        ? Reply.Text(context, StatusCodes.Status200OK, "ready")
        : Reply.Text(context, StatusCodes.Status503ServiceUnavailable, "draining");

    public Task Drain(HttpContext context)
    {
        if (Refuse(context) is { } refused)
            return refused;
        lifecycle.Drain(AdminAuthorization.Describe(context));
        return Accept(context, "No new callers are accepted; calls in flight finish. POST /shutdown ends the process.");
    }

    public Task Shutdown(HttpContext context)
    {
        if (Refuse(context, Delay) is { } refused)
            return refused;
        TimeSpan delay = TimeSpan.Zero;
        if (context.Request.Query.TryGetValue(Delay, out var written)
            && DelayForm.Read(written.ToString(), SettingKind.Variable, out delay) is { } problem)
            return Reply.Text(context, StatusCodes.Status400BadRequest, $"{Delay}: {problem}; write {DelayForm.Phrase}.");
        lifecycle.Stop(AdminAuthorization.Describe(context), delay);
        return Accept(context, "The gateway stops.");
    }

    /// <summary>The reply to a request that is not authorized or has an unknown parameter, else null.</summary>
    private Task? Refuse(HttpContext context, params string[] known)
    {
        if (authorization.FindProblem(context) is { } problem)
        {
            if (problem.Status == StatusCodes.Status401Unauthorized)
                context.Response.Headers.WWWAuthenticate = "Bearer realm=\"frpc-gateway\"";
            return Reply.Text(context, problem.Status, problem.Text);
        }
        // A misspelled "delay" must not stop the gateway at once.
        string? unknown = context.Request.Query.Keys.FirstOrDefault(key => !known.Contains(key));
        return unknown is null ? null : Reply.Text(context, StatusCodes.Status400BadRequest,
            $"Unknown parameter: {unknown}. Known parameters: {(known.Length == 0 ? "none" : string.Join(", ", known))}.");
    }

    private static Task Accept(HttpContext context, string text) => Reply.Text(context, StatusCodes.Status202Accepted, text);
}
