using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Configuration.Forms;
using Microsoft.AspNetCore.Http;

namespace FrameRpc.Gateway.Admin;

/// <summary>What sends the gateway on its way to its end, and says how far it is.</summary>
internal sealed class StopEndpoints(ILifecycle lifecycle, Asker asker)
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
        lifecycle.Drain(Asker.Describe(context));
        return Accept(context, "Nobody new is accepted; calls in flight finish. POST /shutdown ends the process.");
    }

    public Task Shutdown(HttpContext context)
    {
        if (Refuse(context, Delay) is { } refused)
            return refused;
        TimeSpan delay = TimeSpan.Zero;
        if (context.Request.Query.TryGetValue(Delay, out var written)
            && DelayForm.Read(written.ToString(), SettingKind.Variable, out delay) is { } problem)
            return Reply.Text(context, StatusCodes.Status400BadRequest, $"{Delay}: {problem}; write {DelayForm.Phrase}.");
        lifecycle.Stop(Asker.Describe(context), delay);
        return Accept(context, "The gateway stops.");
    }

    /// <summary>The reply to somebody who may not ask, or asks in words that nobody here knows; null where all is well.</summary>
    private Task? Refuse(HttpContext context, params string[] known)
    {
        if (asker.FindProblem(context) is { } problem)
        {
            if (problem.Status == StatusCodes.Status401Unauthorized)
                context.Response.Headers.WWWAuthenticate = "Bearer realm=\"frpc-gateway\"";
            return Reply.Text(context, problem.Status, problem.Text);
        }
        // A "dealy" that is passed over would be a stop at once.
        string? unknown = context.Request.Query.Keys.FirstOrDefault(key => !known.Contains(key));
        return unknown is null ? null : Reply.Text(context, StatusCodes.Status400BadRequest, $"Unknown: {unknown}. Known here: {(known.Length == 0 ? "nothing" : string.Join(", ", known))}.");
    }

    private static Task Accept(HttpContext context, string text) => Reply.Text(context, StatusCodes.Status202Accepted, text);
}
