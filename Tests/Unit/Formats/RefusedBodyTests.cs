using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;
using FrameRpc.Tests.Simulation.Smf;

namespace FrameRpc.Tests.Formats;

/// <summary>The rest of a refused request is read away as far as that is cheap; then the connection ends, and the caller has its answer.</summary>
public sealed class RefusedBodyTests
{
    private const uint UnknownId = 12345;

    private readonly GatewaySimulation _sim = new();

    [Test]
    public async Task Up_to_a_MiB_of_a_refused_body_is_read_away_and_the_connection_goes_on()
    {
        SmfFarCaller smf = _sim.ConnectSmf();
        smf.Send(SmfMessage.Encode(1, UnknownId, new byte[1_000_000]));
        smf.Call(2, "next"u8);
        FrameFarCaller frames = _sim.ConnectFrames();
        frames.Send(Frame.Request("Unknown", DataType.Octets, new byte[1_000_000]));
        frames.Call("\"next\"");
        _sim.RunUntilQuiet();
        await Assert.That((smf.StatusOf(1), smf.StatusOf(2))).IsEqualTo((404u, 200u));
        await Assert.That(frames.Replies.Select(reply => reply.Error)).IsSequence([ReplyError.Request, ReplyError.Ok]);
    }

    [Test]
    public async Task More_than_a_MiB_of_a_refused_smf_body_ends_the_connection_behind_its_answer()
    {
        SmfFarCaller caller = _sim.ConnectSmf();
        caller.Send(SmfMessage.Encode(1, UnknownId, new byte[5_000_000]));
        _sim.RunFor(3000);
        await Assert.That(caller.StatusOf(1)).IsEqualTo(404u);
        await AssertEnded(caller);
    }

    [Test]
    public async Task More_than_a_MiB_of_a_refused_frame_body_is_answered_at_once_and_the_connection_ends()
    {
        FrameFarCaller caller = _sim.ConnectFrames();
        caller.Send([.. Frame.RequestHeader("Unknown", DataType.Octets), .. Frame.Octets(new byte[5_000_000])]);
        _sim.RunFor(3000);
        await Assert.That((await Assert.That(caller.Replies).HasSingleItem()).ErrorMessage).IsEqualTo("no route for endpoint \"Unknown\"");
        await Assert.That(caller.SawResetFrame).IsTrue();
        await AssertEnded(caller);
    }

    [Test]
    public async Task A_refused_body_that_does_not_come_ends_the_connection_after_a_second()
    {
        SmfFarCaller smf = _sim.ConnectSmf();
        smf.Send(SmfMessage.Encode(1, UnknownId, new byte[1000]).AsSpan(0, 500));
        FrameFarCaller frames = _sim.ConnectFrames();
        frames.Send(Frame.Request("Unknown", DataType.Octets, new byte[1000]).AsSpan(0, 500));
        for (int i = 0; i < 9; i++)
        {
            _sim.RunFor(100);
            smf.Send([0]);
            frames.Send([0]);
        }
        await Assert.That((smf.IsOver, frames.IsOver)).IsEqualTo((false, false));
        _sim.RunFor(2500);
        await Assert.That(smf.StatusOf(1)).IsEqualTo(404u);
        await Assert.That(frames.Replies).HasSingleItem();
        await Assert.That((smf.SawEnd, frames.SawEnd)).IsEqualTo((true, true));
        await Assert.That(_sim.WorkerContext.Ledger.Closed(CallerFault.RefusedBody)).IsEqualTo(2);
    }

    [Test]
    public async Task Other_calls_of_an_smf_caller_are_answered_before_its_connection_ends()
    {
        SmfMessage? asked = null;
        _sim.SmfServer.OnRequest = (_, request) => asked = request;
        SmfFarCaller caller = _sim.ConnectSmf();
        caller.Call(1, "slow"u8);
        caller.Send(SmfMessage.Encode(2, UnknownId, new byte[5_000_000]));
        _sim.RunFor(500);
        _sim.SmfServer.Connection.Reply(asked!, "done"u8);
        _sim.RunFor(3000);
        await Assert.That((caller.StatusOf(1), caller.StatusOf(2))).IsEqualTo((200u, 404u));
        await AssertEnded(caller);
    }

    /// <summary>The server has answered, and reads no more: it would be the caller alone that decides how long the connection lasts.</summary>
    [Test]
    public async Task The_rest_of_a_request_behind_its_early_reply_is_bounded_as_well()
    {
        _sim.FrameServer.OnRequestBegun = (connection, _) => connection.Fail(ReplyError.Undecided, "early");
        FrameFarCaller caller = _sim.ConnectFrames();
        caller.Send(Frame.Request("Receive", DataType.Octets, DataType.Json, new byte[100_000]).AsSpan(0, 70_000));
        _sim.RunFor(3000);
        await Assert.That((await Assert.That(caller.Replies).HasSingleItem()).ErrorMessage).IsEqualTo("early");
        await AssertEnded(caller);
    }

    [Test]
    public async Task Requests_that_are_refused_while_they_wait_and_whose_rest_does_not_come_end_as_well()
    {
        var sim = new GatewaySimulation(new GatewaySetup { TimeoutMs = 2000, ExclusiveConnectionsMax = 1 });
        sim.SmfServer.OnRequest = (_, _) => { };
        sim.FrameServer.OnRequest = (_, _) => { };
        sim.ConnectSmf().Call(1, new byte[200_000]);
        sim.ConnectFrames().Send(Frame.Request("Upload", DataType.Octets, new byte[100]));
        sim.RunFor(1000);
        SmfFarCaller smf = sim.ConnectSmf();
        FrameFarCaller frames = sim.ConnectFrames();
        smf.Send(SmfMessage.Encode(1, GatewaySetup.GetId, new byte[200_000]).AsSpan(0, 70_000));
        frames.Send(Frame.Request("Upload", DataType.Octets, new byte[200_000]).AsSpan(0, 70_000));
        sim.SmfServer.Answer = ConnectAnswer.Refuse;
        sim.FrameServer.Answer = ConnectAnswer.Refuse;
        sim.SmfServer.Connection.Close();
        sim.FrameServer.Connection.Close();
        sim.RunFor(4000);
        await Assert.That(smf.StatusOf(1)).IsEqualTo(503u);
        await Assert.That(frames.LastReply.Error).IsEqualTo(ReplyError.Server);
        await Assert.That((smf.SawEnd, frames.SawEnd)).IsEqualTo((true, true));
        await Assert.That(sim.WorkerContext.Ledger.Closed(CallerFault.RefusedBody)).IsEqualTo(2);
    }

    private async Task AssertEnded(FarEnd caller)
    {
        await Assert.That(caller.SawEnd).IsTrue();
        await Assert.That(_sim.WorkerContext.Ledger.Closed(CallerFault.RefusedBody)).IsEqualTo(1);
        await Assert.That(_sim.WorkerContext.CallersCount).IsEqualTo(0);
    }
}
