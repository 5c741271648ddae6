using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Smf;
using FrameRpc.Tests.Peers;
using static FrameRpc.Tests.EndToEnd.RelayedBodies;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>
/// Large bodies over real sockets, spliced and copied: which of the two it is must not show, but in the gateway's report.
/// </summary>
public sealed class RelayTests : IDisposable
{
    private const double BodyMiB = BodyBytes / (double)Sizes.MiB;

    private readonly TestNetwork _network = new();

    public static IEnumerable<(string, string, string)> RelaysAndTransports =>
    [
        .. from relay in (string[])["splice", "copy"]
           from callers in (string[])["tcp", "unix"]
           from servers in (string[])["tcp", "unix"]
           select (relay, callers, servers),
    ];

    public void Dispose() => _network.Dispose();

    [Test]
    [MethodDataSource(nameof(RelaysAndTransports))]
    public async Task Large_bodies_pass_both_ways_byte_for_byte_and_the_report_says_how(string relay, string callers, string servers)
    {
        using var smfServer = new ScriptedServer(_network.Address(servers, "smf-server"), EchoLargeSmf);
        using var frameServer = new ScriptedServer(_network.Address(servers, "frame-server"), EchoOctets);
        using var gateway = StartGateway(_network, relay, callers, smfServer, frameServer);
        using var smf = Peer.Connect(gateway.SmfAddress);
        using var frame = Peer.Connect(gateway.FrameAddress);

        SmfHeader request = LargeRequest(session: 7);
        LargeBody.SendSmf(smf, request);
        await Assert.That(SmfHeader.Read(smf.Receive(SmfHeader.Bytes))).IsEqualTo(request with { Meta = SmfStatus.Ok });
        LargeBody.ReadSmf(smf, BodyBytes);
        frame.Send(FrameMessage.OctetsEchoHeader());
        LargeBody.SendOctets(frame, BodyBytes);
        await Assert.That(FrameMessage.ReadHeader(frame)!.Error).IsEqualTo(1);
        await Assert.That(LargeBody.ReadOctets(frame)).IsEqualTo(BodyBytes);

        await AssertRelayed(gateway, relay, 4 * BodyMiB);
        await Assert.That(smfServer.Problems).IsEmpty();
        await Assert.That(frameServer.Problems).IsEmpty();
    }

    [Test]
    public async Task Auto_splices_from_TCP_to_Unix_and_copies_from_Unix_to_TCP_and_the_report_says_so()
    {
        using var smfServer = new ScriptedServer(_network.Address("unix", "smf-server"), EchoLargeSmf);
        using var frameServer = new ScriptedServer(_network.Address("unix", "frame-server"), EchoOctets);
        using var gateway = StartGateway(_network, "auto", "tcp", smfServer, frameServer);
        using var smf = Peer.Connect(gateway.SmfAddress);

        LargeBody.SendSmf(smf, LargeRequest(session: 7));
        smf.Receive(SmfHeader.Bytes);
        LargeBody.ReadSmf(smf, BodyBytes);

        var counts = RelayCounts.Of(gateway);
        await Assert.That(counts.SplicedMiB).IsBetween(BodyMiB / 2, BodyMiB);
        await Assert.That(counts.CopiedMiB).IsBetween(BodyMiB, 3 * BodyMiB / 2);
        await Assert.That(counts.ByChoice).IsNotEqualTo(0);
        await Assert.That((counts.WithoutPipe, counts.PipesInUse)).IsEqualTo((0L, 0L));
    }

    [Test]
    [MethodDataSource(typeof(RelayedBodies), nameof(RelayedBodies.Relays))]
    public async Task A_caller_that_leaves_a_large_reply_unread_hurts_no_other_and_gets_all_of_it_when_it_reads_on(string relay, string transport)
    {
        const int replyBytes = (int)(32 * Sizes.MiB);
        const long growthMax = 16 * Sizes.MiB;
        // Too long to share a connection to the server: nobody's calls stand behind its reply.
        byte[] large = SmfMessage.Table(100_000);
        using var smfServer = new ScriptedServer(_network.Address(transport, "smf-server"), peer =>
        {
            while (SmfMessage.Read(peer) is { } request)
            {
                if (request.Payload.Length == large.Length)
                    LargeBody.SendSmf(peer, new SmfHeader(SmfCompression.None, 0, request.Session, replyBytes, 1, SmfStatus.Ok));
                else
                    peer.Send((request with { Meta = SmfStatus.Ok }).ToBytes());
            }
        });
        using var frameServer = new ScriptedServer(_network.Address(transport, "frame-server"), peer =>
        {
            while (FrameMessage.Read(peer) is { } request)
            {
                if (request.Endpoint == "Stream")
                {
                    peer.Send(FrameMessage.OctetsHeader("", error: 1));
                    LargeBody.SendOctets(peer, replyBytes);
                }
                else
                {
                    peer.Send(FrameMessage.Ok(request.Data).ToBytes());
                }
            }
        });
        // Others wait for nothing of the slow caller's, and it has more time than any machine takes for the rest of this test.
        using var gateway = StartGateway(_network, relay, transport, smfServer, frameServer, limits: """ "writeTimeout": "5m" """);
        await AssertServesOthers(gateway);
        gateway.ForgetPeak();
        long before = gateway.ResidentBytes;
        using var smf = Peer.Connect(gateway.SmfAddress);
        using var frame = Peer.Connect(gateway.FrameAddress);

        smf.Send(new SmfMessage(1, SmfMessage.Get, large).ToBytes());
        frame.Send(FrameMessage.Call("Stream", "1", accept: 3).ToBytes());
        // The replies have begun: from here on they are left unread.
        smf.Receive(SmfHeader.Bytes);
        FrameMessage.ReadHeader(frame);
        for (int i = 0; i < 200; i++)
            await AssertServesOthers(gateway);

        LargeBody.ReadSmf(smf, replyBytes);
        await Assert.That(LargeBody.ReadOctets(frame)).IsEqualTo(replyBytes);
        await Assert.That(gateway.PeakResidentBytes - before < growthMax).IsTrue().Because($"{gateway.PeakResidentBytes - before} bytes more than before");
        await Assert.That(smfServer.Problems).IsEmpty();
        await Assert.That(frameServer.Problems).IsEmpty();
    }

