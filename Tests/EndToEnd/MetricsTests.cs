using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>What the published binary counts is what was sent, and Prometheus' own programs understand how it says it.</summary>
[NotInParallel] // Loads the machine, or takes much of what it lets a process open.
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

    [Test]
    public async Task Counters_equal_what_a_load_of_known_size_sent()
    {
        KnownLoad.Send(_gateway.SmfAddress, "smf", SmfCalls, "--connections", "16", "--in-flight", "8");
        KnownLoad.Send(_gateway.FrameAddress, "frame", FrameCalls, "--connections", "8");

        Exposition page = Scrape();
        await Assert.That(page[$"frpc_calls_total{{{Smf},server=\"demo:echo\",status=\"200\"}}"]).IsEqualTo(SmfCalls);
        await Assert.That(page[$"frpc_calls_total{{{Frames},server=\"demo:echo\",status=\"ok\"}}"]).IsEqualTo(FrameCalls);
        await Assert.That(page.Sum("frpc_calls_total")).IsEqualTo(SmfCalls + FrameCalls);
        await Assert.That(page[$"frpc_call_duration_seconds_count{{{Smf}}}"]).IsEqualTo(SmfCalls);
        await Assert.That(page[$"frpc_call_duration_seconds_count{{{Frames}}}"]).IsEqualTo(FrameCalls);
        await Assert.That(page[$"frpc_request_bytes_total{{{Smf}}}"]).IsEqualTo(SmfCalls * SmfBytes);
        await Assert.That(page[$"frpc_reply_bytes_total{{{Smf}}}"]).IsEqualTo(SmfCalls * SmfBytes);
        await Assert.That(page[$"frpc_request_bytes_total{{{Frames}}}"]).IsEqualTo(FrameCalls * FrameBytes);
        await Assert.That(page.Sum("frpc_calls_in_flight")).IsEqualTo(0);
        await Assert.That(page.Sum("frpc_calls_refused_total")).IsEqualTo(0);
        await Assert.That(page["frpc_connections_accepted_total{listener=\"smf\"}"]).IsEqualTo(16);
        await Assert.That(page["frpc_connections_accepted_total{listener=\"frames\"}"]).IsEqualTo(8);
        await Assert.That(page.Sum("frpc_relayed_bytes_total")).IsEqualTo(0);
        await Assert.That(page.Sum("frpc_worker_busy_seconds_total") > 0).IsTrue().Because("nobody was at work");
    }

    [Test]
    public async Task Large_bodies_are_counted_byte_for_byte_however_they_pass()
    {
        const int bytes = 1024 * 1024;
        KnownLoad.Send(_gateway.SmfAddress, "smf", LargeCalls, "--connections", "2", "--size", $"{bytes}");

        Exposition page = Scrape();
        await Assert.That(page[$"frpc_request_bytes_total{{{Smf}}}"]).IsEqualTo((long)LargeCalls * bytes);
        await Assert.That(page[$"frpc_reply_bytes_total{{{Smf}}}"]).IsEqualTo((long)LargeCalls * bytes);
        await Assert.That(page.Sum("frpc_relayed_bytes_total")).IsEqualTo(2L * LargeCalls * bytes);
        await Assert.That(page["frpc_relayed_bytes_total{how=\"spliced\"}"] > 0).IsTrue().Because("nothing was spliced");
        await Assert.That(page["frpc_pipes_in_use"]).IsEqualTo(0);
    }

    [Test]
    public async Task Calls_that_nobody_serves_are_counted_where_they_came_in()
    {
        using (Peer caller = Peer.Connect(_gateway.SmfAddress))
        {
            caller.Send((SmfMessage.Request(1) with { Meta = 77 }).ToBytes());
            await Assert.That(SmfMessage.Read(caller)!.Meta).IsEqualTo(404u);
        }
        using (Peer caller = Peer.Connect(_gateway.FrameAddress))
        {
            caller.Send(FrameMessage.Call("Nobody", "1").ToBytes());
            _ = FrameMessage.Read(caller);
        }

        Exposition page = Scrape();
        await Assert.That(page["frpc_calls_total{listener=\"smf\",route=\"unknown\",backend=\"\",server=\"\",status=\"404\"}"]).IsEqualTo(1);
        await Assert.That(page["frpc_calls_total{listener=\"frames\",route=\"unknown\",backend=\"\",server=\"\",status=\"request\"}"]).IsEqualTo(1);
        await Assert.That(page["frpc_calls_refused_total{reason=\"no_route\"}"]).IsEqualTo(2);
    }

    [Test]
    public async Task Promtool_finds_nothing_to_say_about_names_units_and_types()
    {
        SkipWithoutPrometheus();
        KnownLoad.Send(_gateway.SmfAddress, "smf", 100);
        KnownLoad.Send(_gateway.FrameAddress, "frame", 100);
        AdminAnswer page = _admin.Get("/metrics");
        await Assert.That(page.ContentType).IsEqualTo("text/plain; version=0.0.4; charset=utf-8");

        File.WriteAllText(Path.Combine(_gateway.Folder, "page"), page.Text);
        Result checkedPage = Programs.Run(Programs.Start("bash", _gateway.Folder, [], "-c", "promtool check metrics <page"));

        await Assert.That((checkedPage.Status, checkedPage.Output, checkedPage.Error)).IsEqualTo((0, "", ""));
    }

    [Test]
    public async Task Prometheus_scrapes_it_and_answers_what_was_sent()
    {
        SkipWithoutPrometheus();
        KnownLoad.Send(_gateway.SmfAddress, "smf", SmfCalls, "--in-flight", "8");
        using var prometheus = new PrometheusProcess(_gateway.AdminAddress, _gateway.Folder);

        await Assert.That(prometheus.Ask("sum by (route) (frpc_calls_total{status=\"200\"})")).IsEqualTo(SmfCalls);
        await Assert.That(prometheus.Ask("up")).IsEqualTo(1);
        await Assert.That(prometheus.Ask("frpc_build_info{version!=\"\"}")).IsEqualTo(1);
        await Assert.That(prometheus.Ask("histogram_quantile(0.5, sum by (le) (frpc_call_duration_seconds_bucket{route=\"get\"}))")).IsBetween(1e-6, 10);
    }

    private static void SkipWithoutPrometheus() =>
        Skip.Unless(File.Exists("/usr/bin/promtool") && File.Exists("/usr/bin/prometheus"), "Debian's package prometheus is not installed");

    private Exposition Scrape() => new(_admin.Get("/metrics").Text);
}
