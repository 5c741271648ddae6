using FrameRpc.Gateway.Admin.Metrics;
using FrameRpc.Gateway.Admin.Views;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Formats;
using FrameRpc.Gateway.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Admin;

/// <summary>All endpoints of the admin address, in the order in which they are listed.</summary>
internal static class AdminEndpoints
{
    public static IReadOnlyList<AdminEndpoint> Create(
        Func<Snapshot> snapshot, Func<Snapshot, IReadOnlyList<ServerStatus>> servers, IReadOnlyList<WorkerStatistics> workers,
            IReadOnlyList<WorkerPulse> pulses, MetricsPage metrics, ILifecycle lifecycle, AdminToken? token, ILogger log)
    {
        var health = new HealthCheck(pulses, TimeProvider.System, log);
        var stop = new StopEndpoints(lifecycle, new AdminAuthorization(token, log));
        return
        [
            Get("/healthz", "200 while every worker responds, 503 if one is stuck", context => AnswerHealth(context, health)),
            Get("/readyz", "200 while serving, 503 once a drain or a shutdown has begun", stop.Ready),
            Get("/metrics", "metrics in the Prometheus text format", context => Reply.Metrics(context, metrics)),
            Get("/routes", "routes and their request ids (JSON)", context => Reply.Json(context, RouteViews.Of(snapshot()), ViewJson.Default.RoutesView)),
            Get("/backends", "servers, their health, connections and load (JSON)",
                context => Reply.Json(context, BackendsOf(snapshot(), servers, workers), ViewJson.Default.BackendsView)),
            Get("/config", "effective configuration, including defaults (JSON)",
                context => Reply.Json(context, EffectiveConfiguration.Write(snapshot().Options))),
            Post("/drain", "stop accepting callers and finish calls in flight; the process keeps running", stop.Drain),
            Post("/shutdown", "stop as on SIGTERM; ?delay=5s keeps serving for 5 s first, with /readyz at 503", stop.Shutdown),
        ];
    }

    private static BackendsView BackendsOf(
        Snapshot snapshot, Func<Snapshot, IReadOnlyList<ServerStatus>> servers, IReadOnlyList<WorkerStatistics> workers) =>
        BackendViews.Of(snapshot, workers, servers(snapshot));

    private static AdminEndpoint Get(string path, string about, Func<HttpContext, Task> answer) => new(HttpMethods.Get, path, about, answer);

    private static AdminEndpoint Post(string path, string about, Func<HttpContext, Task> answer) => new(HttpMethods.Post, path, about, answer);

    private static async Task AnswerHealth(HttpContext context, HealthCheck health)
    {
        IReadOnlyList<int> silent = await health.FindSilentAsync();
        if (silent.Count == 0)
            await Reply.Text(context, StatusCodes.Status200OK, "ok");
        else
            await Reply.Text(context, StatusCodes.Status503ServiceUnavailable,
                $"No answer from worker {string.Join(", ", silent)} within {HealthCheck.Patience.TotalSeconds:0} s.");
    }
}

/// <summary>An endpoint of the admin address.</summary>
/// <param name="Method"><c>GET</c>, which also answers HEAD, or <c>POST</c>, which requires authorization (<see cref="AdminAuthorization"/>).</param>
/// <param name="Path">The exact path.</param>
/// <param name="About">Its description in the list of endpoints.</param>
/// <param name="Answer">Writes the reply.</param>
internal sealed record AdminEndpoint(string Method, string Path, string About, Func<HttpContext, Task> Answer)
{
    public bool Takes(string method) => method == Method || (Method == HttpMethods.Get && method == HttpMethods.Head);

    /// <summary>Value of the <c>Allow</c> header.</summary>
    public string Methods => Method == HttpMethods.Get ? $"{HttpMethods.Get}, {HttpMethods.Head}" : Method;
}
