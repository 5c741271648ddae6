using FrameRpc.Gateway.Workers;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Smf;
using Xunit;

namespace FrameRpc.Tests.Proxy.Smf;

/// <summary>Large replies that are spliced, where that could show: beside small ones of the same caller, and on lanes that others share.</summary>
public sealed class SplicedReplyTests
{
    private static readonly GatewaySetup SplicesEverything = new() { Relay = new RelayPolicy { Mode = RelayMode.Splice, SpliceBytesMin = 1, PipesMax = 64 } };
    private static readonly NetworkConditions SmallBuffers = NetworkConditions.Calm with { BufferBytesMin = 10_000, BufferBytesMax = 10_000 };

    [Fact]
    public void Small_replies_that_come_while_a_large_one_is_spliced_follow_it()
    {
        var sim = new GatewaySimulation(SplicesEverything);
        SmfFarServer? streaming = null;
        byte[] large = [];
        sim.SmfServer.OnRequest = (server, request) =>
        {
            if (request.Content.Length <= 65_536)
            {
                server.Reply(request, request.Content);
                return;
            }
            streaming = server;
            large = SmfMessage.Encode(request.Header.Session, 200, request.Content);
            server.Send(large.AsSpan(0, 50_000));
        };
        byte[] body = new byte[300_000];
        new Random(1).NextBytes(body);
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Call(1, body);
        sim.RunUntilQuiet();
        caller.Call(2, "small"u8);
        sim.RunUntilQuiet();
        streaming!.Send(large.AsSpan(50_000, 200_000));
        sim.RunUntilQuiet();
        Assert.True(sim.Counters.BytesSpliced >= 200_000);
        Assert.Empty(caller.Replies);

        streaming.Send(large.AsSpan(250_000));
        sim.RunUntilQuiet();

        Assert.Equal([1, 2], caller.Replies.Select(reply => (int)reply.Header.Session));
        Assert.Equal(body, caller.Replies[0].Content);
        Assert.Equal("small"u8, caller.Replies[1].Content);
    }

    /// <summary>Others' replies stand behind it: it is held in memory, within the caller's bound, and not in a pipe that nobody else can pass.</summary>
    [Fact]
    public void A_large_reply_on_a_shared_lane_whose_caller_does_not_read_is_taken_out_of_the_pipe_and_the_lane_goes_on()
    {
        var sim = new GatewaySimulation(SplicesEverything, NetworkConditions.Calm with { BufferBytesMin = 100_000, BufferBytesMax = 100_000 });
        var asked = new List<SmfMessage>();
        sim.SmfServer.OnRequest = (_, request) => asked.Add(request);
        SmfFarCaller slow = sim.ConnectSmf();
        SmfFarCaller quick = sim.ConnectSmf();
        slow.IsReading = false;
        slow.Call(1, "large, please"u8);
        quick.Call(1, "small"u8);
        sim.RunUntilQuiet();
        byte[] body = new byte[500_000];
        new Random(1).NextBytes(body);
        long began = sim.Time.NowMs;

        byte[] reply = SmfMessage.Encode(asked[0].Header.Session, 200, body);
        sim.SmfServer.Connection.Send(reply.AsSpan(0, 30_000));
        sim.RunFor(10);
        sim.SmfServer.Connection.Send(reply.AsSpan(30_000, 20_000));
        sim.RunFor(10);
        Assert.Equal(1, sim.Counters.PipesInUse);
        sim.SmfServer.Connection.Send(reply.AsSpan(50_000));
        sim.SmfServer.Connection.Reply(asked[1], "small"u8);
        sim.RunFor(80);

        Assert.Equal(200u, quick.StatusOf(1));
        Assert.Equal((0, 0), (sim.Counters.PipesInUse, sim.Counters.PipesDiscarded));
        Assert.True(sim.Counters.BytesSpliced > 0, "as much as the caller's socket took was spliced");
        slow.Resume();
        sim.RunFor(100);
        Assert.Equal(body, Assert.Single(slow.Replies).Content);
        Assert.Equal(began + 200, sim.Time.NowMs);
        Assert.Equal(0, sim.Counters.SlowCallersClosed);
    }

    [Fact]
    public void A_caller_that_goes_in_the_middle_of_its_spliced_reply_costs_its_lane_the_pipe_and_nobody_else_anything()
    {
        var sim = new GatewaySimulation(SplicesEverything, SmallBuffers);
        SmfFarCaller caller = sim.ConnectSmf();
        caller.IsReading = false;
        caller.Call(1, new byte[100_000]);
        sim.RunFor(500);
        Assert.Equal(1, sim.Counters.PipesInUse);
        caller.Close();
        sim.RunFor(500);
        Assert.Equal((0, 1), (sim.Counters.PipesInUse, sim.Counters.PipesDiscarded));

        // The rest of the reply was read away, so that the lane is of use to the next.
        SmfFarCaller next = sim.ConnectSmf();
        next.Call(2, new byte[100_000]);
        sim.RunFor(500);
        Assert.Equal(200u, next.StatusOf(2));
        Assert.Single(sim.SmfServer.Connections);
        next.Close();
        sim.RunUntilQuiet();
        sim.AssertNothingLeaked();
    }
}
