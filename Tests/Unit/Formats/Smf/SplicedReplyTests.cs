using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Sockets.Pipes;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Smf;

namespace FrameRpc.Tests.Formats.Smf;

/// <summary>Large replies that are spliced, where that could show: beside small ones of the same caller, and on connections that others share.</summary>
public sealed class SplicedReplyTests
{
    private static readonly GatewaySetup SplicesEverything = new() { Relay = new RelayPolicy { Mode = RelayMode.Splice, SpliceBytesMin = 1, PipesMax = 64 } };
    private static readonly NetworkConditions SmallBuffers = NetworkConditions.Calm with { BufferBytesMin = 10_000, BufferBytesMax = 10_000 };

    [Test]
    public async Task Small_replies_that_come_while_a_large_one_is_spliced_follow_it()
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
        await Assert.That(sim.Counters.BytesSpliced >= 200_000).IsTrue();
        await Assert.That(caller.Replies).IsEmpty();

        streaming.Send(large.AsSpan(250_000));
        sim.RunUntilQuiet();

        await Assert.That(caller.Replies.Select(reply => (int)reply.Header.Session)).IsSequence([1, 2]);
        await Assert.That(caller.Replies[0].Content).IsSequence(body);
        await Assert.That(caller.Replies[1].Content).IsSequence("small"u8.ToArray());
    }

    /// <summary>Others' replies stand behind it: it is held in memory, within the caller's bound, and not in a pipe that nobody else can pass.</summary>
    [Test]
    public async Task A_large_reply_on_a_shared_connection_whose_caller_does_not_read_is_taken_out_of_the_pipe_and_the_connection_goes_on()
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
        await Assert.That(sim.Counters.PipesInUse).IsEqualTo(1);
        sim.SmfServer.Connection.Send(reply.AsSpan(50_000));
        sim.SmfServer.Connection.Reply(asked[1], "small"u8);
        sim.RunFor(80);

        await Assert.That(quick.StatusOf(1)).IsEqualTo(200u);
        await Assert.That((sim.Counters.PipesInUse, sim.Counters.PipesDiscarded)).IsEqualTo((0L, 0L));
        await Assert.That(sim.Counters.BytesSpliced > 0).IsTrue().Because("as much as the caller's socket took was spliced");
        slow.Resume();
        sim.RunFor(100);
        await Assert.That((await Assert.That(slow.Replies).HasSingleItem()).Content).IsSequence(body);
        await Assert.That(sim.Time.NowMs).IsEqualTo(began + 200);
        await Assert.That(sim.WorkerContext.Ledger.Closed(CallerFault.ReadsSlowly)).IsEqualTo(0);
    }

    [Test]
    public async Task A_caller_that_goes_in_the_middle_of_its_spliced_reply_costs_its_connection_the_pipe_and_nobody_else_anything()
    {
        var sim = new GatewaySimulation(SplicesEverything, SmallBuffers);
        SmfFarCaller caller = sim.ConnectSmf();
        caller.IsReading = false;
        caller.Call(1, new byte[100_000]);
        sim.RunFor(500);
        await Assert.That(sim.Counters.PipesInUse).IsEqualTo(1);
        caller.Close();
        sim.RunFor(500);
        await Assert.That((sim.Counters.PipesInUse, sim.Counters.PipesDiscarded)).IsEqualTo((0L, 1L));

        // The rest of the reply was read away, so that the connection is of use to the next.
        SmfFarCaller next = sim.ConnectSmf();
        next.Call(2, new byte[100_000]);
        sim.RunFor(500);
        await Assert.That(next.StatusOf(2)).IsEqualTo(200u);
        await Assert.That(sim.SmfServer.Connections).HasSingleItem();
        next.Close();
        sim.RunUntilQuiet();
        await sim.AssertNothingLeaked();
    }
}
