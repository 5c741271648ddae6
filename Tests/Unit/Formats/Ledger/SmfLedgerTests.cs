using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Formats.Smf;
using FrameRpc.Protocol.Smf;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Smf;

namespace FrameRpc.Tests.Formats.Ledger;

/// <summary>Where each way in which an smf call can end stands in the books.</summary>
public sealed class SmfLedgerTests
{
    private const int SharedBodyMax = 1000;

    private readonly GatewaySimulation _sim = new(new GatewaySetup { SharedBodyMax = SharedBodyMax, MessageBytesMax = 100_000, TimeoutMs = 300 });

    private ListenerLedger Books => _sim.SmfLedger;

    private static string Server => GatewaySetup.SmfAddress(0).ToString();

    private CallTally Get => Books.Tallies.Single(tally => tally.Name.Route == "get");

    [Test]
    [Arguments(10)]
    [Arguments(40_000)]
    public async Task A_call_that_is_served_stands_with_its_server_its_status_and_its_bytes(int bytes)
    {
        _sim.SmfServer.OnRequest = (connection, request) => connection.Reply(request, new byte[2 * bytes], status: 201);
        Call(new byte[bytes]);
        await LedgerCheck.AssertOne(Get, Server, SmfStatuses.Of(201));
        await Assert.That(Get.RequestBytes).IsEqualTo(SmfMessage.TableBytes + bytes);
        await Assert.That(Get.ReplyBytes).IsEqualTo(SmfMessage.TableBytes + 2 * bytes);
    }

    [Test]
    public async Task A_call_takes_from_the_turn_that_heard_it_to_the_turn_that_answered_it()
    {
        SmfMessage? asked = null;
        _sim.SmfServer.OnRequest = (_, request) => asked = request;
        Call("x"u8);
        await Assert.That(Get.Begun).IsEqualTo(1);
        await Assert.That(LedgerCheck.EndedIn(Get)).IsEqualTo(0);
        _sim.RunFor(100);
        _sim.SmfServer.Connection.Reply(asked!, "y"u8);
        _sim.RunUntilQuiet();
        await Assert.That(Get.Durations.SumUs).IsBetween(100_000, 110_000);
    }

    [Test]
    public async Task A_call_without_a_route_stands_with_all_others_that_have_none()
    {
        SmfFarCaller caller = _sim.ConnectSmf();
        caller.Send(SmfMessage.Encode(1, 12345, "x"u8));
        caller.Send(SmfMessage.Encode(2, 54321, "x"u8));
        _sim.RunUntilQuiet();
        await Assert.That(LedgerCheck.EndedAt(Books.Unrouted, "", SmfStatuses.Of(404))).IsEqualTo(2);
        await Assert.That(_sim.WorkerContext.Ledger.Rejected(RejectReason.NoRoute)).IsEqualTo(2);
        await Assert.That(Books.Tallies).HasSingleItem();
    }

    [Test]
    public async Task A_malformed_call_has_no_route_unless_it_was_its_body_that_was_wrong()
    {
        SmfFarCaller caller = _sim.ConnectSmf();
        byte[] noBody = SmfMessage.EncodeRaw(1, GatewaySetup.GetId, []);
        byte[] wrongBody = SmfMessage.Encode(2, GatewaySetup.GetId, "x"u8);
        wrongBody[^1] ^= 1;
        caller.Send([.. noBody, .. wrongBody]);
        _sim.RunUntilQuiet();
        await LedgerCheck.AssertOne(Books.Unrouted, "", SmfStatuses.Of(400));
        await LedgerCheck.AssertOne(Get, "", SmfStatuses.Of(400));
        await Assert.That(_sim.WorkerContext.Ledger.Rejected(RejectReason.Malformed)).IsEqualTo(2);
    }

    [Test]
    public async Task A_call_that_is_too_large_stands_with_its_route()
    {
        Call(new byte[100_001]);
        await LedgerCheck.AssertOne(Get, "", SmfStatuses.Of(413));
        await Assert.That(_sim.WorkerContext.Ledger.Rejected(RejectReason.TooLarge)).IsEqualTo(1);
    }

