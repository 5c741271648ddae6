using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Smf;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;
using FrameRpc.Tests.Simulation.Smf;

namespace FrameRpc.Tests.Formats;

/// <summary>A request that is begun has to come to its end: what a caller sends of it now and then does not extend its time.</summary>
public sealed class RequestTimeoutTests
{
    private const int RequestTimeoutMs = 3000;

    private readonly GatewaySimulation _sim = new(new GatewaySetup { RequestTimeoutMs = RequestTimeoutMs, TimeoutMs = 60_000 });

    [Test]
    [Arguments(1)]
    [Arguments(30)]
    [Arguments(200)]
    public async Task A_frame_request_that_drips_gets_Error_2_and_its_connection_ends(int bytesAtOnce)
    {
        FrameFarCaller caller = _sim.ConnectFrames();
        byte[] request = Frame.JsonRequest(GatewaySetup.Endpoint, $"\"{new string('x', 60_000)}\"");
        long began = _sim.Time.NowMs;
        caller.Send(request.AsSpan(0, bytesAtOnce));
        for (int at = bytesAtOnce; !caller.IsOver && _sim.Time.NowMs < began + 20_000; at++)
        {
            _sim.RunFor(100);
            caller.Send(request.AsSpan(at, 1));
        }
        await Assert.That(_sim.Time.NowMs - began).IsBetween(RequestTimeoutMs, RequestTimeoutMs + 200);
        await Assert.That((await Assert.That(caller.Replies).HasSingleItem()).ErrorMessage).IsEqualTo("the request did not arrive in time; the connection ends");
        await Assert.That(caller.LastReply.Error).IsEqualTo(ReplyError.Request);
        await Assert.That(caller.SawResetFrame && caller.SawEnd).IsTrue();
        await AssertOneClosed(RejectReason.RequestTimedOut, CallerFault.RequestTimedOut);
        await Assert.That(_sim.FrameServer.Connections).IsEmpty();
    }

    [Test]
    public async Task Callers_with_half_requests_are_all_gone_after_the_timeout_and_their_memory_is_free()
    {
        byte[] request = Frame.JsonRequest(GatewaySetup.Endpoint, $"\"{new string('x', 60_000)}\"");
        FrameFarCaller[] callers = [.. Enumerable.Range(0, 200).Select(_ => _sim.ConnectFrames())];
        foreach (FrameFarCaller caller in callers)
            caller.Send(request.AsSpan(0, 50_000));
        _sim.RunFor(1000);
        await Assert.That(_sim.WorkerContext.CallersCount).IsEqualTo(200);
        _sim.RunFor(RequestTimeoutMs + 2000);
        await Assert.That(_sim.WorkerContext.CallersCount).IsEqualTo(0);
        await _sim.AssertNothingLeaked();
        await Assert.That(_sim.Loop.Timers.Count).IsEqualTo(0);
    }

    [Test]
    [Arguments(1000, 16)]
    [Arguments(1000, 500)]
    [Arguments(200_000, 60_000)]
    public async Task An_smf_request_that_does_not_come_to_its_end_gets_408_and_its_connection_ends(int contentBytes, int sentBytes)
    {
        SmfFarCaller caller = _sim.ConnectSmf();
        long began = _sim.Time.NowMs;
        caller.Send(SmfMessage.Encode(7, GatewaySetup.GetId, new byte[contentBytes]).AsSpan(0, sentBytes));
        _sim.RunUntil(() => caller.IsOver, "the caller's connection ends");
        await Assert.That(_sim.Time.NowMs - began).IsBetween(RequestTimeoutMs, RequestTimeoutMs + 100);
        await Assert.That(caller.StatusOf(7)).IsEqualTo(408u);
        await Assert.That(caller.SawEnd).IsTrue();
        await AssertOneClosed(RejectReason.RequestTimedOut, CallerFault.RequestTimedOut);
        await Assert.That(_sim.SmfServer.Connections).IsEmpty();
    }

    [Test]
    public async Task Half_an_smf_header_is_no_call_and_its_connection_ends()
    {
        SmfFarCaller caller = _sim.ConnectSmf();
        caller.Send(SmfMessage.Encode(7, GatewaySetup.GetId, "x"u8).AsSpan(0, SmfHeader.Bytes - 1));
        _sim.RunFor(RequestTimeoutMs + 100);
        await Assert.That(caller.SawEnd).IsTrue();
        await Assert.That(caller.Replies).IsEmpty();
        await Assert.That(_sim.Counters.CallsRefused).IsEqualTo(0);
        await Assert.That(_sim.WorkerContext.Ledger.Closed(CallerFault.RequestTimedOut)).IsEqualTo(1);
    }

