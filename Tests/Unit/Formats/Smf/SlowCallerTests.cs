using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Smf;

namespace FrameRpc.Tests.Formats.Smf;

/// <summary>A caller that does not read hurts itself.</summary>
public sealed class SlowCallerTests
{
    private static readonly NetworkConditions SmallBuffers = NetworkConditions.Calm with { BufferBytesMin = 10_000, BufferBytesMax = 10_000 };

    private const string ReadNothing = "Listener smf: caller far end is closed: it read too little of its replies for writeTimeout.";

    [Test]
    public async Task A_caller_that_never_reads_is_closed_when_its_unread_replies_pass_the_limit_and_others_are_not_delayed()
    {
        var sim = new GatewaySimulation(new GatewaySetup { ReplyBufferMax = 1024 * 1024, TimeoutMs = 60_000 }, SmallBuffers);
        var asked = new List<SmfMessage>();
        sim.SmfServer.OnRequest = (_, request) => asked.Add(request);
        SmfFarCaller slow = sim.ConnectSmf();
        slow.IsReading = false;
        for (ushort session = 1; session <= 200; session++)
            slow.Call(session, "give me much"u8);
        sim.RunUntilQuiet();
        sim.SmfServer.OnRequest = (server, request) => server.Reply(request, request.Content);
        SmfFarCaller quick = sim.ConnectSmf();
        long began = sim.Time.NowMs;
        for (int i = 0; i < asked.Count; i++)
        {
            sim.SmfServer.Connection.Reply(asked[i], new byte[60_000]);
            quick.Call((ushort)(i + 1), "x"u8);
            sim.RunUntilQuiet();
            await Assert.That(quick.Replies.Count).IsEqualTo(i + 1);
        }
        await Assert.That(sim.Time.NowMs).IsEqualTo(began);
        await Assert.That(sim.WorkerContext.Ledger.Closed(CallerFault.TooMuchUnread)).IsEqualTo(1);
        await Assert.That(sim.Messages).IsSequence(["Listener smf: caller far end is closed: it left more unread than replyBufferMax."]);
        await Assert.That(sim.WorkerContext.CallersCount).IsEqualTo(1);
        slow.Resume();
        sim.RunUntilQuiet();
        await Assert.That(slow.SawReset).IsTrue();
        quick.Close();
        sim.RunUntilQuiet();
        await sim.AssertNothingLeaked();
    }

    /// <summary>A call that ended twice would stand for two later calls at once.</summary>
    [Test]
    public async Task A_caller_that_is_closed_by_the_refusal_of_its_large_request_leaves_later_calls_their_own_replies()
    {
        var sim = new GatewaySimulation(new GatewaySetup { ReplyBufferMax = 20_000 }, SmallBuffers);
        var held = new List<SmfMessage>();
        SmfFarCaller slow = sim.ConnectSmf();
        slow.IsReading = false;
        slow.Call(1, new byte[30_000 - SmfMessage.BytesBefore]);
        sim.RunUntilQuiet();
        sim.SmfServer.Answer = ConnectAnswer.Refuse;
        slow.Call(2, new byte[200_000]);
        sim.RunUntilQuiet();
        await Assert.That(sim.Messages).Contains("Listener smf: caller far end is closed: it left more unread than replyBufferMax.");

        sim.SmfServer.Answer = ConnectAnswer.Accept;
        sim.RunFor(200);
        sim.SmfServer.OnRequest = (_, request) => held.Add(request);
        SmfFarCaller[] others = [sim.ConnectSmf(), sim.ConnectSmf()];
        others[0].Call(1, "first"u8);
        others[1].Call(1, "second"u8);
        sim.RunUntilQuiet();
        foreach (SmfMessage request in held)
            sim.SmfServer.Connection.Reply(request, request.Content);
        sim.RunUntilQuiet();
        await Assert.That(others[0].Replies.Single().Content).IsSequence("first"u8.ToArray());
        await Assert.That(others[1].Replies.Single().Content).IsSequence("second"u8.ToArray());
        await Assert.That(sim.SmfBackend.Servers[0].CallsInFlight).IsEqualTo(0);
    }

