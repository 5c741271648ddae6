using FrameRpc.Tests.Peers;
using FrameRpc.Tests.Formats;

namespace FrameRpc.Tests.Admin.Metrics;

public sealed class MetricsPageTests
{
    private const string Labels = "listener=\"smf\",route=\"get\",backend=\"storage\"";

    [Test]
    public async Task Calls_of_all_workers_stand_in_one_series()
    {
        using var gateway = new WorkersByHand(workers: 3);
        Call(gateway, callers: 6, calls: 5);
        Exposition page = gateway.Metrics();
        await Assert.That(page[$"frpc_calls_total{{{Labels},server=\"demo:echo\",status=\"200\"}}"]).IsEqualTo(30);
        await Assert.That(page[$"frpc_calls_in_flight{{{Labels}}}"]).IsEqualTo(0);
        await Assert.That(page[$"frpc_call_duration_seconds_count{{{Labels}}}"]).IsEqualTo(30);
        await Assert.That(page[$"frpc_call_duration_seconds_bucket{{{Labels},le=\"+Inf\"}}"]).IsEqualTo(30);
        await Assert.That(page[$"frpc_request_bytes_total{{{Labels}}}"]).IsEqualTo(30 * 60);
        await Assert.That(page[$"frpc_reply_bytes_total{{{Labels}}}"]).IsEqualTo(30 * 60);
        await Assert.That(page["frpc_connections{listener=\"smf\"}"]).IsEqualTo(6);
        await Assert.That(page["frpc_connections{listener=\"frames\"}"]).IsEqualTo(0);
        await Assert.That(page["frpc_connections_accepted_total{listener=\"smf\"}"]).IsEqualTo(6);
        await Assert.That(page["frpc_connections_handed_over_total{listener=\"smf\"}"]).IsEqualTo(4);
        await Assert.That(page["frpc_lanes{backend=\"storage\",server=\"demo:echo\",kind=\"shared\"}"]).IsEqualTo(3);
        await Assert.That(page["frpc_lanes_opened_total{backend=\"storage\",server=\"demo:echo\"}"]).IsEqualTo(3);
        await Assert.That(page["frpc_server_up{backend=\"storage\",server=\"demo:echo\"}"]).IsEqualTo(1);
    }

    [Test]
    public async Task Buckets_hold_all_that_took_no_longer_than_their_bound()
    {
        using var gateway = new WorkersByHand(workers: 1);
        Call(gateway, callers: 1, calls: 20);
        Exposition page = gateway.Metrics();
        double[] buckets = [.. page.Series.Where(series => series.StartsWith($"frpc_call_duration_seconds_bucket{{{Labels}", StringComparison.Ordinal)).Select(series => page[series])];
        await Assert.That(buckets.Length).IsEqualTo(22);
        await Assert.That(buckets).IsSequence(buckets.Order());
        await Assert.That(buckets[^1]).IsEqualTo(20);
    }

    [Test]
    public async Task Whatever_ids_callers_make_up_there_is_one_series_for_them()
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
        await Assert.That(page["frpc_calls_total{listener=\"smf\",route=\"unknown\",backend=\"\",server=\"\",status=\"404\"}"]).IsEqualTo(100);
        await Assert.That(page["frpc_calls_refused_total{reason=\"no_route\"}"]).IsEqualTo(100);
        await Assert.That(page.Series.Count()).IsEqualTo(before + 1);
    }

    [Test]
    public async Task Each_family_is_said_once_and_has_a_help_and_a_type()
    {
        using var gateway = new WorkersByHand(workers: 2);
        Call(gateway, callers: 2, calls: 1);
        string[] lines = gateway.MetricsText().Split('\n');
        string[] families = [.. lines.Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2])];
        await Assert.That(families).IsSequence(families.Distinct());
        await Assert.That(lines.Where(line => line.StartsWith("# HELP ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2])).IsSequence(families);
        foreach (string line in lines.Where(line => line.Length > 0 && line[0] != '#'))
            await Assert.That(families).Contains(family => line.StartsWith(family, StringComparison.Ordinal));
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