    [Test]
    public async Task Calls_in_flight_of_an_smf_caller_with_half_a_request_are_answered_before_its_connection_ends()
    {
        SmfMessage? asked = null;
        _sim.SmfServer.OnRequest = (_, request) => asked = request;
        SmfFarCaller caller = _sim.ConnectSmf();
        caller.Call(1, "slow"u8);
        caller.Send(SmfMessage.Encode(2, GatewaySetup.GetId, new byte[1000]).AsSpan(0, 500));
        _sim.RunFor(RequestTimeoutMs + 1000);
        await Assert.That(caller.StatusOf(2)).IsEqualTo(408u);
        await Assert.That(caller.IsOver).IsFalse();
        _sim.SmfServer.Connection.Reply(asked!, "done"u8);
        _sim.RunFor(2000);
        await Assert.That(caller.StatusOf(1)).IsEqualTo(200u);
        await Assert.That(caller.SawEnd).IsTrue();
    }

    [Test]
    public async Task Requests_that_are_each_cut_between_two_reads_have_their_own_time_each()
    {
        SmfFarCaller smf = _sim.ConnectSmf();
        FrameFarCaller frames = _sim.ConnectFrames();
        byte[] smfRequest = SmfMessage.Encode(1, GatewaySetup.GetId, "x"u8);
        byte[] frameRequest = Frame.JsonRequest(GatewaySetup.Endpoint, "1");
        smf.Send(smfRequest.AsSpan(0, 10));
        frames.Send(frameRequest.AsSpan(0, 10));
        for (int i = 0; i < 6; i++)
        {
            _sim.RunFor(RequestTimeoutMs - 500);
            smf.Send([.. smfRequest.AsSpan(10), .. smfRequest.AsSpan(0, 10)]);
            frames.Send([.. frameRequest.AsSpan(10), .. frameRequest.AsSpan(0, 10)]);
        }
        _sim.RunFor(100);
        await Assert.That((smf.Replies.Count, frames.Replies.Count)).IsEqualTo((6, 6));
        await Assert.That((smf.IsOver, frames.IsOver)).IsEqualTo((false, false));
    }

    [Test]
    public async Task Requests_that_arrive_whole_arm_no_timer_that_stays()
    {
        SmfFarCaller smf = _sim.ConnectSmf();
        FrameFarCaller frames = _sim.ConnectFrames();
        _sim.RunUntilQuiet();
        int before = _sim.Loop.Timers.Count;
        smf.Call(1, "x"u8);
        _sim.RunUntilQuiet();
        await Assert.That(_sim.Loop.Timers.Count).IsEqualTo(before + 1).Because("the connection to the smf server is idle");
        frames.Call("1");
        _sim.RunUntilQuiet();
        await Assert.That(_sim.Loop.Timers.Count).IsEqualTo(before + 2).Because("the connection to the frame server is idle, too");
    }

    [Test]
    public async Task A_request_that_waits_for_a_connection_longer_than_the_request_timeout_is_not_late()
    {
        var sim = new GatewaySimulation(new GatewaySetup { RequestTimeoutMs = 500, TimeoutMs = 60_000, ExclusiveConnectionsMax = 1 });
        FrameMessage? asked = null;
        sim.FrameServer.OnRequest = (_, request) => asked ??= request;
        FrameFarCaller first = sim.ConnectFrames();
        FrameFarCaller second = sim.ConnectFrames();
        first.Call("1");
        sim.RunUntilQuiet();
        second.Call("2");
        sim.RunFor(3000);
        await Assert.That(second.IsOver).IsFalse();
        sim.FrameServer.OnRequest = (connection, request) => connection.Echo(request);
        sim.FrameServer.Connection.Echo(asked!);
        sim.RunUntilQuiet();
        await Assert.That(second.LastReply.Json).IsEqualTo("2");
    }

    private async Task AssertOneClosed(RejectReason why, CallerFault fault)
    {
        await Assert.That(_sim.WorkerContext.Ledger.Rejected(why)).IsEqualTo(1);
        await Assert.That(_sim.WorkerContext.Ledger.Closed(fault)).IsEqualTo(1);
    }
}