    [Test]
    public async Task A_caller_that_reads_nothing_for_the_write_timeout_is_closed()
    {
        var sim = new GatewaySimulation(new GatewaySetup { WriteTimeoutMs = 5000 }, SmallBuffers);
        SmfFarCaller slow = sim.ConnectSmf();
        slow.IsReading = false;
        slow.Call(1, new byte[50_000]);
        long began = sim.Time.NowMs;
        sim.RunUntil(() => sim.WorkerContext.CallersCount == 0, "the slow caller is closed");
        await Assert.That(sim.Time.NowMs - began).IsBetween(5000, 5020);
        await Assert.That(sim.WorkerContext.Ledger.Closed(CallerFault.ReadsSlowly)).IsEqualTo(1);
        await Assert.That(sim.Messages).IsSequence([ReadNothing]);
    }

    [Test]
    public async Task A_caller_that_reads_slowly_but_steadily_gets_everything()
    {
        var sim = new GatewaySimulation(new GatewaySetup { WriteTimeoutMs = 5000, TimeoutMs = 20_000 }, SmallBuffers);
        SmfFarCaller slow = sim.ConnectSmf();
        slow.IsReading = false;
        slow.Call(1, new byte[400_000]);
        while (slow.Replies.Count == 0 && !slow.IsOver)
        {
            sim.RunFor(1000);
            slow.ReadSome(8_000);
        }
        await Assert.That((await Assert.That(slow.Replies).HasSingleItem()).Content.Length).IsEqualTo(400_000);
    }

    [Test]
    public async Task A_large_reply_on_a_shared_connection_to_a_caller_that_stands_still_holds_the_connection_for_the_write_timeout_at_most()
    {
        var sim = new GatewaySimulation(new GatewaySetup { WriteTimeoutMs = 500, TimeoutMs = 2000 }, SmallBuffers);
        (SmfFarCaller slow, SmfFarCaller quick) = StallASharedLane(sim);
        await Assert.That(quick.Replies).IsEmpty();

        // New calls go on another connection at once.
        sim.SmfServer.OnRequest = (server, request) => server.Reply(request, request.Content);
        quick.Call(2, "new"u8);
        sim.RunUntilQuiet();
        await Assert.That(quick.StatusOf(2)).IsEqualTo(200u);

        long began = sim.Time.NowMs;
        sim.RunUntil(() => quick.Replies.Count == 2, "the connection goes on");
        await Assert.That(sim.Time.NowMs - began).IsBetween(0, 520);
        await Assert.That(quick.StatusOf(1)).IsEqualTo(200u);
        await Assert.That(sim.WorkerContext.Ledger.Closed(CallerFault.ReadsSlowly)).IsEqualTo(1);
        await Assert.That(sim.Messages).IsSequence([ReadNothing]);
        await Assert.That(slow.IsOver || slow.Socket.Peer.IsClosed).IsTrue();
    }

    [Test]
    public async Task A_caller_whose_large_reply_held_up_a_shared_connection_uses_exclusive_ones_for_a_minute_and_others_stay_on_the_shared_one()
    {
        var sim = new GatewaySimulation(new GatewaySetup { WriteTimeoutMs = 5000, TimeoutMs = 20_000 }, SmallBuffers);
        (SmfFarCaller slow, SmfFarCaller quick) = StallASharedLane(sim);
        sim.RunFor(100);
        slow.Resume();
        sim.RunUntil(() => slow.Replies.Count == 1 && quick.Replies.Count == 1, "both have their replies");
        int before = sim.SmfServer.Connections.Count;

        sim.SmfServer.OnRequest = (server, request) => server.Reply(request, request.Content is [(byte)'L'] ? new byte[20_000_000] : request.Content);
        slow.IsReading = false;
        slow.Call(2, "L"u8);
        quick.Call(2, "small"u8);
        long began = sim.Time.NowMs;
        sim.RunUntilQuiet();
        await Assert.That(quick.StatusOf(2)).IsEqualTo(200u);
        await Assert.That(sim.Time.NowMs).IsEqualTo(began);
        await Assert.That(sim.SmfBackend.Servers[0].Statistics.ExclusiveConnections).IsEqualTo(1);
        await Assert.That(sim.SmfServer.Connections.Count).IsEqualTo(before + 1).Because("only the slow caller needs another connection");

        slow.Resume();
        sim.RunFor(61_000);
        slow.Call(3, "after a minute"u8);
        sim.RunUntilQuiet();
        await Assert.That(slow.StatusOf(3)).IsEqualTo(200u);
        await Assert.That((sim.SmfBackend.Servers[0].Statistics.SharedConnections, sim.SmfBackend.Servers[0].Statistics.ExclusiveConnections)).IsEqualTo((1, 0));
    }

