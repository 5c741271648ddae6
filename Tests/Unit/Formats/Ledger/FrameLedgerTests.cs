using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;

namespace FrameRpc.Tests.Formats.Ledger;

/// <summary>Where each way in which a frame call can end stands in the books.</summary>
public sealed class FrameLedgerTests
{
    private readonly GatewaySimulation _sim = new(new GatewaySetup { MessageBytesMax = 200_000, TimeoutMs = 300 });

    private ListenerLedger Books => _sim.WorkerContext.Ledger.Listeners[1];

    /// <summary>Behind the smf route.</summary>
    private CallTally Echo => Books.At(1)!;

    private CallTally Upload => Books.At(2)!;

    private CallTally Download => Books.At(4)!;

    [Test]
    public async Task A_call_that_is_served_stands_with_its_server_and_the_bytes_of_its_json()
    {
        Send(Frame.JsonRequest(GatewaySetup.Endpoint, "\"hello\""));
        await LedgerCheck.AssertOne(Echo, server: 0, CallStatus.FrameOk);
        await Assert.That(Echo.RequestBytes).IsBetween("\"hello\"".Length, "\"hello\"\n".Length);
        await Assert.That(Echo.ReplyBytes).IsBetween("\"hello\"".Length, "\"hello\"\n".Length);
    }

    [Test]
    [Arguments(10)]
    [Arguments(10_000_000)]
    public async Task Octets_are_counted_without_their_frame_headers(int bytes)
    {
        Send([.. Frame.RequestHeader("Upload", DataType.Octets), .. Frame.Octets(new byte[bytes])]);
        await LedgerCheck.AssertOne(Upload, server: 0, CallStatus.FrameOk);
        await Assert.That(Upload.RequestBytes).IsEqualTo(bytes);
        await Assert.That(Upload.ReplyBytes).IsEqualTo(bytes);
    }

    [Test]
    [Arguments(ReplyError.Request)]
    [Arguments(ReplyError.Server)]
    [Arguments(ReplyError.Undecided)]
    public async Task A_servers_own_error_stands_with_that_server_and_nobody_was_refused(ReplyError error)
    {
        _sim.FrameServer.OnRequest = (connection, _) => connection.Fail(error, "no");
        Send(Frame.JsonRequest(GatewaySetup.Endpoint, "1"));
        await LedgerCheck.AssertOne(Echo, server: 0, CallStatuses.OfFrame(error));
        await Assert.That(_sim.Counters.CallsRefused).IsEqualTo(0);
    }

    [Test]
    public async Task Calls_without_a_route_or_without_a_header_that_says_one_stand_together()
    {
        FrameFarCaller caller = _sim.ConnectFrames();
        caller.Call("1", "Nobody");
        caller.Send([.. Frame.Encode(FrameType.Header, true, "null"u8), .. Frame.Encode(FrameType.Data, true, "1"u8)]);
        _sim.RunUntilQuiet();
        await Assert.That(Books.Unrouted.Ended(CallTally.NoServer, CallStatus.FrameRequest)).IsEqualTo(2);
        await Assert.That(_sim.WorkerContext.Ledger.Refused(RejectReason.NoRoute)).IsEqualTo(1);
        await Assert.That(_sim.WorkerContext.Ledger.Refused(RejectReason.Malformed)).IsEqualTo(1);
    }

    [Test]
    public async Task A_caller_that_loses_its_place_while_its_call_is_refused_is_counted_once()
    {
        FrameFarCaller caller = _sim.ConnectFrames();
        caller.Send([.. Frame.RequestHeader("Nobody", DataType.Octets), 9, 9, 9, 9, 9, 9]);
        _sim.RunUntilQuiet();
        await LedgerCheck.AssertOne(Books.Unrouted, CallTally.NoServer, CallStatus.FrameRequest);
        await Assert.That(_sim.Counters.CallsRefused).IsEqualTo(1);
    }

    [Test]
    public async Task A_call_that_is_too_large_stands_with_its_route()
    {
        Send(Frame.JsonRequest(GatewaySetup.Endpoint, '"' + new string('x', 200_000) + '"'));
        await LedgerCheck.AssertOne(Echo, CallTally.NoServer, CallStatus.FrameRequest);
        await Assert.That(_sim.WorkerContext.Ledger.Refused(RejectReason.TooLarge)).IsEqualTo(1);
    }

    [Test]
    public async Task A_call_whose_time_is_up_stands_with_the_server_that_was_silent()
    {
        _sim.FrameServer.OnRequest = (_, _) => { };
        Send(Frame.JsonRequest(GatewaySetup.Endpoint, "1"));
        _sim.RunFor(400);
        await LedgerCheck.AssertOne(Echo, server: 0, CallStatus.FrameServer);
        await Assert.That(_sim.WorkerContext.Ledger.Refused(RejectReason.TimedOut)).IsEqualTo(1);
        await Assert.That(Echo.Durations.SumUs).IsBetween(300_000, 400_000);
    }

    [Test]
    public async Task A_lost_server_and_a_reply_that_is_none_are_told_apart()
    {
        _sim.FrameServer.OnRequest = (connection, _) => connection.Reset();
        Send(Frame.JsonRequest(GatewaySetup.Endpoint, "1"));
        _sim.FrameServer.OnRequest = (connection, _) => connection.Send(Frame.Encode(FrameType.Data, true, "1"u8));
        Send(Frame.JsonRequest(GatewaySetup.Endpoint, "1"));
        await Assert.That(Echo.Ended(0, CallStatus.FrameServer)).IsEqualTo(2);
        await Assert.That(_sim.WorkerContext.Ledger.Refused(RejectReason.ServerLost)).IsEqualTo(1);
        await Assert.That(_sim.WorkerContext.Ledger.Refused(RejectReason.BadReply)).IsEqualTo(1);
    }

    [Test]
    public async Task Of_a_request_that_is_cut_what_came_is_counted()
    {
        FrameFarCaller caller = _sim.ConnectFrames();
        caller.Send([.. Frame.RequestHeader("Upload", DataType.Octets), .. Frame.Octets(new byte[50_000]).AsSpan(0, FrameHeader.Bytes + 20_000)]);
        _sim.RunUntilQuiet();
        caller.Reset();
        _sim.RunUntilQuiet();
        await LedgerCheck.AssertOne(Upload, server: 0, CallStatus.Cut);
        await Assert.That(Upload.RequestBytes).IsEqualTo(20_000);
    }

    [Test]
    public async Task Of_a_reply_that_is_cut_what_came_is_counted()
    {
        _sim.FrameServer.OnRequest = (connection, _) =>
        {
            connection.Send([.. Frame.ReplyHeader(DataType.Octets), .. Frame.Octets(new byte[50_000]).AsSpan(0, FrameHeader.Bytes + 20_000)]);
            connection.EndSending();
        };
        _sim.ConnectFrames().Download("1");
        _sim.RunUntilQuiet();
        await LedgerCheck.AssertOne(Download, server: 0, CallStatus.Cut);
        await Assert.That(Download.ReplyBytes).IsEqualTo(20_000);
    }

    private void Send(ReadOnlySpan<byte> request)
    {
        _sim.ConnectFrames().Send(request);
        _sim.RunUntilQuiet();
    }
}
