using System.Text;
using FrameRpc.Gateway.Backends;
using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;
using FrameRpc.Tests.Simulation.Smf;

namespace FrameRpc.Tests.Formats;

/// <summary>The system gives no more memory for buffers: the connection that asked for it is closed, or its call refused, and nothing else suffers.</summary>
public sealed class MemoryShortageTests
{
    private const int SmallBytes = 2048;

    private const string Told = "Out of memory for buffers: a connection that needs one is closed, or its call is refused.";

    private static readonly NetworkConditions SmallBuffers = NetworkConditions.Calm with { BufferBytesMin = 10_000, BufferBytesMax = 10_000 };

    private readonly GatewaySimulation _sim = new();

    [Test]
    public async Task A_caller_whose_request_cannot_be_held_is_reset_and_no_other()
    {
        SmfFarCaller other = await ConnectServed();
        SmfFarCaller caller = _sim.ConnectSmf();
        Exhaust();
        caller.Send(SmfMessage.Encode(1, GatewaySetup.GetId, new byte[60_000]).AsSpan(0, 50_000));
        _sim.RunUntilQuiet();
        await Assert.That(caller.SawReset).IsTrue();
        await AssertRefused(other, refusals: 0);
    }

    [Test]
    public async Task A_frame_caller_whose_request_cannot_be_held_is_reset_and_no_other()
    {
        SmfFarCaller other = await ConnectServed();
        FrameFarCaller caller = _sim.ConnectFrames();
        Exhaust();
        caller.Send(Frame.JsonRequest(GatewaySetup.Endpoint, $"\"{new string('x', 60_000)}\"").AsSpan(0, 50_000));
        _sim.RunUntilQuiet();
        await Assert.That(caller.SawReset).IsTrue();
        await AssertRefused(other, refusals: 0);
    }

    [Test]
    public async Task A_request_that_cannot_be_put_on_a_shared_connection_is_refused_with_503_and_the_connection_goes_on()
    {
        SmfFarCaller other = await ConnectServed();
        SmfFarCaller caller = _sim.ConnectSmf();
        Exhaust();
        caller.Call(1, new byte[60_000]);
        caller.Call(2, "small"u8);
        _sim.RunUntilQuiet();
        await Assert.That((caller.StatusOf(1), caller.StatusOf(2))).IsEqualTo((503u, 200u));
        await AssertRefused(other, refusals: 1);
        await Assert.That(_sim.SmfServer.Connections).HasSingleItem();
    }

    [Test]
    public async Task A_caller_whose_reply_cannot_be_held_is_reset_and_the_calls_beside_it_are_answered()
    {
        SmfFarCaller other = await ConnectServed();
        _sim.Network.Conditions = SmallBuffers;
        SmfFarCaller caller = _sim.ConnectSmf();
        caller.IsReading = false;
        List<SmfMessage> asked = HoldRequests();
        caller.Call(1, "large, please"u8);
        other.Call(50, "small"u8);
        _sim.RunUntilQuiet();
        Exhaust();
        _sim.SmfServer.Connection.Reply(asked[0], new byte[60_000]);
        _sim.SmfServer.Connection.Reply(asked[1], "small"u8);
        _sim.RunUntilQuiet();
        caller.Resume();
        _sim.RunUntilQuiet();
        await Assert.That(caller.SawReset).IsTrue();
        await Assert.That(caller.Replies).IsEmpty();
        await Assert.That(other.StatusOf(50)).IsEqualTo(200u);
        await AssertRefused(other, refusals: 0);
    }