    /// <summary>It takes enough for the connection to go on, again and again: each pause is short, and all of them together are not.</summary>
    [Test]
    public async Task The_pauses_of_one_large_reply_hold_up_others_on_a_shared_connection_for_the_write_timeout_together()
    {
        var sim = new GatewaySimulation(new GatewaySetup { WriteTimeoutMs = 1000, TimeoutMs = 30_000, ReplyBufferMax = 256 * 1024 }, SmallBuffers);
        (SmfFarCaller slow, SmfFarCaller quick) = StallASharedLane(sim);
        long began = sim.Time.NowMs;
        while (quick.Replies.Count == 0 && sim.Time.NowMs < began + 20_000)
        {
            sim.RunFor(100);
            for (int i = 0; i < 10; i++)
            {
                slow.ReadSome(10_000);
                sim.RunUntilQuiet();
            }
        }
        await Assert.That(quick.StatusOf(1)).IsEqualTo(200u);
        await Assert.That(sim.Time.NowMs - began).IsLessThanOrEqualTo(2_000);
        await Assert.That(sim.WorkerContext.Ledger.Closed(CallerFault.ReadsSlowly)).IsEqualTo(1);
    }

    [Test]
    public async Task A_caller_that_reads_its_large_reply_slowly_is_not_closed_while_no_other_reply_waits_behind_it()
    {
        var sim = new GatewaySimulation(new GatewaySetup { WriteTimeoutMs = 1000, TimeoutMs = 30_000 }, SmallBuffers);
        sim.SmfServer.OnRequest = (server, request) => server.Reply(request, new byte[4_000_000]);
        SmfFarCaller slow = sim.ConnectSmf();
        slow.IsReading = false;
        slow.Call(1, "large, please"u8);
        while (slow.Replies.Count == 0 && !slow.IsOver)
        {
            sim.RunFor(100);
            slow.ReadSome(10_000);
        }
        await Assert.That(slow.Replies.Count).IsEqualTo(1);
        await Assert.That(sim.Messages).IsEmpty();
    }

    [Test]
    public async Task A_caller_that_reads_a_trickle_of_its_small_replies_is_closed_after_the_write_timeout()
    {
        var sim = new GatewaySimulation(new GatewaySetup { WriteTimeoutMs = 5000, TimeoutMs = 60_000 }, SmallBuffers);
        SmfFarCaller slow = sim.ConnectSmf();
        slow.IsReading = false;
        slow.Call(1, new byte[50_000]);
        long began = sim.Time.NowMs;
        while (sim.WorkerContext.CallersCount == 1 && sim.Time.NowMs < began + 20_000)
        {
            sim.RunFor(500);
            slow.ReadSome(100);
        }
        await Assert.That(sim.Time.NowMs - began).IsBetween(5000, 5600);
        await Assert.That(sim.Messages).IsSequence([ReadNothing]);
    }

