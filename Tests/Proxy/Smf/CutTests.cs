using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Smf;
using Xunit;

namespace FrameRpc.Tests.Proxy.Smf;

/// <summary>smf streams cut at every byte, on both sides of the gateway; bodies above 20 bytes count as large here.</summary>
public sealed class CutTests
{
    private const int SharedBodyMax = 20;

    private static readonly byte[][] Bodies = ["small"u8.ToArray(), "this one is large enough for a lane of its own"u8.ToArray(), "x"u8.ToArray()];

    private static byte[] Stream => [.. Bodies.SelectMany((body, i) => SmfMessage.Encode((ushort)(i + 1), GatewaySetup.GetId, body))];

    [Fact]
    public void Requests_that_come_in_two_pieces_are_served_wherever_they_are_cut()
    {
        for (int cut = 1; cut < Stream.Length; cut++)
        {
            GatewaySimulation sim = Simulate();
            SmfFarCaller caller = sim.ConnectSmf();
            caller.Send(Stream.AsSpan(0, cut));
            sim.RunUntilQuiet();
            caller.Send(Stream.AsSpan(cut));
            sim.RunUntilQuiet();
            AssertAllAnswered(caller);
        }
    }

    [Fact]
    public void Requests_that_come_byte_by_byte_are_served()
    {
        GatewaySimulation sim = Simulate();
        SmfFarCaller caller = sim.ConnectSmf();
        foreach (byte one in Stream)
        {
            caller.Send([one]);
            sim.RunUntilQuiet();
        }
        AssertAllAnswered(caller);
    }

    [Fact]
    public void Replies_that_come_in_two_pieces_are_passed_on_wherever_they_are_cut()
    {
        for (int reply = 0; reply < Bodies.Length; reply++)
        {
            for (int cut = 1; cut < SmfMessage.BytesBefore + Bodies[reply].Length; cut++)
            {
                GatewaySimulation sim = Simulate();
                SmfMessage? asked = null;
                sim.SmfServer.OnRequest = (_, request) => asked = request;
                SmfFarCaller caller = sim.ConnectSmf();
                caller.Call(9, Bodies[reply]);
                sim.RunUntilQuiet();
                byte[] answer = SmfMessage.Encode(asked!.Header.Session, 200, Bodies[reply]);
                sim.SmfServer.Connection.Send(answer.AsSpan(0, cut));
                sim.RunUntilQuiet();
                Assert.Empty(caller.Replies);
                sim.SmfServer.Connection.Send(answer.AsSpan(cut));
                sim.RunUntilQuiet();
                Assert.Equal(Bodies[reply], Assert.Single(caller.Replies).Content);
            }
        }
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public void A_caller_that_goes_in_the_middle_of_a_request_hurts_nobody_and_no_server_sees_that_request_whole(bool inOrder, bool canReset)
    {
        for (int cut = 0; cut < Stream.Length; cut++)
        {
            GatewaySimulation sim = Simulate(canReset);
            SmfFarCaller other = sim.ConnectSmf();
            other.Call(1, "before"u8);
            SmfFarCaller caller = sim.ConnectSmf();
            caller.Send(Stream.AsSpan(0, cut));
            sim.RunUntilQuiet();
            if (inOrder)
                caller.Close();
            else
                caller.Reset();
            sim.RunUntilQuiet();
            other.Call(2, "after"u8);
            sim.RunUntilQuiet();
            Assert.Equal((200u, 200u), (other.StatusOf(1), other.StatusOf(2)));
            Assert.All(sim.SmfServer.Requests, request => Assert.Contains(request.Content, Bodies.Append("before"u8.ToArray()).Append("after"u8.ToArray())));
            other.Close();
            sim.RunFor(70_000);
            sim.AssertNothingLeaked();
        }
    }

    [Fact]
    public void A_caller_that_ends_its_requests_gets_all_replies_and_then_the_end()
    {
        GatewaySimulation sim = Simulate();
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Send(Stream);
        caller.EndSending();
        sim.RunUntilQuiet();
        AssertAllAnswered(caller);
        Assert.True(caller.SawEnd);
        sim.AssertNothingLeaked();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_reply_cut_anywhere_becomes_502_or_breaks_the_connection_that_it_had_begun_to_reach(bool inOrder)
    {
        for (int reply = 0; reply < Bodies.Length; reply++)
        {
            for (int cut = 0; cut < SmfMessage.BytesBefore + Bodies[reply].Length; cut++)
            {
                GatewaySimulation sim = Simulate();
                SmfMessage? asked = null;
                sim.SmfServer.OnRequest = (_, request) => asked = request;
                SmfFarCaller caller = sim.ConnectSmf();
                caller.Call(9, Bodies[reply]);
                sim.RunUntilQuiet();
                sim.SmfServer.Connection.Send(SmfMessage.Encode(asked!.Header.Session, 200, Bodies[reply]).AsSpan(0, cut));
                sim.RunUntilQuiet();
                if (inOrder)
                    sim.SmfServer.Connection.Close();
                else
                    sim.SmfServer.Connection.Reset();
                sim.RunUntilQuiet();
                if (caller.Replies.Count == 0)
                    Assert.True(caller.SawReset && Bodies[reply].Length > SharedBodyMax);
                else
                    Assert.Equal(502u, Assert.Single(caller.Replies).Header.Meta);
            }
        }
    }

    private static GatewaySimulation Simulate(bool canReset = true) =>
        new(new GatewaySetup { SharedBodyMax = SharedBodyMax }, NetworkConditions.Calm with { CanReset = canReset });

    private static void AssertAllAnswered(SmfFarCaller caller)
    {
        Assert.Equal(Bodies.Length, caller.Replies.Count);
        Assert.Equal(Bodies, caller.Replies.OrderBy(reply => reply.Header.Session).Select(reply => reply.Content));
        Assert.All(caller.Replies, reply => Assert.Equal(200u, reply.Header.Meta));
    }
}
