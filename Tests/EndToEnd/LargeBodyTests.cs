using System.Text;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Smf;
using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>Bodies of 1 GiB. Every byte of them is compared with what belongs at its place, and the gateway holds next to nothing of them.</summary>
[NotInParallel] // Loads the machine, or takes much of what it lets a process open.
public sealed class LargeBodyTests
{
    /// <summary>Beyond what an idle gateway has: far less than a body, and room for the buffers of a few connections and what the kernel maps in.</summary>
    private const long ExtraBytesMax = 16 * Sizes.MiB;

    /// <summary>What many refusals may leave behind: buffers that are in use anyway, but not one of what was announced.</summary>
    private const long MovedBytesMax = 4 * Sizes.MiB;

    [Test]
    [Arguments("splice")]
    [Arguments("copy")]
    public async Task An_smf_body_of_1_gib_passes_each_way_and_is_never_held(string relay)
    {
        using var server = new ScriptedServer("127.0.0.1:0", peer =>
        {
            var request = SmfHeader.Read(peer.Receive(SmfHeader.Bytes));
            LargeBody.ReadSmf(peer, request.Size);
            LargeBody.SendSmf(peer, request with { Meta = SmfStatus.Ok });
            peer.ReadToEnd();
        });
        using var gateway = GatewayProcess.Start(new GatewayFile { SmfServers = [server.Address], Relay = relay, Limits = """ "messageBytesMax": "2047MiB" """ });
        using var caller = Peer.Connect(gateway.SmfAddress);
        long idleBytes = BeginMeasuring(gateway);
        // The gateway does not read a body of this size through, so any checksum passes; those who keep bodies whole verify it.
        var request = new SmfHeader(SmfCompression.None, 0, 7, (uint)Sizes.GiB, 0x12345678, SmfMessage.Get);

        LargeBody.SendSmf(caller, request);
        var reply = SmfHeader.Read(caller.Receive(SmfHeader.Bytes));
        LargeBody.ReadSmf(caller, reply.Size);

        await Assert.That(reply).IsEqualTo(request with { Meta = SmfStatus.Ok });
        await Assert.That(server.Problems).IsEmpty();
        await AssertGrewLittle(gateway, idleBytes, ExtraBytesMax);
    }

    [Test]
    [Arguments("splice")]
    [Arguments("copy")]
    public async Task Frame_octets_of_1_gib_are_uploaded_whole_and_never_held(string relay)
    {
        long received = 0;
        using var server = new ScriptedServer("127.0.0.1:0", peer =>
        {
            Must.Hold(FrameMessage.ReadHeader(peer)!.Endpoint == "Upload");
            received = LargeBody.ReadOctets(peer);
            peer.Send(FrameMessage.Ok(Encoding.UTF8.GetBytes($$"""{"Bytes":{{received}}}""")).ToBytes());
            peer.ReadToEnd();
        });
        using var gateway = GatewayProcess.Start(new GatewayFile { FrameServers = [server.Address], Relay = relay });
        using var caller = Peer.Connect(gateway.FrameAddress);
        long idleBytes = BeginMeasuring(gateway);

        caller.Send(FrameMessage.OctetsHeader("Upload", error: 0));
        LargeBody.SendOctets(caller, Sizes.GiB);

        await Assert.That(FrameMessage.Read(caller)!.Text).IsEqualTo($$"""{"Bytes":{{Sizes.GiB}}}""");
        await Assert.That(server.Problems).IsEmpty();
        await AssertGrewLittle(gateway, idleBytes, ExtraBytesMax);
    }

    [Test]
    [Arguments("splice")]
    [Arguments("copy")]
    public async Task Frame_octets_of_1_gib_are_downloaded_whole_from_a_server_of_another_process_and_never_held(string relay)
    {
        using var server = DemoProcess.Start("frame");
        using var gateway = GatewayProcess.Start(new GatewayFile { FrameServers = [server.Address], Relay = relay });
        using var caller = Peer.Connect(gateway.FrameAddress);
        long idleBytes = BeginMeasuring(gateway);

        caller.Send(FrameMessage.Call("Stream", $$"""{"Bytes":{{Sizes.GiB}}}""", accept: 3).ToBytes());

        await Assert.That(FrameMessage.ReadHeader(caller) is { } reply ? (reply.DataType, reply.Error) : default).IsEqualTo((3, 1));
        await Assert.That(LargeBody.ReadOctets(caller)).IsEqualTo(Sizes.GiB);
        await AssertGrewLittle(gateway, idleBytes, ExtraBytesMax);
    }