    [Test]
    public async Task A_caller_that_drips_a_large_body_is_closed_when_others_wait_for_its_connection()
    {
        var sim = new GatewaySimulation(new GatewaySetup { WriteTimeoutMs = 2000, TimeoutMs = 60_000, ExclusiveConnectionsMax = 1 });
        byte[] body = new byte[100_000];
        byte[] message = SmfMessage.Encode(1, GatewaySetup.GetId, body);
        SmfFarCaller dripping = sim.ConnectSmf();
        dripping.Send(message.AsSpan(0, 70_000));
        sim.RunUntilQuiet();
        SmfFarCaller next = sim.ConnectSmf();
        next.Call(1, body);
        long began = sim.Time.NowMs;
        for (int i = 0; next.Replies.Count == 0 && i < 20; i++)
        {
            sim.RunFor(500);
            dripping.Send(message.AsSpan(70_000 + i, 1));
            sim.RunUntilQuiet();
        }
        await Assert.That(next.StatusOf(1)).IsEqualTo(200u);
        await Assert.That(sim.Time.NowMs - began).IsLessThanOrEqualTo(2500);
        await Assert.That(dripping.SawReset).IsTrue();
        await Assert.That(sim.WorkerContext.Ledger.Closed(CallerFault.HoldsUpOthers)).IsEqualTo(1);
    }

    [Test]
    public async Task A_caller_that_stands_still_in_a_large_body_is_closed_when_others_wait_for_its_connection()
    {
        var sim = new GatewaySimulation(new GatewaySetup { WriteTimeoutMs = 500, TimeoutMs = 60_000, ExclusiveConnectionsMax = 1 });
        byte[] body = new byte[100_000];
        SmfFarCaller still = sim.ConnectSmf();
        still.Send(SmfMessage.Encode(1, GatewaySetup.GetId, body).AsSpan(0, 70_000));
        sim.RunFor(5000);
        await Assert.That(still.IsOver).IsFalse().Because("nobody waits, so it may take its time");

        SmfFarCaller next = sim.ConnectSmf();
        long began = sim.Time.NowMs;
        next.Call(1, body);
        sim.RunUntil(() => next.Replies.Count == 1, "the connection is free");

        await Assert.That(sim.Time.NowMs - began).IsBetween(0, 520);
        await Assert.That(next.StatusOf(1)).IsEqualTo(200u);
        await Assert.That(still.SawReset).IsTrue();
        await Assert.That(sim.Messages)
            .IsSequence(["Listener smf: caller far end is closed: it moved too little of its call for writeTimeout while other calls waited for a server connection."]);
    }

    [Test]
    public async Task A_caller_that_reads_a_byte_now_and_then_does_not_hold_a_shared_connection_for_longer()
    {
        var sim = new GatewaySimulation(new GatewaySetup { WriteTimeoutMs = 500, TimeoutMs = 5000 }, SmallBuffers);
        (SmfFarCaller slow, SmfFarCaller quick) = StallASharedLane(sim);
        for (int i = 0; i < 20 && quick.Replies.Count == 0; i++)
        {
            sim.RunFor(100);
            slow.ReadSome(4000);
        }
        await Assert.That(quick.StatusOf(1)).IsEqualTo(200u);
    }

    [Test]
    public async Task A_caller_that_has_ended_its_requests_and_reads_late_still_gets_all_and_leaves()
    {
        var sim = new GatewaySimulation(conditions: SmallBuffers);
        SmfFarCaller caller = sim.ConnectSmf();
        caller.IsReading = false;
        for (ushort session = 1; session <= 10; session++)
            caller.Call(session, new byte[60_000]);
        caller.EndSending();
        sim.RunFor(1000);
        caller.Resume();
        sim.RunUntil(() => caller.IsOver, "the caller has left");
        await Assert.That(caller.Replies.Count).IsEqualTo(10);
        await Assert.That(caller.SawEnd).IsTrue();
        await sim.AssertNothingLeaked();
    }

