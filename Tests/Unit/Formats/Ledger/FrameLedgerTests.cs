using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Formats.Frame;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;

namespace FrameRpc.Tests.Formats.Ledger;

/// <summary>Where each way in which a frame call can end stands in the books.</summary>
public sealed class FrameLedgerTests
{
    private readonly GatewaySimulation _sim = new(new GatewaySetup { MessageBytesMax = 200_000, TimeoutMs = 300 });

    private ListenerLedger Books => _sim.FrameLedger;

    /// <summary>Behind the smf route.</summary>
    private static string Server => GatewaySetup.FrameAddress(0).ToString();

    private CallTally Of(string route) => Books.Tallies.Single(tally => tally.Name.Route == route);

    private CallTally Echo => Of(GatewaySetup.Endpoint);

    private CallTally Upload => Of("Upload");

    private CallTally Download => Of("Download");

    [Test]
    public async Task A_call_that_is_served_stands_with_its_server_and_the_bytes_of_its_json()
    {
        Send(Frame.JsonRequest(GatewaySetup.Endpoint, "\"hello\""));
        await LedgerCheck.AssertOne(Echo, Server, FrameStatuses.Ok);
        await Assert.That(Echo.RequestBytes).IsBetween("\"hello\"".Length, "\"hello\"\n".Length);
        await Assert.That(Echo.ReplyBytes).IsBetween("\"hello\"".Length, "\"hello\"\n".Length);
    }

    [Test]
    [Arguments(10)]
    [Arguments(10_000_000)]
    public async Task Octets_are_counted_without_their_frame_headers(int bytes)
    {
        Send([.. Frame.RequestHeader("Upload", DataType.Octets), .. Frame.Octets(new byte[bytes])]);
        await LedgerCheck.AssertOne(Upload, Server, FrameStatuses.Ok);
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
        await LedgerCheck.AssertOne(Echo, Server, FrameStatuses.Of(error));
        await Assert.That(_sim.Counters.CallsRefused).IsEqualTo(0);
    }

    [Test]
    public async Task Calls_without_a_route_or_without_a_header_that_says_one_stand_together()
    {
        FrameFarCaller caller = _sim.ConnectFrames();
        caller.Call("1", "Nobody");
        caller.Send([.. Frame.Encode(FrameType.Header, true, "null"u8), .. Frame.Encode(FrameType.Data, true, "1"u8)]);
        _sim.RunUntilQuiet();
        await Assert.That(LedgerCheck.EndedAt(Books.Unrouted, "", FrameStatuses.Request)).IsEqualTo(2);
        await Assert.That(_sim.WorkerContext.Ledger.Rejected(RejectReason.NoRoute)).IsEqualTo(1);
        await Assert.That(_sim.WorkerContext.Ledger.Rejected(RejectReason.Malformed)).IsEqualTo(1);
    }

    [Test]
    public async Task A_caller_that_loses_its_place_while_its_call_is_refused_is_counted_once()
    {
        FrameFarCaller caller = _sim.ConnectFrames();
        caller.Send([.. Frame.RequestHeader("Nobody", DataType.Octets), 9, 9, 9, 9, 9, 9]);
        _sim.RunUntilQuiet();
        await LedgerCheck.AssertOne(Books.Unrouted, "", FrameStatuses.Request);
        await Assert.That(_sim.Counters.CallsRefused).IsEqualTo(1);
    }

    [Test]
    public async Task A_call_that_is_too_large_stands_with_its_route()
    {
        Send(Frame.JsonRequest(GatewaySetup.Endpoint, '"' + new string('x', 200_000) + '"'));
        await LedgerCheck.AssertOne(Echo, "", FrameStatuses.Request);
        await Assert.That(_sim.WorkerContext.Ledger.Rejected(RejectReason.TooLarge)).IsEqualTo(1);
    }

    [Test]
    public async Task A_call_whose_time_is_up_stands_with_the_server_that_was_silent()
    {
        _sim.FrameServer.OnRequest = (_, _) => { };
        Send(Frame.JsonRequest(GatewaySetup.Endpoint, "1"));
        _sim.RunFor(400);
        await LedgerCheck.AssertOne(Echo, Server, FrameStatuses.Server);
        await Assert.That(_sim.WorkerContext.Ledger.Rejected(RejectReason.TimedOut)).IsEqualTo(1);
        await Assert.That(Echo.Durations.SumUs).IsBetween(300_000, 400_000);
    }

    [Test]
    public async Task A_lost_server_and_a_reply_that_is_none_are_told_apart()
    {
        _sim.FrameServer.OnRequest = (connection, _) => connection.Reset();
        Send(Frame.JsonRequest(GatewaySetup.Endpoint, "1"));
        _sim.FrameServer.OnRequest = (connection, _) => connection.Send(Frame.Encode(FrameType.Data, true, "1"u8));
        Send(Frame.JsonRequest(GatewaySetup.Endpoint, "1"));
        await Assert.That(LedgerCheck.EndedAt(Echo, Server, FrameStatuses.Server)).IsEqualTo(2);
        await Assert.That(_sim.WorkerContext.Ledger.Rejected(RejectReason.ServerLost)).IsEqualTo(1);
        await Assert.That(_sim.WorkerContext.Ledger.Rejected(RejectReason.BadReply)).IsEqualTo(1);
    }

    [Test]
    public async Task Of_a_request_that_is_cut_what_came_is_counted()
    {
        FrameFarCaller caller = _sim.ConnectFrames();
        caller.Send([.. Frame.RequestHeader("Upload", DataType.Octets), .. Frame.Octets(new byte[50_000]).AsSpan(0, FrameHeader.Bytes + 20_000)]);
        _sim.RunPastPause();
        caller.Reset();
        _sim.RunUntilQuiet();
        await LedgerCheck.AssertOne(Upload, Server, CallStatus.Cut);
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
        await LedgerCheck.AssertOne(Download, Server, CallStatus.Cut);
        await Assert.That(Download.ReplyBytes).IsEqualTo(20_000);
    }

    private void Send(ReadOnlySpan<byte> request)
    {
        _sim.ConnectFrames().Send(request);
        _sim.RunUntilQuiet();
    }
}