    [Test]
    public async Task A_caller_for_whose_small_reply_there_is_no_memory_is_reset_and_the_calls_beside_it_are_answered()
    {
        SmfFarCaller other = await ConnectServed();
        SmfFarCaller caller = _sim.ConnectSmf();
        List<SmfMessage> asked = HoldRequests();
        caller.Call(1, "x"u8);
        other.Call(50, "small"u8);
        _sim.RunUntilQuiet();
        Exhaust();
        _sim.SmfServer.Connection.Reply(asked[0], new byte[10_000]);
        _sim.SmfServer.Connection.Reply(asked[1], "small"u8);
        _sim.RunUntilQuiet();
        await Assert.That(caller.SawReset).IsTrue();
        await Assert.That(other.StatusOf(50)).IsEqualTo(200u);
        await AssertRefused(other, refusals: 0);
    }

    [Test]
    public async Task Calls_on_a_connection_whose_reply_cannot_be_held_get_503_and_the_server_is_not_blamed()
    {
        SmfFarCaller other = await ConnectServed();
        SmfFarCaller caller = _sim.ConnectSmf();
        List<SmfMessage> asked = HoldRequests();
        caller.Call(1, "x"u8);
        _sim.RunUntilQuiet();
        Exhaust();
        _sim.SmfServer.Connection.Send(SmfMessage.Encode(asked[0].Header.Session, 200, new byte[60_000]).AsSpan(0, 50_000));
        _sim.RunUntilQuiet();
        await Assert.That(caller.StatusOf(1)).IsEqualTo(503u);
        await AssertRefused(other, refusals: 1);
    }

    [Test]
    public async Task A_large_request_that_its_server_takes_too_slowly_is_refused_with_503()
    {
        SmfFarCaller other = await ConnectServed();
        SmfFarCaller caller = _sim.ConnectSmf();
        _sim.Network.Conditions = SmallBuffers;
        caller.Call(1, new byte[200_000]);
        _sim.RunUntilQuiet();
        _sim.SmfServer.Connection.IsReading = false;
        Exhaust();
        caller.Call(2, new byte[200_000]);
        _sim.RunUntilQuiet();
        await Assert.That((caller.StatusOf(1), caller.StatusOf(2))).IsEqualTo((200u, 503u));
        await AssertRefused(other, refusals: 1);
    }

    [Test]
    public async Task Octets_that_their_server_takes_too_slowly_are_refused_with_Error_3_and_the_connection_goes_on()
    {
        SmfFarCaller other = await ConnectServed();
        FrameFarCaller caller = _sim.ConnectFrames();
        _sim.Network.Conditions = SmallBuffers;
        caller.Call("1");
        _sim.RunUntilQuiet();
        _sim.FrameServer.Connection.IsReading = false;
        Exhaust();
        caller.Send(Frame.Request("Upload", DataType.Octets, DataType.Octets, new byte[100_000]));
        _sim.RunUntilQuiet();
        await Assert.That((caller.LastReply.Error, caller.LastReply.ErrorMessage))
            .IsEqualTo((ReplyError.Server, "the gateway has run out of descriptors, ports or memory"));
        await AssertRefused(other, refusals: 1);

        caller.Call("2");
        _sim.RunUntilQuiet();
        await Assert.That(caller.LastReply.Json).IsEqualTo("2");
    }

    [Test]
    public async Task A_frame_caller_whose_reply_cannot_be_held_is_reset_and_no_other()
    {
        SmfFarCaller other = await ConnectServed();
        _sim.Network.Conditions = SmallBuffers;
        FrameFarCaller caller = _sim.ConnectFrames();
        caller.IsReading = false;
        _sim.Network.Conditions = NetworkConditions.Calm;
        Exhaust();
        _sim.FrameServer.OnRequest = (connection, _) => connection.Reply(DataType.Json, Frame.Encode(FrameType.Data, true, Encoding.UTF8.GetBytes($"\"{new string('x', 50_000)}\"")));
        caller.Call("1");
        _sim.RunUntilQuiet();
        caller.Resume();
        _sim.RunUntilQuiet();
        await Assert.That(caller.SawReset).IsTrue();
        await Assert.That(caller.Replies).IsEmpty();
        await AssertRefused(other, refusals: 0);
    }

