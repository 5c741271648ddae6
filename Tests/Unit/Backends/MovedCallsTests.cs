using FrameRpc.Gateway.Backends;
using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;
using FrameRpc.Tests.Simulation.Smf;

namespace FrameRpc.Tests.Backends;

/// <summary>A connection ends before any byte of a call was sent on it: the call goes elsewhere, and nobody notices.</summary>
public sealed class MovedCallsTests
{
    private static readonly NetworkConditions SmallBuffers = NetworkConditions.Calm with { BufferBytesMin = 10_000, BufferBytesMax = 10_000 };

    [Test]
    public async Task Calls_that_wait_are_not_lost_on_a_connection_whose_end_arrives_with_the_reply()
    {
        var sim = new GatewaySimulation(new GatewaySetup { ExclusiveConnectionsMax = 1 });
        sim.FrameServer.OnRequest = (connection, request) =>
        {
            connection.Echo(request);
            connection.EndSending();
        };
        FrameFarCaller[] callers = [.. Enumerable.Range(0, 4).Select(_ => sim.ConnectFrames())];
        for (int round = 0; round < 5; round++)
        {
            foreach (FrameFarCaller caller in callers)
                caller.Call($"{round}");
        }
        sim.RunFor(1000);
        foreach (FrameFarCaller caller in callers)
            await Assert.That(caller.Replies.Select(reply => reply.Json)).IsSequence(["0", "1", "2", "3", "4"]);
        await Assert.That(sim.FrameServer.Requests.Count).IsEqualTo(20);
        await Assert.That(sim.FrameBackend.Servers[0].Statistics.Faults).IsEqualTo(0);
    }

    /// <summary>The end arrives a moment after the reply, when the next call may be on its way: after one lost call connections rest.</summary>
    [Test]
    public async Task A_server_that_closes_a_moment_after_each_reply_costs_one_call_at_most()
    {
        var sim = new GatewaySimulation(new GatewaySetup { ExclusiveConnectionsMax = 1, TimeoutMs = 10_000 });
        sim.FrameServer.OnRequest = (connection, request) =>
        {
            connection.Echo(request);
            sim.Network.World.After(3, connection.Close);
        };
        FrameFarCaller[] callers = [.. Enumerable.Range(0, 4).Select(_ => sim.ConnectFrames())];
        for (int round = 0; round < 5; round++)
        {
            foreach (FrameFarCaller caller in callers)
                caller.Call($"{round}");
        }
        sim.RunFor(5000);
        await Assert.That(callers.Sum(caller => caller.Replies.Count)).IsEqualTo(20);
        await Assert.That(callers.Sum(caller => caller.Replies.Count(reply => reply.Error != ReplyError.Ok))).IsBetween(0, 1);
    }

    [Test]
    public async Task Small_calls_behind_a_full_socket_move_and_those_that_were_sent_in_part_are_lost()
    {
        var sim = new GatewaySimulation(new GatewaySetup { SmfServers = [1, 1], SharedConnectionsMax = 1 }, SmallBuffers);
        sim.SmfServers[0].Reads = false;
        sim.SmfServers[1].Answer = ConnectAnswer.Refuse;
        SmfFarCaller caller = sim.ConnectSmf();
        for (ushort session = 1; session <= 20; session++)
            caller.Call(session, new byte[3000]);
        sim.RunFor(20);
        sim.SmfServers[1].Answer = ConnectAnswer.Accept;
        sim.RunFor(400);
        long before = sim.Counters.CallsMoved;
        sim.SmfServers[0].Connection.Reset();
        sim.RunFor(100);
        await Assert.That(caller.Replies.Count).IsEqualTo(20);
        int lost = caller.Replies.Count(reply => reply.Header.Meta == 502);
        // The socket's buffer took as many.
        await Assert.That(lost).IsBetween(1, 6);
        await Assert.That(caller.Replies.Count(reply => reply.Header.Meta == 200)).IsEqualTo(20 - lost);
        await Assert.That(sim.Counters.CallsMoved - before).IsEqualTo(20 - lost);
        await Assert.That(sim.SmfServers[1].Requests.Count).IsEqualTo(20 - lost);
    }

    [Test]
    public async Task A_call_moves_as_often_as_there_are_servers_and_is_refused_then()
    {
        var sim = new GatewaySimulation();
        SmfFarCaller smf = sim.ConnectSmf();
        FrameFarCaller frames = sim.ConnectFrames();
        sim.SmfServer.ClosesOnAccept = true;
        sim.FrameServer.ClosesOnAccept = true;
        smf.Call(1, "x"u8);
        smf.Call(2, new byte[100_000]);
        frames.Call("1");
        sim.RunFor(2000);
        await Assert.That((smf.Replies.Count, frames.Replies.Count)).IsEqualTo((2, 1));
        await Assert.That(sim.SmfBackend.Servers[0].Statistics.Faults).IsGreaterThan(0);
        smf.Close();
        frames.Close();
        sim.RunFor(1100);
        await Assert.That(sim.WorkerContext.CallersCount).IsEqualTo(0);
        foreach (Server server in sim.SmfBackend.Servers.Concat(sim.FrameBackend.Servers))
            await Assert.That(server.CallsInFlight).IsEqualTo(0);
    }
}
