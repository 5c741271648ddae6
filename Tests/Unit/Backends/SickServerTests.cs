using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;
using FrameRpc.Tests.Simulation.Smf;

namespace FrameRpc.Tests.Backends;

/// <summary>One of three servers is sick, in each of the ways of real ones: few calls are lost to it, and it is used again when it is well.</summary>
public sealed class SickServerTests
{
    private const int Calls = 600;

    public enum Sickness
    {
        ClosesOnAccept,
        ClosesOnRequest,
        SaysThatItFailed,
        SendsBadReplies,
        AnswersNothing,
    }

    /// <summary>2 ms between two calls, of which the servers have 5 in flight each.</summary>
    private const int PauseMs = 2, ServiceMs = 30;

    [Test]
    [Arguments(Sickness.ClosesOnAccept)]
    [Arguments(Sickness.ClosesOnRequest)]
    [Arguments(Sickness.SaysThatItFailed)]
    [Arguments(Sickness.SendsBadReplies)]
    [Arguments(Sickness.AnswersNothing)]
    public async Task Few_calls_are_lost_to_a_sick_server_and_none_any_more_when_it_is_well(Sickness sickness)
    {
        await AssertFewAreLost(sickness, Balancing.LeastCalls);
        await AssertFewAreLost(sickness, Balancing.PeakEwma);
    }

    private static async Task AssertFewAreLost(Sickness sickness, Balancing balancing)
    {
        var sim = new GatewaySimulation(new GatewaySetup { SmfServers = [1, 1, 1], Balancing = balancing, TimeoutMs = 500 });
        bool isSick = true;
        foreach (SmfServer server in sim.SmfServers)
        {
            server.OnRequest = (connection, request) =>
            {
                bool suffers = isSick && server == sim.SmfServers[0];
                if (suffers && sickness == Sickness.ClosesOnRequest)
                    connection.Close();
                else if (!suffers || sickness != Sickness.AnswersNothing)
                    sim.Network.World.After(suffers ? 0 : ServiceMs, () => Reply(connection, request, suffers ? sickness : null));
            };
        }
        sim.SmfServers[0].ClosesOnAccept = sickness == Sickness.ClosesOnAccept;
        SmfFarCaller caller = sim.ConnectSmf();
        int failed = Play(sim, caller, from: 1);
        await Assert.That(failed).IsBetween(sickness == Sickness.ClosesOnAccept ? 0 : 1, 10);
        await Assert.That(sim.SmfBackend.Servers[0].Statistics.Faults).IsGreaterThan(0);
        await Assert.That(sim.SmfBackend.Servers.Skip(1).Sum(server => server.Statistics.Faults)).IsEqualTo(0);

        isSick = false;
        sim.SmfServers[0].ClosesOnAccept = false;
        // Long enough for the last ejection to end, and for the faults to be forgotten.
        sim.RunFor(90_000);
        int before = sim.SmfServers[0].Requests.Count;
        int lost = Play(sim, caller, from: 2000);
        await Assert.That(lost).IsEqualTo(0);
        await Assert.That(sim.SmfServers[0].Requests.Count - before).IsGreaterThan(Calls / 5);
    }

    [Test]
    [Arguments(Sickness.ClosesOnRequest)]
    [Arguments(Sickness.SaysThatItFailed)]
    [Arguments(Sickness.AnswersNothing)]
    public async Task The_same_holds_for_frame_servers(Sickness sickness)
    {
        var sim = new GatewaySimulation(new GatewaySetup { FrameServers = [1, 1, 1], Balancing = Balancing.LeastCalls, TimeoutMs = 500 });
        foreach (FrameServer server in sim.FrameServers)
        {
            server.OnRequest = (connection, request) =>
            {
                if (server != sim.FrameServers[0])
                    sim.Network.World.After(ServiceMs, () => connection.Echo(request));
                else if (sickness == Sickness.ClosesOnRequest)
                    connection.Close();
                else if (sickness == Sickness.SaysThatItFailed)
                    connection.Fail(ReplyError.Server, "out of order");
            };
        }
        FrameFarCaller[] callers = [.. Enumerable.Range(0, 20).Select(_ => sim.ConnectFrames())];
        for (int round = 0; round < 60; round++)
        {
            foreach (FrameFarCaller caller in callers)
                caller.Call($"{round}");
            sim.RunFor(ServiceMs + 10);
        }
        sim.RunFor(2000);
        await Assert.That(callers.Sum(caller => caller.Replies.Count)).IsEqualTo(1200);
        await Assert.That(callers.Sum(caller => caller.Replies.Count(reply => reply.Error != ReplyError.Ok))).IsBetween(1, 20);
    }

