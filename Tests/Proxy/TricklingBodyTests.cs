using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Workers;
using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;
using FrameRpc.Tests.Simulation.Smf;
using Xunit;
using FrameBytes = FrameRpc.Tests.Simulation.Frames.Frame;

namespace FrameRpc.Tests.Proxy;

/// <summary>A spliced body whose sender is slow counts as moving with every piece, although the loop waits for large ones while a body streams fast.</summary>
public sealed class TricklingBodyTests
{
    private const int TimeoutMs = 300;
    private const int PieceBytes = 1000;

    private static readonly GatewaySetup SplicesEverything = new()
    {
        TimeoutMs = TimeoutMs,
        Relay = new RelayPolicy { Mode = RelayMode.Splice, SpliceBytesMin = 1, PipesMax = 64 },
    };

    private static readonly byte[] Body = new byte[1 << 20];

    [Fact]
    public void An_smf_request_that_trickles_in_is_not_timed_out()
    {
        var sim = new GatewaySimulation(SplicesEverything);
        SmfFarCaller caller = sim.ConnectSmf();
        Trickle(sim, caller, SmfMessage.Encode(1, GatewaySetup.GetId, Body));

        Assert.Equal(200u, caller.StatusOf(1));
        AssertSpliced(sim);
    }

    [Fact]
    public void A_frame_request_that_trickles_in_is_not_timed_out()
    {
        var sim = new GatewaySimulation(SplicesEverything);
        FrameFarCaller caller = sim.ConnectFrames();
        Trickle(sim, caller, FrameBytes.Request("Upload", DataType.Octets, Body));

        Assert.Equal(Body, Assert.Single(caller.Replies).Data);
        AssertSpliced(sim);
    }

    [Fact]
    public void An_smf_reply_that_trickles_in_is_not_timed_out()
    {
        var sim = new GatewaySimulation(SplicesEverything);
        SmfMessage? asked = null;
        sim.SmfServer.OnRequest = (_, request) => asked = request;
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Call(1, "much, please"u8);
        sim.RunUntilQuiet();
        Trickle(sim, sim.SmfServer.Connection, SmfMessage.Encode(asked!.Header.Session, 200, Body));

        Assert.Equal(200u, caller.StatusOf(1));
        AssertSpliced(sim);
    }

    [Fact]
    public void A_body_that_stands_still_is_timed_out_although_its_pieces_were_spliced()
    {
        var sim = new GatewaySimulation(SplicesEverything);
        SmfFarCaller caller = sim.ConnectSmf();
        byte[] request = SmfMessage.Encode(1, GatewaySetup.GetId, Body);
        for (int piece = 0; piece < 10; piece++)
        {
            caller.Send(request.AsSpan(piece * PieceBytes, PieceBytes));
            sim.RunFor(TimeoutMs * 2 / 3);
        }
        Assert.Empty(caller.Replies);
        sim.RunFor(TimeoutMs);

        Assert.Equal(504u, caller.StatusOf(1));
        Assert.Equal(0, sim.Counters.PipesInUse);
    }

    /// <summary>Several times as long as a call may stand still, then the rest at once.</summary>
    private static void Trickle(GatewaySimulation sim, FarEnd sender, byte[] message)
    {
        const int pieces = 20;
        for (int piece = 0; piece < pieces; piece++)
        {
            sender.Send(message.AsSpan(piece * PieceBytes, PieceBytes));
            sim.RunFor(TimeoutMs * 2 / 3);
        }
        sender.Send(message.AsSpan(pieces * PieceBytes));
        sim.RunFor(TimeoutMs);
    }

    private static void AssertSpliced(GatewaySimulation sim)
    {
        Assert.InRange(sim.Counters.BytesSpliced, Body.Length / 2, long.MaxValue);
        Assert.Equal((0, 0), (sim.Dispatcher.Ledger.Refused(Refusal.TimedOut), sim.Counters.PipesInUse));
    }
}