    [Test]
    [Arguments(10)]
    [Arguments(50_000)]
    public async Task A_call_whose_time_is_up_stands_once_however_late_its_reply_comes(int bytes)
    {
        SmfMessage? asked = null;
        _sim.SmfServer.OnRequest = (_, request) => asked = request;
        Call(new byte[bytes]);
        _sim.RunFor(400);
        await LedgerCheck.AssertOne(Get, Server, SmfStatuses.Of(504));
        _sim.SmfServer.Connection.Reply(asked!, "late"u8);
        _sim.RunUntilQuiet();
        await LedgerCheck.AssertOne(Get, Server, SmfStatuses.Of(504));
        await Assert.That(Get.ReplyBytes).IsEqualTo(0);
        await Assert.That(_sim.WorkerContext.Ledger.Rejected(RejectReason.TimedOut)).IsEqualTo(1);
    }

    [Test]
    [Arguments(10)]
    [Arguments(50_000)]
    public async Task A_call_whose_server_is_lost_stands_with_that_server(int bytes)
    {
        _sim.SmfServer.OnRequest = (connection, _) => connection.Reset();
        Call(new byte[bytes]);
        await LedgerCheck.AssertOne(Get, Server, SmfStatuses.Of(502));
        await Assert.That(_sim.WorkerContext.Ledger.Rejected(RejectReason.ServerLost)).IsEqualTo(1);
    }

    [Test]
    [Arguments(10)]
    [Arguments(50_000)]
    public async Task A_call_that_no_server_could_be_reached_for_stands_with_none(int bytes)
    {
        _sim.SmfServer.Answer = ConnectAnswer.Refuse;
        Call(new byte[bytes]);
        await LedgerCheck.AssertOne(Get, "", SmfStatuses.Of(503));
        await Assert.That(_sim.WorkerContext.Ledger.Rejected(RejectReason.NoServer)).IsEqualTo(1);
    }

    [Test]
    public async Task A_reply_with_a_wrong_checksum_is_told_apart_from_a_lost_server()
    {
        _sim.SmfServer.OnRequest = (connection, request) =>
        {
            byte[] reply = SmfMessage.Encode(request.Header.Session, 200, "reply"u8);
            reply[^1] ^= 1;
            connection.Send(reply);
        };
        Call("x"u8);
        await LedgerCheck.AssertOne(Get, Server, SmfStatuses.Of(502));
        await Assert.That(_sim.WorkerContext.Ledger.Rejected(RejectReason.BadReply)).IsEqualTo(1);
        await Assert.That(_sim.WorkerContext.Ledger.Rejected(RejectReason.ServerLost)).IsEqualTo(0);
    }

    [Test]
    public async Task A_call_whose_caller_leaves_is_cut()
    {
        SmfMessage? asked = null;
        _sim.SmfServer.OnRequest = (_, request) => asked = request;
        SmfFarCaller caller = Call("x"u8);
        caller.Reset();
        _sim.RunUntilQuiet();
        _sim.SmfServer.Connection.Reply(asked!, "y"u8);
        _sim.RunUntilQuiet();
        await LedgerCheck.AssertOne(Get, Server, CallStatus.Cut);
    }

    [Test]
    public async Task Of_a_request_that_is_cut_what_came_is_counted()
    {
        SmfFarCaller caller = _sim.ConnectSmf();
        caller.Send(SmfMessage.Encode(1, GatewaySetup.GetId, new byte[90_000]).AsSpan(0, SmfHeader.Bytes + 70_000));
        _sim.RunUntilQuiet();
        caller.EndSending();
        _sim.RunUntilQuiet();
        await LedgerCheck.AssertOne(Get, Server, CallStatus.Cut);
        await Assert.That(Get.RequestBytes).IsEqualTo(70_000);
    }

    [Test]
    public async Task Of_a_reply_that_is_cut_what_came_is_counted()
    {
        _sim.SmfServer.OnRequest = (connection, request) =>
        {
            connection.Send(SmfMessage.Encode(request.Header.Session, 200, new byte[50_000]).AsSpan(0, SmfHeader.Bytes + 20_000));
            connection.EndSending();
        };
        Call("x"u8);
        await LedgerCheck.AssertOne(Get, Server, CallStatus.Cut);
        await Assert.That(Get.ReplyBytes).IsEqualTo(20_000);
    }

    private SmfFarCaller Call(ReadOnlySpan<byte> body)
    {
        SmfFarCaller caller = _sim.ConnectSmf();
        caller.Call(1, body);
        _sim.RunUntilQuiet();
        return caller;
    }
}
