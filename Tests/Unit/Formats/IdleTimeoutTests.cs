using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;
using FrameRpc.Tests.Simulation.Smf;

namespace FrameRpc.Tests.Formats;

/// <summary>A caller that has no call in progress does not stay for ever, and one that has is not idle.</summary>
public sealed class IdleTimeoutTests
{
    private const int IdleTimeoutMs = 8000;

    private readonly GatewaySimulation _sim = new(new GatewaySetup { IdleTimeoutMs = IdleTimeoutMs, TimeoutMs = 60_000 });

    [Test]
    public async Task Callers_without_a_call_leave_in_order_after_the_idle_timeout()
    {
        SmfFarCaller smf = _sim.ConnectSmf();
        FrameFarCaller frames = _sim.ConnectFrames();
        smf.Call(1, "x"u8);
        frames.Call("1");
        _sim.RunFor(IdleTimeoutMs - 100);
        await Assert.That((smf.IsOver, frames.IsOver)).IsEqualTo((false, false));
        _sim.RunFor((IdleTimeoutMs / 4) + 200);
        await Assert.That((smf.SawEnd, smf.SawReset)).IsEqualTo((true, false));
        await Assert.That((frames.SawEnd, frames.SawResetFrame, frames.SawReset)).IsEqualTo((true, true, false));
        await Assert.That(_sim.WorkerContext.Ledger.Closed(CallerFault.Idle)).IsEqualTo(2);
        await Assert.That(_sim.Messages).IsEmpty();
    }

    [Test]
    public async Task A_caller_that_calls_now_and_then_stays()
    {
        SmfFarCaller smf = _sim.ConnectSmf();
        FrameFarCaller frames = _sim.ConnectFrames();
        for (ushort i = 1; i <= 10; i++)
        {
            smf.Call(i, "x"u8);
            frames.Call("1");
            _sim.RunFor(IdleTimeoutMs - 500);
        }
        await Assert.That((smf.Replies.Count, frames.Replies.Count)).IsEqualTo((10, 10));
    }

    [Test]
    public async Task A_caller_whose_call_takes_longer_than_the_idle_timeout_gets_its_reply()
    {
        SmfMessage? smfAsked = null;
        FrameMessage? frameAsked = null;
        _sim.SmfServer.OnRequest = (_, request) => smfAsked = request;
        _sim.FrameServer.OnRequest = (_, request) => frameAsked = request;
        SmfFarCaller smf = _sim.ConnectSmf();
        FrameFarCaller frames = _sim.ConnectFrames();
        smf.Call(1, "x"u8);
        frames.Call("1");
        _sim.RunFor(3 * IdleTimeoutMs);
        _sim.SmfServer.Connection.Reply(smfAsked!, "x"u8);
        _sim.FrameServer.Connection.Echo(frameAsked!);
        _sim.RunUntilQuiet();
        await Assert.That((smf.Replies.Count, frames.Replies.Count)).IsEqualTo((1, 1));
    }
}