    /// <summary>Sizes, moods, weather and shortages are drawn from the seed: no bug, no leak, and the books are right.</summary>
    [Test]
    [MethodDataSource(nameof(RandomSeeds))]
    public async Task Whatever_finds_no_memory_harms_nothing_that_is_kept(int seed)
    {
        var random = new Random(seed);
        var sim = new GatewaySimulation(
            new GatewaySetup { TimeoutMs = 1000, WriteTimeoutMs = 500, SharedBodyMax = 20_000, ExclusiveConnectionsMax = 3, CallsWaitingMax = 5 }, NetworkConditions.Rough(random), seed);
        List<SmfFarCaller> smf = [.. Enumerable.Range(0, 4).Select(_ => sim.ConnectSmf())];
        List<FrameFarCaller> frames = [.. Enumerable.Range(0, 4).Select(_ => sim.ConnectFrames())];
        var calls = new int[frames.Count];
        for (ushort step = 1; step <= 40; step++)
        {
            sim.Memory.EndShortage();
            if (random.Next(2) == 0)
                sim.Memory.Exhaust(sim.Loop.Blocks);
            int bytes = random.Next(1, 1 << random.Next(1, 18));
            int one = random.Next(smf.Count);
            if (smf[one].IsOver)
                smf[one] = sim.ConnectSmf();
            smf[one].Call(step, new byte[bytes]);
            if (frames[one].IsOver)
                (frames[one], calls[one]) = (sim.ConnectFrames(), 0);
            if (frames[one].Replies.Count == calls[one])
            {
                calls[one]++;
                frames[one].Send(random.Next(2) == 0
                    ? Frame.JsonRequest(GatewaySetup.Endpoint, $"\"{new string('x', bytes)}\"")
                    : Frame.Request("Upload", DataType.Octets, DataType.Octets, new byte[bytes]));
            }
            sim.RunFor(random.Next(30));
        }
        sim.Memory.EndShortage();
        sim.RunFor(5000);
        foreach (FarEnd caller in smf.Concat<FarEnd>(frames))
            caller.Close();
        foreach (FarEnd server in sim.SmfServer.Connections.Concat<FarEnd>(sim.FrameServer.Connections))
            server.Close();
        sim.RunFor(80_000);
        await sim.AssertNothingLeaked();
        await Assert.That(sim.Counters.BuffersRefused).IsNotEqualTo(0);
    }

    public static IEnumerable<int> RandomSeeds() => Enumerable.Range(1, 60);

    /// <summary>A caller that has been served, so that there is a connection to the server.</summary>
    private async Task<SmfFarCaller> ConnectServed()
    {
        SmfFarCaller caller = _sim.ConnectSmf();
        caller.Call(1, "x"u8);
        _sim.RunUntilQuiet();
        await Assert.That(caller.StatusOf(1)).IsEqualTo(200u);
        return caller;
    }

    private List<SmfMessage> HoldRequests()
    {
        var asked = new List<SmfMessage>();
        _sim.SmfServer.OnRequest = (_, request) => asked.Add(request);
        return asked;
    }

    /// <summary>What is left is enough for small calls, one at a time.</summary>
    private void Exhaust() => _sim.Memory.Exhaust(_sim.Loop.Blocks, SmallBytes, SmallBytes);

    private async Task AssertRefused(SmfFarCaller other, int refusals)
    {
        _sim.SmfServer.OnRequest = (connection, request) => connection.Reply(request, request.Content);
        other.Call(99, "x"u8);
        _sim.RunUntilQuiet();
        await Assert.That(other.StatusOf(99)).IsEqualTo(200u);
        await Assert.That(_sim.Counters.BuffersRefused).IsEqualTo(1);
        await Assert.That(_sim.WorkerContext.Ledger.Rejected(RejectReason.Exhausted)).IsEqualTo(refusals);
        await Assert.That(_sim.Messages).IsSequence([Told]);
        _sim.Memory.EndShortage();
    }
}
