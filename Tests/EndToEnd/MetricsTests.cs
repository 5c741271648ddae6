using FrameRpc.Tests.Admin.Metrics;
using FrameRpc.Tests.Cli;
using Xunit;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>What the published binary counts is what was sent, and Prometheus' own programs understand how it says it.</summary>
[Collection(nameof(Heavy))]
public sealed class MetricsTests : IDisposable
{
    private const int SmfCalls = 20_000, FrameCalls = 5_000, LargeCalls = 40;
    private const long SmfBytes = 60, FrameBytes = 100;

    private const string Smf = "listener=\"smf\",route=\"get\",backend=\"smf-servers\"";
    private const string Frames = "listener=\"frames\",route=\"echo\",backend=\"frame-servers\"";

    private readonly GatewayProcess _gateway = GatewayProcess.Start(new GatewayFile { Admin = "127.0.0.1:0" });
    private readonly AdminHttp _admin;

    public MetricsTests() => _admin = new AdminHttp(_gateway.AdminAddress);

    public void Dispose()
    {
        _admin.Dispose();
        _gateway.Dispose();
    }

    [Fact]
    public void Counters_equal_what_a_load_of_known_size_sent()
    {
        KnownLoad.Send(_gateway.SmfAddress, "smf", SmfCalls, "--connections", "16", "--in-flight", "8");
        KnownLoad.Send(_gateway.FrameAddress, "frame", FrameCalls, "--connections", "8");

        Exposition page = Scrape();
        Assert.Equal(SmfCalls, page[$"frpc_calls_total{{{Smf},server=\"demo:echo\",status=\"200\"}}"]);
        Assert.Equal(FrameCalls, page[$"frpc_calls_total{{{Frames},server=\"demo:echo\",status=\"ok\"}}"]);
        Assert.Equal(SmfCalls + FrameCalls, page.Sum("frpc_calls_total"));
        Assert.Equal(SmfCalls, page[$"frpc_call_duration_seconds_count{{{Smf}}}"]);
        Assert.Equal(FrameCalls, page[$"frpc_call_duration_seconds_count{{{Frames}}}"]);
        Assert.Equal(SmfCalls * SmfBytes, page[$"frpc_request_bytes_total{{{Smf}}}"]);
        Assert.Equal(SmfCalls * SmfBytes, page[$"frpc_reply_bytes_total{{{Smf}}}"]);
        Assert.Equal(FrameCalls * FrameBytes, page[$"frpc_request_bytes_total{{{Frames}}}"]);
        Assert.Equal(0, page.Sum("frpc_calls_in_flight"));
        Assert.Equal(0, page.Sum("frpc_calls_refused_total"));
        Assert.Equal(16, page["frpc_connections_accepted_total{listener=\"smf\"}"]);
        Assert.Equal(8, page["frpc_connections_accepted_total{listener=\"frames\"}"]);
        Assert.Equal(0, page.Sum("frpc_relayed_bytes_total"));
        Assert.True(page.Sum("frpc_worker_busy_seconds_total") > 0, "nobody was at work");
    }

    [Fact]
    public void Large_bodies_are_counted_byte_for_byte_however_they_pass()
    {
        const int bytes = 1024 * 1024;
        KnownLoad.Send(_gateway.SmfAddress, "smf", LargeCalls, "--connections", "2", "--size", $"{bytes}");

        Exposition page = Scrape();
        Assert.Equal((long)LargeCalls * bytes, page[$"frpc_request_bytes_total{{{Smf}}}"]);
        Assert.Equal((long)LargeCalls * bytes, page[$"frpc_reply_bytes_total{{{Smf}}}"]);
        Assert.Equal(2L * LargeCalls * bytes, page.Sum("frpc_relayed_bytes_total"));
        Assert.True(page["frpc_relayed_bytes_total{how=\"spliced\"}"] > 0, "nothing was spliced");
        Assert.Equal(0, page["frpc_pipes_in_use"]);
    }

    [Fact]
    public void Calls_that_nobody_serves_are_counted_where_they_came_in()
    {
        using (Peer caller = Peer.Connect(_gateway.SmfAddress))
        {
            caller.Send((SmfMessage.Request(1) with { Meta = 77 }).ToBytes());
            Assert.Equal(404u, SmfMessage.Read(caller)!.Meta);
        }
        using (Peer caller = Peer.Connect(_gateway.FrameAddress))
        {
            caller.Send(FrameMessage.Call("Nobody", "1").ToBytes());
            _ = FrameMessage.Read(caller);
        }

        Exposition page = Scrape();
        Assert.Equal(1, page["frpc_calls_total{listener=\"smf\",route=\"unknown\",backend=\"\",server=\"\",status=\"404\"}"]);
        Assert.Equal(1, page["frpc_calls_total{listener=\"frames\",route=\"unknown\",backend=\"\",server=\"\",status=\"request\"}"]);
        Assert.Equal(2, page["frpc_calls_refused_total{reason=\"no_route\"}"]);
    }

    [Fact]
    public void Promtool_finds_nothing_to_say_about_names_units_and_types()
    {
        SkipWithoutPrometheus();
        KnownLoad.Send(_gateway.SmfAddress, "smf", 100);
        KnownLoad.Send(_gateway.FrameAddress, "frame", 100);
        AdminAnswer page = _admin.Get("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", page.ContentType);

        File.WriteAllText(Path.Combine(_gateway.Folder, "page"), page.Text);
        Result checkedPage = Binary.Run(Binary.StartProgram("bash", _gateway.Folder, [], "-c", "promtool check metrics <page"));

        Assert.Equal((0, "", ""), (checkedPage.Status, checkedPage.Output, checkedPage.Error));
    }

    [Fact]
    public void Prometheus_scrapes_it_and_answers_what_was_sent()
    {
        SkipWithoutPrometheus();
        KnownLoad.Send(_gateway.SmfAddress, "smf", SmfCalls, "--in-flight", "8");
        using var prometheus = new PrometheusProcess(_gateway.AdminAddress, _gateway.Folder);

        Assert.Equal(SmfCalls, prometheus.Ask("sum by (route) (frpc_calls_total{status=\"200\"})"));
        Assert.Equal(1, prometheus.Ask("up"));
        Assert.Equal(1, prometheus.Ask("frpc_build_info{version!=\"\"}"));
        Assert.InRange(prometheus.Ask("histogram_quantile(0.5, sum by (le) (frpc_call_duration_seconds_bucket{route=\"get\"}))"), 1e-6, 10);
    }

    private static void SkipWithoutPrometheus() =>
        Assert.SkipUnless(File.Exists("/usr/bin/promtool") && File.Exists("/usr/bin/prometheus"), "Debian's package prometheus is not installed");

    private Exposition Scrape() => new(_admin.Get("/metrics").Text);
}
