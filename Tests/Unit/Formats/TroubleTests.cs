using FrameRpc.Gateway.Backends;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Smf;

namespace FrameRpc.Tests.Formats;

/// <summary>What an operator reads when servers misbehave: which server, what it did, and how many calls it cost.</summary>
public sealed class TroubleTests
{
    private const string SmfLost = "Backend storage: server smf:1 closed a connection with {0} calls in flight; each of them gets an error.";
    private const string FrameLost = "Backend frames: server frame:1 closed a connection with 1 calls in flight; each of them gets an error.";

    private readonly GatewaySimulation _sim = new();

    [Test]
    public async Task A_lost_connection_is_one_message_however_many_calls_were_on_it()
    {
        _sim.SmfServer.OnRequest = (_, _) => { };
        SmfFarCaller caller = _sim.ConnectSmf();
        for (ushort session = 1; session <= 7; session++)
            caller.Call(session, "x"u8);
        _sim.RunUntilQuiet();
        _sim.SmfServer.Connection.Reset();
        _sim.RunUntilQuiet();
        await Assert.That(_sim.Messages).IsSequence([SmfLost.Replace("{0}", "7", StringComparison.Ordinal)]);
        await Assert.That(_sim.WorkerContext.Ledger.Rejected(RejectReason.ServerLost)).IsEqualTo(7);
    }

    [Test]
    public async Task A_frame_server_that_closes_on_a_call_is_told()
    {
        _sim.FrameServer.OnRequest = (connection, _) => connection.Reset();
        _sim.ConnectFrames().Call("1");
        _sim.RunUntilQuiet();
        await Assert.That(_sim.Messages).IsSequence([FrameLost]);
    }

    [Test]
    public async Task A_reply_that_cannot_be_passed_on_is_told_with_its_server_and_is_no_lost_connection()
    {
        _sim.FrameServer.OnRequest = (connection, _) => connection.Send("garbage"u8);
        _sim.ConnectFrames().Call("1");
        _sim.RunUntilQuiet();
        _sim.SmfServer.OnRequest = (connection, request) =>
        {
            byte[] reply = SmfMessage.Encode(request.Header.Session, 200, "reply"u8);
            reply[^1] ^= 1;
            connection.Send(reply);
        };
        _sim.ConnectSmf().Call(1, "x"u8);
        _sim.RunUntilQuiet();
        await Assert.That(_sim.Messages).IsSequence([
                "Backend frames: server frame:1 sent a reply to route Echo that cannot be forwarded: it does not begin with a header part.",
                "Backend storage: server smf:1 sent a reply to route get that cannot be forwarded: its header or its checksum is wrong, or it is no FlatBuffers table.",
            ]);
    }

    [Test]
    public async Task A_server_that_closes_when_nobody_waits_for_it_is_no_trouble()
    {
        _sim.ConnectSmf().Call(1, "x"u8);
        _sim.ConnectFrames().Call("1");
        _sim.RunUntilQuiet();
        _sim.SmfServer.Connection.Close();
        _sim.FrameServer.Connection.Close();
        _sim.RunUntilQuiet();
        await Assert.That(_sim.Messages).IsEmpty();
    }
}