    [Test]
    public async Task Bodies_for_which_there_is_no_pipe_are_copied_and_counted()
    {
        const int openFilesMax = 64;
        using var frameServer = new ScriptedServer("127.0.0.1:0", EchoOctets);
        var file = new GatewayFile { FrameServers = [frameServer.Address], Relay = "splice", Workers = 1 };
        using var gateway = GatewayProcess.Start(file, openFilesMax);
        using var caller = Peer.Connect(gateway.FrameAddress);
        // A call that needs no pipe makes the connection to the server, which stays.
        Upload(caller, bytes: 0);
        await Assert.That(RelayCounts.Of(gateway).WithoutPipe).IsEqualTo(0);
        Peer[] others = [.. Enumerable.Range(0, openFilesMax).Select(_ => Peer.Connect(gateway.FrameAddress))];
        Patience.Until(() => gateway.OpenFiles >= openFilesMax - 1, "all file descriptors are taken");

        Upload(caller, BodyBytes);

        RelayCounts counts = RelayCounts.Of(gateway);
        await Assert.That(counts.SplicedMiB).IsEqualTo(0);
        await Assert.That(counts.WithoutPipe).IsBetween(1, long.MaxValue);
        foreach (Peer other in others)
            other.Dispose();
        Patience.Until(
            () =>
            {
                Upload(caller, BodyBytes);
                return RelayCounts.Of(gateway).SplicedMiB > 0;
            },
            "bodies are spliced again");
        await Assert.That(frameServer.Problems).IsEmpty();
    }

    /// <summary>What came in one receive with a header is copied, and what came before the connection to the server was there.</summary>
    private static async Task AssertRelayed(GatewayProcess gateway, string relay, double bodiesMiB)
    {
        const double copiedMiBMax = 2;
        RelayCounts counts = RelayCounts.Of(gateway);
        if (relay == "splice")
        {
            await Assert.That(counts.CopiedMiB).IsBetween(0, copiedMiBMax);
            await Assert.That(counts.SplicedMiB).IsBetween(bodiesMiB - copiedMiBMax, bodiesMiB);
        }
        else
        {
            await Assert.That(counts.SplicedMiB).IsEqualTo(0);
            await Assert.That(counts.CopiedMiB).IsBetween(bodiesMiB - 0.1, bodiesMiB + 0.1);
        }
        await Assert.That(counts.WithoutPipe).IsEqualTo(0);
    }

    private static void EchoLargeSmf(Peer peer)
    {
        var request = SmfHeader.Read(peer.Receive(SmfHeader.Bytes));
        LargeBody.ReadSmf(peer, request.Size);
        LargeBody.SendSmf(peer, request with { Meta = SmfStatus.Ok });
        peer.ReadToEnd();
    }

    private static void EchoOctets(Peer peer)
    {
        while (FrameMessage.ReadHeader(peer) is not null)
        {
            long bytes = LargeBody.ReadOctets(peer);
            peer.Send(FrameMessage.OctetsHeader("", error: 1));
            LargeBody.SendOctets(peer, bytes);
        }
    }

    private static void Upload(Peer caller, long bytes)
    {
        caller.Send(FrameMessage.OctetsEchoHeader());
        LargeBody.SendOctets(caller, bytes);
        Must.Hold(FrameMessage.ReadHeader(caller)!.Error == 1);
        Must.Hold(LargeBody.ReadOctets(caller) == bytes);
    }

    private static async Task AssertServesOthers(GatewayProcess gateway)
    {
        using var smf = Peer.Connect(gateway.SmfAddress);
        smf.Send(SmfMessage.Request(7).ToBytes());
        await Assert.That(SmfMessage.Read(smf)).IsEqualTo(SmfMessage.Request(7) with { Meta = SmfStatus.Ok });
        using var frame = Peer.Connect(gateway.FrameAddress);
        frame.Send(FrameMessage.Call("Echo", "7").ToBytes());
        await Assert.That(FrameMessage.Read(frame)!.Text).IsEqualTo("7");
    }
}
