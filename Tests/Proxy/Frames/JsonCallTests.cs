using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;
using Xunit;

namespace FrameRpc.Tests.Proxy.Frames;

public sealed class JsonCallTests
{
    [Fact]
    public void A_call_reaches_the_server_and_its_reply_comes_back()
    {
        var sim = new GatewaySimulation();
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Call("""{"Msg":"hello"}""");
        sim.RunUntilQuiet();

        FrameMessage request = Assert.Single(sim.FrameServer.Requests);
        Assert.Equal(("Echo", DataType.Json, """{"Msg":"hello"}"""), (request.Endpoint, request.DataType, request.Json));
        Assert.Equal((ReplyError.Ok, """{"Msg":"hello"}"""), (caller.LastReply.Error, caller.LastReply.Json));
        caller.Close();
        sim.RunUntilQuiet();
        sim.AssertNothingLeaked();
    }

    [Fact]
    public void Pipelined_requests_are_answered_in_their_order()
    {
        var sim = new GatewaySimulation();
        FrameFarCaller caller = sim.ConnectFrames();
        for (int i = 0; i < 50; i++)
            caller.Call($"{{\"n\":{i}}}");
        sim.RunUntilQuiet();

        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{{\"n\":{i}}}"), caller.Replies.Select(reply => reply.Json));
        Assert.Single(sim.FrameServer.Connections);
    }

    [Fact]
    public void Each_caller_has_a_lane_of_its_own_and_lanes_are_used_again()
    {
        var sim = new GatewaySimulation();
        FrameFarCaller[] callers = [sim.ConnectFrames(), sim.ConnectFrames(), sim.ConnectFrames()];
        for (int round = 0; round < 4; round++)
        {
            foreach (FrameFarCaller caller in callers)
                caller.Call($"{{\"round\":{round}}}");
            sim.RunUntilQuiet();
        }
        Assert.All(callers, caller => Assert.Equal(4, caller.Replies.Count));
        Assert.Equal(3, sim.FrameServer.Connections.Count);
    }

    [Fact]
    public void Octets_are_echoed_while_they_still_come()
    {
        var sim = new GatewaySimulation();
        FrameFarCaller caller = sim.ConnectFrames();
        byte[] body = new byte[1_000_000];
        sim.Random.NextBytes(body);
        caller.Send([.. Frame.RequestHeader("Upload", DataType.Octets), .. Frame.Octets(body)]);
        sim.RunUntilQuiet();
        Assert.Equal(body, caller.LastReply.Data);
    }

    [Fact]
    public void A_reset_frame_is_answered_with_one_and_a_close()
    {
        var sim = new GatewaySimulation();
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Call("1");
        caller.Send(Frame.Reset);
        sim.RunUntilQuiet();
        Assert.Single(caller.Replies);
        Assert.True(caller.SawResetFrame);
        Assert.True(caller.SawEnd);
    }
}
