using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Smf;

namespace FrameRpc.Tests.Backends;

public sealed class BalancingTests
{
    /// <summary>From a call every 50 ms, which find all servers idle, to 200 in flight.</summary>
    [Test]
    [Arguments(1)]
    [Arguments(20)]
    [Arguments(200)]
    public async Task Weights_hold_at_every_load(int callsAtOnce)
    {
        foreach (Balancing balancing in new[] { Balancing.LeastCalls, Balancing.RoundRobin, Balancing.PeakEwma })
        {
            await AssertWeightsHold(balancing, "9:10", callsAtOnce);
            await AssertWeightsHold(balancing, "1:2:3", callsAtOnce);
        }
    }

    private static async Task AssertWeightsHold(Balancing balancing, string weights, int callsAtOnce)
    {
        int[] shares = [.. weights.Split(':').Select(int.Parse)];
        var sim = new GatewaySimulation(new GatewaySetup { SmfServers = shares, Balancing = balancing });
        foreach (SmfServer server in sim.SmfServers)
            server.OnRequest = (connection, request) => sim.Network.World.After(10, () => connection.Reply(request, request.Content));
        SmfFarCaller caller = sim.ConnectSmf();
        // Their connections are made.
        for (ushort session = 1; session <= 50; session++)
        {
            caller.Call(session, "x"u8);
            sim.RunFor(15);
        }
        int[] before = [.. sim.SmfServers.Select(server => server.Requests.Count)];
        int calls = Math.Max(2000, callsAtOnce * 10);
        for (int call = 0; call < calls; call++)
        {
            caller.Call((ushort)(1000 + call), "x"u8);
            if (call % callsAtOnce == callsAtOnce - 1)
                sim.RunFor(15);
        }
        sim.RunFor(100);
        for (int i = 0; i < shares.Length; i++)
        {
            double wanted = (double)calls * shares[i] / shares.Sum();
            await Assert.That(sim.SmfServers[i].Requests.Count - before[i]).IsBetween((int)(wanted * 0.85), (int)(wanted * 1.15)).Because($"{balancing}: server {i} has {shares[i]} of {shares.Sum()}");
        }
    }

    [Test]
    public async Task A_much_slower_server_gets_less_and_not_nothing_in_round_robin_too()
    {
        var sim = new GatewaySimulation(new GatewaySetup { SmfServers = [1, 1, 1], Balancing = Balancing.RoundRobin });
        for (int i = 0; i < 3; i++)
        {
            int ms = i == 0 ? 200 : 5;
            sim.SmfServers[i].OnRequest = (connection, request) => sim.Network.World.After(ms, () => connection.Reply(request, request.Content));
        }
        SmfFarCaller caller = sim.ConnectSmf();
        for (int call = 0; call < 3000; call++)
        {
            caller.Call((ushort)(1 + call), "x"u8);
            sim.RunFor(2);
        }
        sim.RunFor(500);
        await Assert.That(caller.Replies.Count(reply => reply.Header.Meta == 200)).IsEqualTo(3000);
        await Assert.That(sim.SmfServers[0].Requests.Count).IsBetween(100, 600);
    }

    [Test]
    public async Task A_server_without_room_is_passed_over_while_another_one_has_some()
    {
        var sim = new GatewaySimulation(new GatewaySetup { FrameServers = [1, 1], Balancing = Balancing.RoundRobin, ExclusiveConnectionsMax = 2, CallsWaitingMax = 0 });
        foreach (var server in sim.FrameServers)
            server.OnRequest = (_, _) => { };
        var callers = Enumerable.Range(0, 4).Select(_ => sim.ConnectFrames()).ToArray();
        foreach (var caller in callers)
        {
            caller.Call("1");
            sim.RunUntilQuiet();
        }
        await Assert.That(sim.FrameServers.Select(server => server.Requests.Count)).IsSequence([2, 2]);
    }

    [Test]
    public async Task A_key_stays_with_its_server_and_few_keys_move_when_another_server_comes()
    {
        ServerPickerTests setup = new();
        var picker = new HashPicker();
        Server[] three = setup.Servers(1, 1, 1), four = [.. three, setup.Servers(1, 1, 1, 1)[3]];
        uint[] keys = [.. Enumerable.Range(0, 1000).Select(i => HashPicker.HashOf($"10.0.{i / 256}.{i % 256}"))];
        Server?[] before = [.. keys.Select(key => picker.Pick(three, ServerNeed.Shared, key))];
        await Assert.That(keys.Select(key => picker.Pick(three, ServerNeed.Shared, key))).IsSequence(before);
        foreach (Server server in three)
            await Assert.That(before.Count(picked => picked == server)).IsBetween(250, 420);
        int moved = keys.Zip(before).Count(pair => picker.Pick(four, ServerNeed.Shared, pair.First) != pair.Second);
        // A quarter has to.
        await Assert.That(moved).IsBetween(150, 400);
    }

    [Test]
    public async Task A_key_with_many_calls_does_not_overload_its_server()
    {
        Server[] servers = new ServerPickerTests().Servers(1, 1, 1, 1);
        var picker = new HashPicker();
        for (int i = 0; i < 400; i++)
            picker.Pick(servers, ServerNeed.Shared, key: 7)!.OnCallBegun();
        foreach (Server server in servers)
            await Assert.That(server.CallsInFlight).IsBetween(20, 130);
    }
}
