using FrameRpc.Gateway.Admin.Metrics;
using FrameRpc.Gateway.Admin.Views;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Formats;
using FrameRpc.Gateway.Hosting;
using FrameRpc.Gateway.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Admin;

/// <summary>All that the admin endpoint answers, in the order in which it lists it.</summary>
internal static class AdminEndpoints
{
    public static IReadOnlyList<AdminEndpoint> Create(
        Func<Snapshot> snapshot, IReadOnlyList<WorkerStatistics> workers, IReadOnlyList<WorkerPulse> pulses, MetricsPage metrics, ILifecycle lifecycle, AdminToken? token, ILogger log)
    {
        var health = new HealthCheck(pulses, TimeProvider.System, log);
        var stop = new StopEndpoints(lifecycle, new Asker(token, log));
        return
        [
            Get("/healthz", "200 while the loop of every worker turns, 503 where one is stuck", context => AnswerHealth(context, health)),
            Get("/readyz", "200 while callers are welcome, 503 from the moment of a drain or a shutdown", stop.Ready),
            Get("/metrics", "all counters, as Prometheus reads them", context => Reply.Metrics(context, metrics)),
            Get("/routes", "the routes, with the ids as they are on the wire (JSON)", context => Reply.Json(context, RouteViews.Of(snapshot()), ViewJson.Default.RoutesView)),
            Get("/backends", "the servers, the connections to them and their load (JSON)",
                context => Reply.Json(context, BackendViews.Of(snapshot(), workers), ViewJson.Default.BackendsView)),
            Get("/config", "the configuration as it is in effect, with all defaults (JSON)", context => Reply.Json(context, EffectiveConfiguration.Write(snapshot().Options))),
            Post("/drain", "accept nobody new and let calls in flight finish; the process stays", stop.Drain),
            Post("/shutdown", "stop as after SIGTERM; ?delay=5s serves that much longer, with /readyz at 503", stop.Shutdown),
        ];
    }

    private static AdminEndpoint Get(string path, string about, Func<HttpContext, Task> answer) => new(HttpMethods.Get, path, about, answer);

    private static AdminEndpoint Post(string path, string about, Func<HttpContext, Task> answer) => new(HttpMethods.Post, path, about, answer);

    private static async Task AnswerHealth(HttpContext context, HealthCheck health)
    {
        IReadOnlyList<int> silent = await health.FindSilentAsync();
        if (silent.Count == 0)
            await Reply.Text(context, StatusCodes.Status200OK, "ok");
        else
            await Reply.Text(context, StatusCodes.Status503ServiceUnavailable, $"No answer from worker {string.Join(", ", silent)} within {HealthCheck.Patience.TotalSeconds:0} s.");
    }
}
