using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;

namespace FrameRpc.Tests.Formats.Frames;

public sealed class SlowCallerTests
{
    private static readonly NetworkConditions SmallBuffers = NetworkConditions.Calm with { BufferBytesMin = 10_000, BufferBytesMax = 10_000 };

    [Test]
    public async Task A_caller_that_pipelines_and_never_reads_is_held_up_in_bounded_memory_and_then_closed()
    {
        var sim = new GatewaySimulation(new GatewaySetup { WriteTimeoutMs = 5000 }, SmallBuffers);
        FrameFarCaller slow = sim.ConnectFrames();
        slow.IsReading = false;
        for (int i = 0; i < 200; i++)
            slow.Call($"\"{new string('x', 50_000)}\"");
        sim.RunUntilQuiet();
        await Assert.That(sim.FrameServer.Requests.Count).IsBetween(5, 12);
        long began = sim.Time.NowMs;
        sim.RunUntil(() => sim.WorkerContext.CallersCount == 0, "the slow caller is closed");
        await Assert.That(sim.Time.NowMs - began).IsBetween(4900, 5100);
        sim.RunFor(70_000);
        await sim.AssertNothingLeaked();
    }

    [Test]
    public async Task A_stream_that_its_caller_reads_slowly_but_steadily_is_not_timed_out()
    {
        var sim = new GatewaySimulation(new GatewaySetup { TimeoutMs = 5000 }, SmallBuffers);
        FrameFarCaller slow = sim.ConnectFrames();
        slow.IsReading = false;
        slow.Send(Frame.Request("Upload", DataType.Octets, new byte[600_000]));
        for (int i = 0; i < 200 && slow.Replies.Count == 0 && !slow.IsOver; i++)
        {
            sim.RunFor(1000);
            slow.ReadSome(8000);
        }
        await Assert.That((await Assert.That(slow.Replies).HasSingleItem()).Data.Length).IsEqualTo(600_000);
    }

    [Test]
    public async Task A_stream_that_its_caller_stops_reading_ends_with_a_reset_at_the_routes_timeout()
    {
        var sim = new GatewaySimulation(new GatewaySetup { TimeoutMs = 5000 }, SmallBuffers);
        FrameFarCaller slow = sim.ConnectFrames();
        slow.IsReading = false;
        slow.Send(Frame.Request("Upload", DataType.Octets, new byte[600_000]));
        long began = sim.Time.NowMs;
        sim.RunUntil(() => sim.WorkerContext.CallersCount == 0, "the slow caller is closed");
        await Assert.That(sim.Time.NowMs - began).IsBetween(5000, 5050);
        slow.Resume();
        sim.RunUntilQuiet();
        await Assert.That(slow.SawReset).IsTrue();
        await Assert.That(sim.FrameBackend.Servers[0].Statistics.ExclusiveConnections).IsEqualTo(0);
    }

    [Test]
    public async Task A_caller_that_stalls_in_an_upload_is_closed_when_other_calls_wait_for_its_connection()
    {
        var sim = new GatewaySimulation(new GatewaySetup { WriteTimeoutMs = 500, TimeoutMs = 60_000, ExclusiveConnectionsMax = 1 });
        FrameFarCaller still = sim.ConnectFrames();
        still.Send(Frame.Request("Upload", DataType.Octets, new byte[100_000]).AsSpan(0, 50_000));
        sim.RunFor(5000);
        await Assert.That(still.IsOver).IsFalse().Because("no other call waits for the connection");

        FrameFarCaller next = sim.ConnectFrames();
        long began = sim.Time.NowMs;
        next.Call("\"next\"");
        sim.RunUntil(() => next.Replies.Count == 1, "the connection is free");

        await Assert.That(sim.Time.NowMs - began).IsBetween(0, 520);
        await Assert.That(next.LastReply.Json).IsEqualTo("\"next\"");
        await Assert.That(still.SawReset).IsTrue();
        await Assert.That(sim.Messages)
            .IsSequence(["Listener frames: caller far end is closed: it moved too little of its call for writeTimeout while other calls waited for a server connection."]);
    }

    [Test]
    public async Task A_caller_that_drips_an_upload_is_closed_when_other_calls_wait_for_its_connection()
    {
        var sim = new GatewaySimulation(new GatewaySetup { WriteTimeoutMs = 2000, TimeoutMs = 60_000, ExclusiveConnectionsMax = 1 });
        byte[] upload = Frame.Request("Upload", DataType.Octets, new byte[100_000]);
        FrameFarCaller dripping = sim.ConnectFrames();
        dripping.Send(upload.AsSpan(0, 70_000));
        sim.RunUntilQuiet();
        FrameFarCaller next = sim.ConnectFrames();
        next.Call("\"next\"");
        long began = sim.Time.NowMs;
        for (int i = 0; next.Replies.Count == 0 && i < 20; i++)
        {
            sim.RunFor(500);
            dripping.Send(upload.AsSpan(70_000 + i, 1));
            sim.RunUntilQuiet();
        }
        await Assert.That(next.LastReply.Json).IsEqualTo("\"next\"");
        await Assert.That(sim.Time.NowMs - began).IsLessThanOrEqualTo(2500);
        await Assert.That(dripping.SawReset).IsTrue();
    }

    [Test]
    public async Task A_caller_that_reads_a_trickle_of_a_stream_is_closed_when_other_calls_wait_for_its_connection()
    {
        var sim = new GatewaySimulation(new GatewaySetup { WriteTimeoutMs = 2000, TimeoutMs = 60_000, ExclusiveConnectionsMax = 1 }, SmallBuffers);
        FrameFarCaller slow = sim.ConnectFrames();
        slow.IsReading = false;
        slow.Send(Frame.Request("Upload", DataType.Octets, new byte[600_000]));
        sim.RunUntilQuiet();
        FrameFarCaller next = sim.ConnectFrames();
        next.Call("\"next\"");
        long began = sim.Time.NowMs;
        while (next.Replies.Count == 0 && sim.Time.NowMs < began + 20_000)
        {
            sim.RunFor(200);
            slow.ReadSome(10);
            sim.RunUntilQuiet();
        }
        await Assert.That(next.LastReply.Json).IsEqualTo("\"next\"");
        await Assert.That(sim.Time.NowMs - began).IsLessThanOrEqualTo(4500);
        await Assert.That(sim.WorkerContext.Ledger.Closed(CallerFault.HoldsUpOthers)).IsEqualTo(1);
    }

    [Test]
    public async Task A_server_that_never_reads_an_upload_costs_error_3_at_the_routes_timeout()
    {
        var sim = new GatewaySimulation(new GatewaySetup { TimeoutMs = 2000 }, SmallBuffers);
        sim.FrameServer.Reads = false;
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Send(Frame.Request("Upload", DataType.Octets, new byte[600_000]));
        caller.Call("1");
        sim.RunUntil(() => caller.Replies.Count > 0, "an answer");
        await Assert.That(caller.Replies[0].ErrorMessage).IsEqualTo("the reply did not come in time");
        await Assert.That(sim.FrameServer.Connections[0].Socket.Peer.IsClosed).IsTrue();
    }
}
