using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Sockets.Pipes;
using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;
using FrameRpc.Tests.Simulation.Smf;
using FrameBytes = FrameRpc.Tests.Simulation.Frames.Frame;

namespace FrameRpc.Tests.Formats;

/// <summary>A spliced body whose sender is slow counts as moving with every piece, although the loop waits for large ones while a body streams fast.</summary>
public sealed class TricklingBodyTests
{
    private const int TimeoutMs = 300;
    private const int PieceBytes = 1000;

    /// <summary>Enough of a request for a server connection to be taken.</summary>
    private const int BeginningBytes = 70_000;

    private static readonly GatewaySetup SplicesEverything = new()
    {
        TimeoutMs = TimeoutMs,
        Relay = new RelayPolicy { Mode = RelayMode.Splice, SpliceBytesMin = 1, PipesMax = 64 },
    };

    private static readonly byte[] Body = new byte[1 << 20];

    [Test]
    public async Task An_smf_request_that_trickles_in_is_not_timed_out()
    {
        var sim = new GatewaySimulation(SplicesEverything);
        SmfFarCaller caller = sim.ConnectSmf();
        Trickle(sim, caller, SmfMessage.Encode(1, GatewaySetup.GetId, Body));

        await Assert.That(caller.StatusOf(1)).IsEqualTo(200u);
        await AssertSpliced(sim);
    }

    [Test]
    public async Task A_frame_request_that_trickles_in_is_not_timed_out()
    {
        var sim = new GatewaySimulation(SplicesEverything);
        FrameFarCaller caller = sim.ConnectFrames();
        Trickle(sim, caller, FrameBytes.Request("Upload", DataType.Octets, Body));

        await Assert.That((await Assert.That(caller.Replies).HasSingleItem()).Data).IsSequence(Body);
        await AssertSpliced(sim);
    }

    [Test]
    public async Task An_smf_reply_that_trickles_in_is_not_timed_out()
    {
        var sim = new GatewaySimulation(SplicesEverything);
        SmfMessage? asked = null;
        sim.SmfServer.OnRequest = (_, request) => asked = request;
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Call(1, "much, please"u8);
        sim.RunUntilQuiet();
        Trickle(sim, sim.SmfServer.Connection, SmfMessage.Encode(asked!.Header.Session, 200, Body));

        await Assert.That(caller.StatusOf(1)).IsEqualTo(200u);
        await AssertSpliced(sim);
    }

    [Test]
    public async Task A_body_that_stands_still_is_timed_out_although_its_pieces_were_spliced()
    {
        var sim = new GatewaySimulation(SplicesEverything);
        SmfFarCaller caller = sim.ConnectSmf();
        byte[] request = SmfMessage.Encode(1, GatewaySetup.GetId, Body);
        caller.Send(request.AsSpan(0, BeginningBytes));
        for (int piece = 0; piece < 10; piece++)
        {
            caller.Send(request.AsSpan(BeginningBytes + piece * PieceBytes, PieceBytes));
            sim.RunFor(TimeoutMs * 2 / 3);
        }
        await Assert.That(caller.Replies).IsEmpty();
        sim.RunFor(TimeoutMs);

        await Assert.That(caller.StatusOf(1)).IsEqualTo(504u);
        await Assert.That(sim.Counters.PipesInUse).IsEqualTo(0);
    }

    /// <summary>Several times as long as a call may stand still, then the rest at once.</summary>
    private static void Trickle(GatewaySimulation sim, FarEnd sender, byte[] message)
    {
        const int pieces = 20;
        sender.Send(message.AsSpan(0, BeginningBytes));
        for (int piece = 0; piece < pieces; piece++)
        {
            sender.Send(message.AsSpan(BeginningBytes + piece * PieceBytes, PieceBytes));
            sim.RunFor(TimeoutMs * 2 / 3);
        }
        sender.Send(message.AsSpan(BeginningBytes + pieces * PieceBytes));
        sim.RunFor(TimeoutMs);
    }

    private static async Task AssertSpliced(GatewaySimulation sim)
    {
        await Assert.That(sim.Counters.BytesSpliced).IsBetween(Body.Length / 2, long.MaxValue);
        await Assert.That((sim.WorkerContext.Ledger.Rejected(RejectReason.TimedOut), sim.Counters.PipesInUse)).IsEqualTo((0L, 0L));
    }
}