    [Test]
    public async Task A_sole_server_that_fails_gets_all_calls_all_the_same()
    {
        var sim = new GatewaySimulation();
        sim.SmfServer.OnRequest = (connection, request) => connection.Reply(request, request.Content, status: 500);
        SmfFarCaller caller = sim.ConnectSmf();
        for (ushort session = 1; session <= 50; session++)
        {
            caller.Call(session, "x"u8);
            sim.RunFor(10);
            await Assert.That(caller.StatusOf(session)).IsEqualTo(500u);
        }
        await Assert.That(sim.SmfBackend.Statistics.UsesEjected).IsTrue();
    }

    [Test]
    public async Task Statuses_that_say_that_the_caller_is_at_fault_are_no_faults_of_the_server()
    {
        var sim = new GatewaySimulation(new GatewaySetup { SmfServers = [1, 1], FrameServers = [1, 1] });
        foreach (SmfServer server in sim.SmfServers)
            server.OnRequest = (connection, request) => connection.Reply(request, request.Content, status: 404);
        foreach (FrameServer server in sim.FrameServers)
            server.OnRequest = (connection, request) => connection.Fail(ReplyError.Undecided, "the handler's own");
        SmfFarCaller smf = sim.ConnectSmf();
        FrameFarCaller frames = sim.ConnectFrames();
        for (ushort session = 1; session <= 50; session++)
        {
            smf.Call(session, "x"u8);
            frames.Call("1");
            sim.RunUntilQuiet();
        }
        foreach (Server server in sim.SmfBackend.Servers.Concat(sim.FrameBackend.Servers))
            await Assert.That((server.Statistics.Faults, server.IsInService)).IsEqualTo((0L, true));
    }

    /// <summary>At a call a second no rule about many calls helps: what counts is that a fault is remembered as long as others are free.</summary>
    [Test]
    public async Task A_server_that_answers_nothing_costs_three_calls_at_most_at_one_call_a_second()
    {
        var sim = new GatewaySimulation(new GatewaySetup { SmfServers = [1, 1, 1], Balancing = Balancing.LeastCalls, TimeoutMs = 500 });
        sim.SmfServers[0].OnRequest = (_, _) => { };
        SmfFarCaller caller = sim.ConnectSmf();
        for (ushort session = 1; session <= 60; session++)
        {
            caller.Call(session, "x"u8);
            sim.RunFor(1000);
        }
        await Assert.That(caller.Replies.Count(reply => reply.Header.Meta != 200)).IsBetween(1, 3);
    }

    private static void Reply(SmfFarServer connection, SmfMessage request, Sickness? sickness)
    {
        switch (sickness)
        {
            case Sickness.SaysThatItFailed:
                connection.Reply(request, request.Content, status: 500);
                break;
            case Sickness.SendsBadReplies:
                byte[] bad = SmfMessage.Encode(request.Header.Session, 200, request.Content);
                bad[8] ^= 1;
                connection.Send(bad);
                break;
            default:
                connection.Reply(request, request.Content);
                break;
        }
    }

    /// <returns>How many calls failed.</returns>
    private static int Play(GatewaySimulation sim, SmfFarCaller caller, int from)
    {
        int before = caller.Replies.Count(reply => reply.Header.Meta != 200);
        for (int call = 0; call < Calls; call++)
        {
            caller.Call((ushort)(from + call), "x"u8);
            sim.RunFor(PauseMs);
        }
        sim.RunFor(1000);
        return caller.Replies.Count(reply => reply.Header.Meta != 200) - before;
    }
}
