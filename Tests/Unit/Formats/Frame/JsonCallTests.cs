using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;

namespace FrameRpc.Tests.Formats.Frames;

public sealed class JsonCallTests
{
    [Test]
    public async Task A_call_reaches_the_server_and_its_reply_comes_back()
    {
        var sim = new GatewaySimulation();
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Call("""{"Msg":"hello"}""");
        sim.RunUntilQuiet();

        FrameMessage request = await Assert.That(sim.FrameServer.Requests).HasSingleItem();
        await Assert.That((request.Endpoint, request.DataType, request.Json)).IsEqualTo(("Echo", DataType.Json, """{"Msg":"hello"}"""));
        await Assert.That((caller.LastReply.Error, caller.LastReply.Json)).IsEqualTo((ReplyError.Ok, """{"Msg":"hello"}"""));
        caller.Close();
        sim.RunUntilQuiet();
        await sim.AssertNothingLeaked();
    }

    [Test]
    public async Task Pipelined_requests_are_answered_in_their_order()
    {
        var sim = new GatewaySimulation();
        FrameFarCaller caller = sim.ConnectFrames();
        for (int i = 0; i < 50; i++)
            caller.Call($"{{\"n\":{i}}}");
        sim.RunUntilQuiet();

        await Assert.That(caller.Replies.Select(reply => reply.Json)).IsSequence(Enumerable.Range(0, 50).Select(i => $"{{\"n\":{i}}}"));
        await Assert.That(sim.FrameServer.Connections).HasSingleItem();
    }

    [Test]
    public async Task Each_caller_has_a_connection_of_its_own_and_connections_are_used_again()
    {
        var sim = new GatewaySimulation();
        FrameFarCaller[] callers = [sim.ConnectFrames(), sim.ConnectFrames(), sim.ConnectFrames()];
        for (int round = 0; round < 4; round++)
        {
            foreach (FrameFarCaller caller in callers)
                caller.Call($"{{\"round\":{round}}}");
            sim.RunUntilQuiet();
        }
        foreach (FrameFarCaller caller in callers)
            await Assert.That(caller.Replies.Count).IsEqualTo(4);
        await Assert.That(sim.FrameServer.Connections.Count).IsEqualTo(3);
    }

    [Test]
    public async Task Octets_are_echoed_while_they_still_arrive()
    {
        var sim = new GatewaySimulation();
        FrameFarCaller caller = sim.ConnectFrames();
        byte[] body = new byte[1_000_000];
        sim.Random.NextBytes(body);
        caller.Send([.. Frame.RequestHeader("Upload", DataType.Octets), .. Frame.Octets(body)]);
        sim.RunUntilQuiet();
        await Assert.That(caller.LastReply.Data).IsSequence(body);
    }

    [Test]
    public async Task A_reset_frame_is_answered_with_one_and_a_close()
    {
        var sim = new GatewaySimulation();
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Call("1");
        sim.RunUntilQuiet();
        await Assert.That(caller.Replies).HasSingleItem();
        caller.Send(Frame.Reset);
        sim.RunUntilQuiet();
        await Assert.That(caller.SawResetFrame).IsTrue();
        await Assert.That(caller.SawEnd).IsTrue();
    }
}
