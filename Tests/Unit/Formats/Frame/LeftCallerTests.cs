using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;

namespace FrameRpc.Tests.Formats.Frames;

/// <summary>A caller leaves while its call waits for a connection: no server gets the call.</summary>
public sealed class LeftCallerTests
{
    private readonly GatewaySimulation _sim = new(new GatewaySetup { ExclusiveConnectionsMax = 1, TimeoutMs = 20_000 });
    private FrameMessage? _asked;

    public enum Leaving
    {
        ResetFrameAtOnce,
        ResetFrameLater,
        ResetFrameInPieces,
        ResetFrameAndEnd,
        ResetFrameAndClose,
        Reset,
    }

    [Test]
    [Arguments(Leaving.ResetFrameAtOnce)]
    [Arguments(Leaving.ResetFrameLater)]
    [Arguments(Leaving.ResetFrameInPieces)]
    [Arguments(Leaving.ResetFrameAndEnd)]
    [Arguments(Leaving.ResetFrameAndClose)]
    [Arguments(Leaving.Reset)]
    public async Task A_call_whose_caller_left_while_it_waited_is_not_executed(Leaving how)
    {
        FrameFarCaller busy = OccupyConnection();
        FrameFarCaller[] left = [.. Enumerable.Range(0, 20).Select(_ => _sim.ConnectFrames())];
        foreach (FrameFarCaller caller in left)
            Leave(caller, how);
        _sim.RunUntilQuiet();
        await Assert.That(_sim.FrameBackend.CallsWaiting).IsEqualTo(0);

        FrameFarCaller live = _sim.ConnectFrames();
        live.Call("\"live\"");
        _sim.RunUntilQuiet();
        ReplyToFirst();
        await Assert.That((busy.LastReply.Json, live.LastReply.Json)).IsEqualTo(("\"busy\"", "\"live\""));
        await Assert.That(_sim.FrameServer.Requests.Count).IsEqualTo(2);
        foreach (FarEnd end in (FarEnd[])[.. left, busy, live])
            end.Close();
        _sim.RunFor(70_000);
        await _sim.AssertNothingLeaked();
    }

    [Test]
    public async Task A_caller_that_only_ended_its_requests_still_gets_its_reply()
    {
        OccupyConnection();
        FrameFarCaller caller = _sim.ConnectFrames();
        caller.Call("\"mine\"");
        _sim.RunUntilQuiet();
        caller.EndSending();
        _sim.RunUntilQuiet();
        ReplyToFirst();
        await Assert.That(caller.LastReply.Json).IsEqualTo("\"mine\"");
        await Assert.That(caller.SawResetFrame).IsTrue();
    }

    [Test]
    public async Task A_request_behind_one_that_waits_is_served_although_its_beginning_was_read_ahead()
    {
        OccupyConnection();
        FrameFarCaller caller = _sim.ConnectFrames();
        caller.Call("\"one\"");
        _sim.RunUntilQuiet();
        caller.Call("\"two\"");
        _sim.RunUntilQuiet();
        caller.Call($"\"{new string('3', 50_000)}\"");
        _sim.RunUntilQuiet();
        ReplyToFirst();
        await Assert.That(caller.Replies.Select(reply => reply.Data.Length)).IsSequence([5, 5, 50_002]);
    }

    private FrameFarCaller OccupyConnection()
    {
        _sim.FrameServer.OnRequest = (_, request) => _asked = request;
        FrameFarCaller busy = _sim.ConnectFrames();
        busy.Call("\"busy\"");
        _sim.RunUntilQuiet();
        return busy;
    }

    private void ReplyToFirst()
    {
        _sim.FrameServer.OnRequest = (connection, request) => connection.Echo(request);
        _sim.FrameServer.Connection.Echo(_asked!);
        _sim.RunUntilQuiet();
    }

    private void Leave(FrameFarCaller caller, Leaving how)
    {
        byte[] request = Frame.JsonRequest(GatewaySetup.Endpoint, "\"left\"");
        if (how == Leaving.ResetFrameAtOnce)
        {
            caller.Send([.. request, .. Frame.Reset]);
            return;
        }
        caller.Send(request);
        _sim.RunUntilQuiet();
        if (how == Leaving.Reset)
        {
            caller.Reset();
            return;
        }
        if (how == Leaving.ResetFrameInPieces)
        {
            caller.Send(Frame.Reset.AsSpan(0, 2));
            _sim.RunUntilQuiet();
            caller.Send(Frame.Reset.AsSpan(2));
        }
        else
        {
            caller.Send(Frame.Reset);
        }
        if (how == Leaving.ResetFrameAndEnd)
            caller.EndSending();
        if (how == Leaving.ResetFrameAndClose)
            caller.Close();
    }
}
