using FrameRpc.Tests.EndToEnd;
using FrameRpc.Tests.Proxy;
using Xunit;

namespace FrameRpc.Tests.Admin.Metrics;

public sealed class MetricsPageTests
{
    private const string Labels = "listener=\"smf\",route=\"get\",backend=\"storage\"";

    [Fact]
    public void Calls_of_all_workers_stand_in_one_series()
    {
        using var gateway = new WorkersByHand(workers: 3);
        Call(gateway, callers: 6, calls: 5);
        Exposition page = gateway.Metrics();
        Assert.Equal(30, page[$"frpc_calls_total{{{Labels},server=\"demo:echo\",status=\"200\"}}"]);
        Assert.Equal(0, page[$"frpc_calls_in_flight{{{Labels}}}"]);
        Assert.Equal(30, page[$"frpc_call_duration_seconds_count{{{Labels}}}"]);
        Assert.Equal(30, page[$"frpc_call_duration_seconds_bucket{{{Labels},le=\"+Inf\"}}"]);
        Assert.Equal(30 * 60, page[$"frpc_request_bytes_total{{{Labels}}}"]);
        Assert.Equal(30 * 60, page[$"frpc_reply_bytes_total{{{Labels}}}"]);
        Assert.Equal(6, page["frpc_connections{listener=\"smf\"}"]);
        Assert.Equal(0, page["frpc_connections{listener=\"frames\"}"]);
        Assert.Equal(6, page["frpc_connections_accepted_total{listener=\"smf\"}"]);
        Assert.Equal(4, page["frpc_connections_handed_over_total{listener=\"smf\"}"]);
        Assert.Equal(3, page["frpc_lanes{backend=\"storage\",server=\"demo:echo\",kind=\"shared\"}"]);
        Assert.Equal(3, page["frpc_lanes_opened_total{backend=\"storage\",server=\"demo:echo\"}"]);
        Assert.Equal(1, page["frpc_server_up{backend=\"storage\",server=\"demo:echo\"}"]);
    }

    [Fact]
    public void Buckets_hold_all_that_took_no_longer_than_their_bound()
    {
        using var gateway = new WorkersByHand(workers: 1);
        Call(gateway, callers: 1, calls: 20);
        Exposition page = gateway.Metrics();
        double[] buckets = [.. page.Series.Where(series => series.StartsWith($"frpc_call_duration_seconds_bucket{{{Labels}", StringComparison.Ordinal)).Select(series => page[series])];
        Assert.Equal(22, buckets.Length);
        Assert.Equal(buckets.Order(), buckets);
        Assert.Equal(20, buckets[^1]);
    }

    [Fact]
    public void Whatever_ids_callers_make_up_there_is_one_series_for_them()
    {
        using var gateway = new WorkersByHand(workers: 1);
        int before = gateway.Metrics().Series.Count();
        Peer caller = gateway.ConnectSmf(1)[0];
        for (uint id = 1; id <= 100; id++)
        {
            caller.Send((SmfMessage.Request(1) with { Meta = id }).ToBytes());
            gateway.TurnAll();
        }
        Exposition page = gateway.Metrics();
        Assert.Equal(100, page["frpc_calls_total{listener=\"smf\",route=\"unknown\",backend=\"\",server=\"\",status=\"404\"}"]);
        Assert.Equal(100, page["frpc_calls_refused_total{reason=\"no_route\"}"]);
        Assert.Equal(before + 1, page.Series.Count());
    }

    [Fact]
    public void Each_family_is_said_once_and_has_a_help_and_a_type()
    {
        using var gateway = new WorkersByHand(workers: 2);
        Call(gateway, callers: 2, calls: 1);
        string[] lines = gateway.MetricsText().Split('\n');
        string[] families = [.. lines.Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2])];
        Assert.Equal(families.Distinct(), families);
        Assert.Equal(families, lines.Where(line => line.StartsWith("# HELP ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]));
        Assert.All(lines.Where(line => line.Length > 0 && line[0] != '#'), line =>
            Assert.Contains(families, family => line.StartsWith(family, StringComparison.Ordinal)));
    }

    private static void Call(WorkersByHand gateway, int callers, int calls)
    {
        Peer[] peers = gateway.ConnectSmf(callers);
        gateway.Turn(0);
        gateway.TurnAll();
        for (int call = 0; call < calls; call++)
        {
            foreach (Peer peer in peers)
                peer.Send(SmfMessage.Request(call + 1).ToBytes());
            gateway.TurnAll();
        }
    }
}
