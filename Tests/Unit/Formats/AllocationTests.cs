using FrameRpc.Gateway.Sockets.Pipes;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;
using FrameRpc.Tests.Simulation.Smf;

namespace FrameRpc.Tests.Formats;

/// <summary>The data path's law, measured around the turns of the loop alone: what the scripted peers allocate is not the gateway's.</summary>
[NotInParallel] // Counts allocations, and a collection that another test causes disturbs the count.
public sealed class AllocationTests
{
    private const int Calls = 10_000;

    /// <summary>One call at a time walks through 257 sessions of a connection before it uses one again: until then the connection's table grows.</summary>
    private const int WarmRounds = 300;

    [Test]
    public async Task The_measure_sees_an_allocation()
    {
        var sim = new GatewaySimulation();
        FrameFarCaller caller = sim.ConnectFrames();
        sim.RunUntilQuiet();
        sim.AllocatedInTurns = default;
        caller.Call("1", endpoint: "Nobody");
        sim.RunUntilQuiet();
        await Assert.That(sim.AllocatedInTurns.Bytes).IsNotEqualTo(0);
    }

    [Test]
    public async Task Ten_thousand_small_smf_calls_allocate_nothing()
    {
        var sim = new GatewaySimulation();
        sim.SmfServer.KeepsRequests = false;
        SmfFarCaller[] callers = [.. Enumerable.Range(0, 10).Select(_ => sim.ConnectSmf())];
        byte[] call = SmfMessage.Encode(1, GatewaySetup.GetId, new byte[60]);
        await AssertAllocatesNothing(sim, Calls / callers.Length, () =>
        {
            foreach (SmfFarCaller caller in callers)
                caller.Send(call);
        });
        foreach (SmfFarCaller caller in callers)
            await Assert.That(caller.Replies.Count - WarmRounds).IsEqualTo(Calls / callers.Length);
    }

    [Test]
    public async Task Ten_thousand_frame_calls_allocate_nothing()
    {
        var sim = new GatewaySimulation();
        sim.FrameServer.KeepsRequests = false;
        FrameFarCaller[] callers = [.. Enumerable.Range(0, 10).Select(_ => sim.ConnectFrames())];
        byte[] call = Frame.JsonRequest("Echo", "{\"Msg\":\"a hundred bytes or so, to be echoed\"}");
        await AssertAllocatesNothing(sim, Calls / callers.Length, () =>
        {
            foreach (FrameFarCaller caller in callers)
                caller.Send(call);
        });
        foreach (FrameFarCaller caller in callers)
            await Assert.That(caller.Replies.Count - WarmRounds).IsEqualTo(Calls / callers.Length);
    }

    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task Large_smf_calls_and_octets_allocate_nothing(bool isSpliced)
    {
        RelayPolicy everything = new() { Mode = RelayMode.Splice, SpliceBytesMin = 1, PipesMax = 64 };
        var sim = new GatewaySimulation(new GatewaySetup { Relay = isSpliced ? everything : RelayPolicy.CopyAll, DrainsOctets = true });
        sim.SmfServer.KeepsRequests = false;
        sim.FrameServer.KeepsRequests = false;
        SmfFarCaller smf = sim.ConnectSmf();
        FrameFarCaller frames = sim.ConnectFrames();
        byte[] large = SmfMessage.Encode(1, GatewaySetup.GetId, new byte[300_000]);
        byte[] far = SmfMessage.EncodeRaw(2, GatewaySetup.GetId, FarTable.Build(new Random(1), [4, 0, 4, 0], place: 200_000, bytes: 300_000));
        byte[] octets = Frame.Request("Upload", FrameRpc.Protocol.Frames.DataType.Octets, new byte[300_000]);
        await AssertAllocatesNothing(sim, 100, () =>
        {
            smf.Send(large);
            smf.Send(far);
            frames.Send(octets);
        });
        await Assert.That(sim.Counters.BytesSpliced > 0).IsEqualTo(isSpliced);
    }

    private static async Task AssertAllocatesNothing(GatewaySimulation sim, int rounds, Action call)
    {
        for (int warm = 0; warm < WarmRounds; warm++)
        {
            call();
            sim.RunUntilQuiet();
        }
        sim.AllocatedInTurns = default;
        for (int round = 0; round < rounds; round++)
        {
            call();
            sim.RunUntilQuiet();
        }
        await sim.AllocatedInTurns.AssertNothing();
    }
}