    /// <summary>Both ways at once, through the embedded server: the reply begins long before the request has ended.</summary>
    [Test]
    [Arguments("splice")]
    [Arguments("copy")]
    public async Task Frame_octets_of_1_gib_are_echoed_while_they_are_sent(string relay)
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { FrameServers = ["demo:echo"], Relay = relay });
        using var caller = Peer.Connect(gateway.FrameAddress);
        long idleBytes = BeginMeasuring(gateway);

        caller.Send(FrameMessage.OctetsEchoHeader());
        var sending = Task.Factory.StartNew(() => LargeBody.SendOctets(caller, Sizes.GiB), TestContext.Current!.Execution.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        await Assert.That(FrameMessage.ReadHeader(caller) is { } reply ? (reply.DataType, reply.Error) : default).IsEqualTo((3, 1));
        await Assert.That(LargeBody.ReadOctets(caller)).IsEqualTo(Sizes.GiB);
        await sending;
        await AssertGrewLittle(gateway, idleBytes, ExtraBytesMax);
    }

    [Test]
    public async Task A_size_of_0xffffffff_is_refused_and_memory_does_not_move()
    {
        const int callersCount = 100;
        using var gateway = GatewayProcess.Start(new GatewayFile());
        using (var first = Peer.Connect(gateway.SmfAddress))
        {
            first.Send(SmfMessage.Request(1).ToBytes());
            await Assert.That(SmfMessage.Read(first)!.Meta).IsEqualTo(200u);
        }
        byte[] claim = new byte[SmfHeader.Bytes];
        new SmfHeader(SmfCompression.None, 0, 7, uint.MaxValue, 1, SmfMessage.Get).Write(claim);
        byte[] some = new byte[64 * 1024];
        Peer[] callers = [.. Enumerable.Range(0, callersCount).Select(_ => Peer.Connect(gateway.SmfAddress))];
        long before = BeginMeasuring(gateway);

        foreach (Peer caller in callers)
        {
            caller.Send(claim);
            caller.Send(some);
            await Assert.That(SmfMessage.Read(caller)!.Meta).IsEqualTo(413u);
        }

        await AssertGrewLittle(gateway, before, MovedBytesMax);
        foreach (Peer caller in callers)
            caller.Dispose();
    }

    [Test]
    public async Task A_reply_with_size_0xffffffff_and_a_frame_with_such_a_length_are_refused_and_memory_does_not_move()
    {
        const int calls = 100;
        byte[] claim = new byte[SmfHeader.Bytes];
        using var smfServer = new ScriptedServer("127.0.0.1:0", peer =>
        {
            while (SmfMessage.Read(peer) is { } request)
            {
                new SmfHeader(SmfCompression.None, 0, request.Session, uint.MaxValue, 1, SmfStatus.Ok).Write(claim);
                peer.Send(claim);
            }
        });
        using var frameServer = new ScriptedServer("127.0.0.1:0", peer =>
        {
            while (FrameMessage.Read(peer) is not null)
                peer.Send([1, 1, 0xff, 0xff, 0xff, 0xff]);
        });
        using var gateway = GatewayProcess.Start(new GatewayFile { SmfServers = [smfServer.Address], FrameServers = [frameServer.Address] });
        long before = 0;

        for (int call = 0; call < calls; call++)
        {
            using var smf = Peer.Connect(gateway.SmfAddress);
            using var frame = Peer.Connect(gateway.FrameAddress);
            using var broken = Peer.Connect(gateway.FrameAddress);
            smf.Send(SmfMessage.Request(7).ToBytes());
            frame.Send(FrameMessage.Call("Echo", "1").ToBytes());
            broken.Send([1, 1, 0xff, 0xff, 0xff, 0xff]);
            await Assert.That(SmfMessage.Read(smf)!.Meta).IsEqualTo(502u);
            await Assert.That(FrameMessage.Read(frame)!.Error).IsEqualTo(3);
            await Assert.That(FrameMessage.Read(broken)!.Error).IsEqualTo(2);
            await Assert.That(FrameMessage.Read(broken)).IsNull();
            if (call == calls / 10)
                before = BeginMeasuring(gateway);
        }

        await AssertGrewLittle(gateway, before, MovedBytesMax);
    }

    private static long BeginMeasuring(GatewayProcess gateway)
    {
        gateway.ForgetPeak();
        return gateway.ResidentBytes;
    }

    private static async Task AssertGrewLittle(GatewayProcess gateway, long beforeBytes, long extraBytesMax)
    {
        long extraBytes = gateway.PeakResidentBytes - beforeBytes;
        TestContext.Current!.OutputWriter!.WriteLine($"{beforeBytes / 1024} KiB before, at most {extraBytes / 1024} KiB more");
        await Assert.That(extraBytes <= extraBytesMax).IsTrue().Because($"{extraBytes} bytes more than the {beforeBytes} before");
    }
}
