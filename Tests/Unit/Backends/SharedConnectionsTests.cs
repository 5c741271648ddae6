using FrameRpc.Gateway.Backends;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Smf;

namespace FrameRpc.Tests.Backends;

public sealed class SharedConnectionsTests
{
    private readonly Dictionary<SmfFarServer, long> _busyUntilMs = [];

    [Test]
    public async Task One_connection_is_enough_for_a_server_that_answers_at_once()
    {
        var sim = new GatewaySimulation();
        SmfFarCaller[] callers = [.. Enumerable.Range(0, 64).Select(_ => sim.ConnectSmf())];
        for (int round = 0; round < 100; round++)
        {
            foreach (SmfFarCaller caller in callers)
                caller.Call((ushort)(round + 1), "x"u8);
            sim.RunFor(1);
        }
        await Assert.That(callers.Sum(caller => caller.Replies.Count)).IsEqualTo(6400);
        await Assert.That(sim.SmfServer.Connections).HasSingleItem();
    }

    [Test]
    public async Task No_call_is_put_behind_one_that_has_been_unanswered_for_longer_while_another_connection_may_be_opened()
    {
        var sim = new GatewaySimulation(new GatewaySetup { SharedConnectionsMax = 3, TimeoutMs = 60_000 });
        sim.SmfServer.OnRequest = (_, _) => { };
        SmfFarCaller caller = sim.ConnectSmf();
        for (ushort session = 1; session <= 12; session++)
        {
            caller.Call(session, "x"u8);
            sim.RunFor(20);
        }
        await Assert.That(sim.SmfServer.Connections.Count).IsEqualTo(3);
        await Assert.That(sim.SmfServer.Requests.Count).IsEqualTo(12);
    }

    [Test]
    public async Task Idle_connections_close_again()
    {
        var sim = new GatewaySimulation(new GatewaySetup { SharedConnectionsMax = 8, TimeoutMs = 60_000 });
        ServeInTurn(sim, slowMs: 40);
        SmfFarCaller caller = sim.ConnectSmf();
        for (ushort session = 1; session <= 50; session++)
        {
            caller.Call(session, "slow"u8);
            sim.RunFor(10);
        }
        sim.RunFor(5000);
        await Assert.That(sim.SmfBackend.Servers[0].Statistics.SharedConnections).IsGreaterThan(1);
        sim.RunFor(61_000);
        await Assert.That(sim.SmfBackend.Servers[0].Statistics.SharedConnections).IsEqualTo(0);
    }

    /// <summary>32 calls of 400 ms and 10 fast ones, as through smf's Go server.</summary>
    [Test]
    [Arguments(1, 1)]
    [Arguments(65_535, 2)]
    public async Task Calls_to_a_server_that_serves_in_turn_do_not_wait_for_each_other(int callsPerConnectionMax, int fromBurst)
    {
        var sim = new GatewaySimulation(new GatewaySetup { SharedConnectionsMax = 64, CallsPerConnectionMax = callsPerConnectionMax, TimeoutMs = 60_000 });
        ServeInTurn(sim, slowMs: 400);
        SmfFarCaller[] callers = [.. Enumerable.Range(0, 42).Select(_ => sim.ConnectSmf())];
        for (int burst = 1; burst <= 3; burst++)
        {
            long began = sim.Time.NowMs;
            for (int i = 0; i < callers.Length; i++)
            {
                if (i < 32)
                    callers[i].Call((ushort)burst, "slow"u8);
                else
                    callers[i].Call((ushort)burst, "fast"u8);
            }
            sim.RunUntil(() => callers.All(caller => caller.Replies.Count == burst), "all calls of the burst are answered");
            if (burst >= fromBurst)
                await Assert.That(sim.Time.NowMs - began).IsBetween(400, 480);
            sim.RunFor(100);
        }
    }

    [Test]
    public async Task Three_calls_in_a_row_without_a_reply_in_time_replace_the_connection()
    {
        var sim = new GatewaySimulation(new GatewaySetup { SharedConnectionsMax = 1, TimeoutMs = 300 });
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Call(1, "x"u8);
        sim.RunUntilQuiet();
        SmfFarServer first = sim.SmfServer.Connection;
        first.IsReading = false;
        for (ushort session = 2; session <= 6; session++)
        {
            caller.Call(session, "x"u8);
            sim.RunFor(400);
        }
        await Assert.That(Enumerable.Range(2, 5).Select(session => caller.StatusOf((ushort)session))).IsSequence([504u, 504u, 504u, 200u, 200u]);
        await Assert.That(sim.SmfServer.Connections.Count).IsEqualTo(2);
        await Assert.That(first.IsOver || first.Socket.Peer.IsClosed).IsTrue();
    }

    [Test]
    public async Task A_call_counts_as_unanswered_until_it_is_removed_however_many_come_and_go()
    {
        var calls = new CallsUnanswered();
        calls.Add(1000);
        calls.Add(1000);
        calls.Remove(1000, 1001);
        await Assert.That((calls.IsAnyOlderThan(1000), calls.IsAnyOlderThan(999))).IsEqualTo((true, false));
        for (long ms = 1002; ms < 1100; ms++)
        {
            calls.Add(ms);
            calls.Remove(ms, ms);
        }
        await Assert.That((calls.Count, calls.IsAnyOlderThan(1000))).IsEqualTo((1, true));
        calls.Add(1099);
        calls.Remove(1000, 1100);
        await Assert.That((calls.Count, calls.IsAnyOlderThan(1099), calls.IsAnyOlderThan(1100))).IsEqualTo((1, false, true));
    }

    /// <summary>One call after the other on each connection.</summary>
    private void ServeInTurn(GatewaySimulation sim, int slowMs) => sim.SmfServer.OnRequest = (connection, request) =>
    {
        long now = sim.Time.NowMs;
        long begins = Math.Max(now, _busyUntilMs.GetValueOrDefault(connection));
        long ends = begins + (request.Content.AsSpan().StartsWith("slow"u8) ? slowMs : 1);
        _busyUntilMs[connection] = ends;
        sim.Network.World.After((int)(ends - now), () => connection.Reply(request, request.Content));
    };
}