    [Test]
    public async Task A_caller_that_ended_before_its_unread_replies_held_it_up_leaves_too()
    {
        // All replies come, and are sent, within one turn: no readiness follows that would look at this caller again.
        var sim = new GatewaySimulation(conditions: NetworkConditions.Calm with { BufferBytesMin = 4_000_000, BufferBytesMax = 4_000_000 });
        var asked = new List<SmfMessage>();
        sim.SmfServer.OnRequest = (_, request) => asked.Add(request);
        SmfFarCaller caller = sim.ConnectSmf();
        for (ushort session = 1; session <= 5; session++)
            caller.Call(session, "x"u8);
        caller.EndSending();
        sim.RunUntilQuiet();
        foreach (SmfMessage request in asked)
            sim.SmfServer.Connection.Reply(request, new byte[60_000]);
        sim.RunUntilQuiet();
        await Assert.That(caller.Replies.Count).IsEqualTo(5);
        await Assert.That(caller.SawEnd).IsTrue();
        await sim.AssertNothingLeaked();
    }

    [Test]
    public async Task Small_replies_behind_a_slow_large_one_stop_the_callers_requests_instead_of_closing_it()
    {
        var sim = new GatewaySimulation(new GatewaySetup { ReplyBufferMax = 1024 * 1024, TimeoutMs = 10_000, CallsWaitingMax = 5 });
        SmfFarServer? streaming = null;
        byte[] large = [];
        sim.SmfServer.OnRequest = (server, request) =>
        {
            if (request.Content.Length <= 65536)
            {
                server.Reply(request, request.Content);
                return;
            }
            streaming = server;
            large = SmfMessage.Encode(request.Header.Session, 200, request.Content);
            server.Send(large.AsSpan(0, 50_000));
        };
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Call(1, new byte[100_000]);
        sim.RunUntilQuiet();
        for (ushort session = 2; session <= 100; session++)
        {
            caller.Call(session, new byte[50_000]);
            sim.RunUntilQuiet();
            if (session % 10 == 0)
                streaming!.Send(large.AsSpan(50_000 + session * 10, 100));
        }
        sim.RunUntilQuiet();
        await Assert.That(caller.IsOver).IsFalse();
        streaming!.Send(large.AsSpan(50_000));
    }

    [Test]
    public async Task A_request_that_waited_for_room_leaves_no_timeout_behind_for_the_next()
    {
        var sim = new GatewaySimulation(new GatewaySetup { TimeoutMs = 2000 }, SmallBuffers);
        sim.SmfServer.Reads = false;
        SmfFarCaller[] callers = [.. Enumerable.Range(0, 100).Select(_ => sim.ConnectSmf())];
        foreach (SmfFarCaller caller in callers)
            caller.Call(1, new byte[60_000]);
        sim.RunFor(1000);
        SmfFarCaller waiting = callers[^1];
        await Assert.That(waiting.Replies).IsEmpty();
        // The server is found to be unreachable by somebody else, and then goes: the request that waited for room is refused.
        sim.SmfServer.Answer = ConnectAnswer.Refuse;
        sim.ConnectSmf().Call(1, new byte[100_000]);
        sim.RunUntilQuiet();
        sim.SmfServer.Connection.Close();
        sim.RunUntil(() => waiting.Replies.Count == 1, "an answer");
        await Assert.That(new uint[] { 502, 503 }).Contains(waiting.StatusOf(1));

        sim.SmfServer.Answer = ConnectAnswer.Accept;
        sim.SmfServer.Reads = true;
        sim.RunFor(1500);
        waiting.Call(2, "next"u8);
        sim.RunFor(100);
        await Assert.That(waiting.StatusOf(2)).IsEqualTo(200u);
    }

    /// <summary>A slow caller's large reply stands before a quick caller's small one, on the connection that both share.</summary>
    private static (SmfFarCaller Slow, SmfFarCaller Quick) StallASharedLane(GatewaySimulation sim)
    {
        var asked = new List<SmfMessage>();
        sim.SmfServer.OnRequest = (_, request) => asked.Add(request);
        SmfFarCaller slow = sim.ConnectSmf();
        SmfFarCaller quick = sim.ConnectSmf();
        slow.IsReading = false;
        slow.Call(1, "large, please"u8);
        quick.Call(1, "small"u8);
        sim.RunUntilQuiet();
        sim.SmfServer.Connection.Reply(asked[0], new byte[20_000_000]);
        sim.SmfServer.Connection.Reply(asked[1], "small"u8);
        sim.RunUntilQuiet();
        return (slow, quick);
    }
}
