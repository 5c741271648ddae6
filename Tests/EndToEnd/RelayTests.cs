using FrameRpc.Gateway.Demo;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Smf;
using Xunit;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>
/// Large bodies over real sockets, spliced and copied: which of the two it is must not show, but in the gateway's report.
/// </summary>
public sealed class RelayTests : IDisposable
{
    private const int BodyBytes = 2 * FrameHeader.PayloadBytesMax;
    private const double BodyMiB = BodyBytes / (double)Heavy.MiB;

    /// <summary>A piece of a body whose sender is slow: less than anything that is waited for while a body streams.</summary>
    private const int PieceBytes = 1000;
    private const int Pieces = 40;

    private readonly TestNetwork _network = new();

    public static TheoryData<string, string, string> RelaysAndTransports =>
    [
        .. from relay in (string[])["splice", "copy"]
           from callers in (string[])["tcp", "unix"]
           from servers in (string[])["tcp", "unix"]
           select (relay, callers, servers),
    ];

    public static TheoryData<string, string> Relays => [.. from relay in (string[])["splice", "copy"] from transport in (string[])["tcp", "unix"] select (relay, transport)];

    public static TheoryData<string, string, StreamEnd> Cuts =>
    [
        .. from relay in (string[])["splice", "copy"]
           from transport in (string[])["tcp", "unix"]
           from how in (StreamEnd[])[StreamEnd.InOrder, StreamEnd.Reset]
           select (relay, transport, how),
    ];

    public void Dispose() => _network.Dispose();

    [Theory]
    [MemberData(nameof(RelaysAndTransports))]
    public void Large_bodies_pass_both_ways_byte_for_byte_and_the_report_says_how(string relay, string callers, string servers)
    {
        using var smfServer = new ScriptedServer(_network.Address(servers, "smf-server"), EchoLargeSmf);
        using var frameServer = new ScriptedServer(_network.Address(servers, "frame-server"), EchoOctets);
        using var gateway = Start(relay, callers, smfServer, frameServer);
        using var smf = Peer.Connect(gateway.SmfAddress);
        using var frame = Peer.Connect(gateway.FrameAddress);

        SmfHeader request = LargeRequest(session: 7);
        LargeBody.SendSmf(smf, request);
        Assert.Equal(request with { Meta = SmfStatus.Ok }, SmfHeader.Read(smf.Receive(SmfHeader.Bytes)));
        LargeBody.ReadContent(smf, BodyBytes);
        frame.Send(FrameMessage.OctetsHeader("Upload", error: 0));
        LargeBody.SendOctets(frame, BodyBytes);
        Assert.Equal(1, FrameMessage.ReadHeader(frame)!.Error);
        Assert.Equal(BodyBytes, LargeBody.ReadOctets(frame));

        AssertRelayed(gateway, relay, 4 * BodyMiB);
        Assert.Empty(smfServer.Problems);
        Assert.Empty(frameServer.Problems);
    }

    [Fact]
    public void Auto_splices_from_TCP_to_Unix_and_copies_from_Unix_to_TCP_and_the_report_says_so()
    {
        using var smfServer = new ScriptedServer(_network.Address("unix", "smf-server"), EchoLargeSmf);
        using var frameServer = new ScriptedServer(_network.Address("unix", "frame-server"), EchoOctets);
        using var gateway = Start("auto", "tcp", smfServer, frameServer);
        using var smf = Peer.Connect(gateway.SmfAddress);

        LargeBody.SendSmf(smf, LargeRequest(session: 7));
        smf.Receive(SmfHeader.Bytes);
        LargeBody.ReadContent(smf, BodyBytes);

        var counts = RelayCounts.Of(gateway);
        Assert.InRange(counts.SplicedMiB, BodyMiB / 2, BodyMiB);
        Assert.InRange(counts.CopiedMiB, BodyMiB, 3 * BodyMiB / 2);
        Assert.NotEqual(0, counts.ByChoice);
        Assert.Equal((0, 0), (counts.WithoutPipe, counts.PipesInUse));
    }

    [Theory]
    [MemberData(nameof(Cuts))]
    public void A_reply_that_its_server_breaks_off_never_looks_whole_to_its_caller(string relay, string transport, StreamEnd how)
    {
        using var letGo = new SemaphoreSlim(0);
        using var smfServer = new ScriptedServer(_network.Address(transport, "smf-server"), peer =>
        {
            SendHalf(peer, SmfHead(LargeRequest(SmfMessage.Read(peer)!.Session) with { Meta = SmfStatus.Ok }));
            AssertComes(letGo, 1, "the caller has what was sent");
            Leave(peer, how);
        });
        using var frameServer = new ScriptedServer(_network.Address(transport, "frame-server"), peer =>
        {
            FrameMessage.Read(peer);
            SendHalf(peer, LastFrameHead(FrameMessage.OctetsHeader("", error: 1)));
            AssertComes(letGo, 1, "the caller has what was sent");
            Leave(peer, how);
        });
        using var gateway = Start(relay, transport, smfServer, frameServer);
        using var smf = Peer.Connect(gateway.SmfAddress);
        using var frame = Peer.Connect(gateway.FrameAddress);

        smf.Send(SmfMessage.Request(7).ToBytes());
        frame.Send(FrameMessage.Call("Echo", "1").ToBytes());
        smf.Receive(SmfHeader.Bytes);
        LargeBody.ReadContent(smf, FrameHeader.PayloadBytesMax / 2);
        FrameMessage.ReadHeader(frame);
        var head = FrameHeader.Read(frame.Receive(FrameHeader.Bytes));
        LargeBody.ReadContent(frame, FrameHeader.PayloadBytesMax / 2);
        letGo.Release(2);

        AssertSmfIsCut(smf, transport);
        AssertFrameIsCut(frame, head, transport);
    }

    [Theory]
    [MemberData(nameof(Cuts))]
    public void A_request_that_its_caller_breaks_off_never_looks_whole_to_its_server(string relay, string transport, StreamEnd how)
    {
        using var halfway = new SemaphoreSlim(0);
        using var over = new SemaphoreSlim(0);
        using var smfServer = new ScriptedServer(_network.Address(transport, "smf-server"), peer =>
        {
            peer.Receive(SmfHeader.Bytes);
            LargeBody.ReadContent(peer, FrameHeader.PayloadBytesMax / 2);
            halfway.Release();
            AssertSmfIsCut(peer, transport);
            over.Release();
        });
        using var frameServer = new ScriptedServer(_network.Address(transport, "frame-server"), peer =>
        {
            FrameMessage.ReadHeader(peer);
            var head = FrameHeader.Read(peer.Receive(FrameHeader.Bytes));
            LargeBody.ReadContent(peer, FrameHeader.PayloadBytesMax / 2);
            halfway.Release();
            AssertFrameIsCut(peer, head, transport);
            over.Release();
        });
        using var gateway = Start(relay, transport, smfServer, frameServer);
        using var smf = Peer.Connect(gateway.SmfAddress);
        using var frame = Peer.Connect(gateway.FrameAddress);

        SendHalf(smf, SmfHead(LargeRequest(session: 7)));
        SendHalf(frame, LastFrameHead(FrameMessage.OctetsHeader("Upload", error: 0)));
        AssertComes(halfway, 2, "half of each request reaches its server");
        Leave(smf, how);
        Leave(frame, how);

        AssertComes(over, 2, $"the servers see the end: {string.Join('\n', smfServer.Problems.Concat(frameServer.Problems))}");
        Assert.Empty(smfServer.Problems);
        Assert.Empty(frameServer.Problems);
    }

    [Theory]
    [MemberData(nameof(Relays))]
    public void A_caller_that_leaves_a_large_reply_unread_hurts_no_other_and_gets_all_of_it_when_it_reads_on(string relay, string transport)
    {
        const int replyBytes = (int)(32 * Heavy.MiB);
        const long growthMax = 16 * Heavy.MiB;
        // Too long to share a connection to the server: nobody's calls stand behind its reply.
        byte[] large = new byte[100_000];
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
        using var gateway = Start(relay, transport, smfServer, frameServer, limits: """ "writeTimeout": "5m" """);
        AssertServesOthers(gateway);
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
            AssertServesOthers(gateway);

        LargeBody.ReadContent(smf, replyBytes);
        Assert.Equal(replyBytes, LargeBody.ReadOctets(frame));
        Assert.True(gateway.PeakResidentBytes - before < growthMax, $"{gateway.PeakResidentBytes - before} bytes more than before");
        Assert.Empty(smfServer.Problems);
        Assert.Empty(frameServer.Problems);
    }

    /// <summary>Each piece is sent only when the one before it has arrived: a gateway that waited for more would wait for ever.</summary>
    [Theory]
    [MemberData(nameof(Relays))]
    public void A_request_that_trickles_in_is_passed_on_as_it_comes(string relay, string transport)
    {
        using var arrived = new SemaphoreSlim(0);
        void ReadPieces(Peer peer)
        {
            for (int piece = 0; piece < Pieces; piece++)
            {
                LargeBody.ReadContent(peer, PieceBytes, piece * PieceBytes);
                arrived.Release();
            }
            LargeBody.ReadContent(peer, BodyBytes / 2 - Pieces * PieceBytes, Pieces * PieceBytes);
            arrived.Release();
        }
        using var smfServer = new ScriptedServer(_network.Address(transport, "smf-server"), peer =>
        {
            peer.Receive(SmfHeader.Bytes);
            ReadPieces(peer);
        });
        using var frameServer = new ScriptedServer(_network.Address(transport, "frame-server"), peer =>
        {
            FrameMessage.ReadHeader(peer);
            peer.Receive(FrameHeader.Bytes);
            ReadPieces(peer);
        });
        using var gateway = Start(relay, transport, smfServer, frameServer);
        using var smf = Peer.Connect(gateway.SmfAddress);
        using var frame = Peer.Connect(gateway.FrameAddress);

        foreach ((Peer caller, byte[] head) in new[] { (smf, SmfHead(LargeRequest(session: 7) with { Size = BodyBytes / 2 })), (frame, LastFrameHead(FrameMessage.OctetsHeader("Upload", error: 0))) })
        {
            caller.Send(head);
            SendPieces(caller, () => AssertComes(arrived, 1, "a piece arrives before the next is sent"));
            AssertComes(arrived, 1, "the rest arrives");
        }

        Assert.Empty(smfServer.Problems);
        Assert.Empty(frameServer.Problems);
    }

    [Theory]
    [MemberData(nameof(Relays))]
    public void A_reply_that_trickles_in_is_passed_on_as_it_comes(string relay, string transport)
    {
        using var arrived = new SemaphoreSlim(0);
        void AwaitArrival() => AssertComes(arrived, 1, "a piece arrives before the next is sent");
        using var smfServer = new ScriptedServer(_network.Address(transport, "smf-server"), peer =>
        {
            peer.Send(SmfHead(LargeRequest(SmfMessage.Read(peer)!.Session) with { Size = BodyBytes / 2, Meta = SmfStatus.Ok }));
            SendPieces(peer, AwaitArrival);
            peer.ReadToEnd();
        });
        using var frameServer = new ScriptedServer(_network.Address(transport, "frame-server"), peer =>
        {
            FrameMessage.Read(peer);
            peer.Send(LastFrameHead(FrameMessage.OctetsHeader("", error: 1)));
            SendPieces(peer, AwaitArrival);
            peer.ReadToEnd();
        });
        using var gateway = Start(relay, transport, smfServer, frameServer);
        using var smf = Peer.Connect(gateway.SmfAddress);
        using var frame = Peer.Connect(gateway.FrameAddress);

        smf.Send(SmfMessage.Request(7).ToBytes());
        smf.Receive(SmfHeader.Bytes);
        ReadPieces(smf);
        frame.Send(FrameMessage.Call("Stream", "1", accept: 3).ToBytes());
        FrameMessage.ReadHeader(frame);
        frame.Receive(FrameHeader.Bytes);
        ReadPieces(frame);

        Assert.Empty(smfServer.Problems);
        Assert.Empty(frameServer.Problems);

        void ReadPieces(Peer caller)
        {
            for (int piece = 0; piece < Pieces; piece++)
            {
                LargeBody.ReadContent(caller, PieceBytes, piece * PieceBytes);
                arrived.Release();
            }
            LargeBody.ReadContent(caller, BodyBytes / 2 - Pieces * PieceBytes, Pieces * PieceBytes);
        }
    }

    [Fact]
    public void Bodies_for_which_there_is_no_pipe_are_copied_and_counted()
    {
        const int openFilesMax = 64;
        using var frameServer = new ScriptedServer("127.0.0.1:0", EchoOctets);
        var file = new GatewayFile { FrameServers = [frameServer.Address], Relay = "splice", Workers = 1 };
        using var gateway = GatewayProcess.Start(file, openFilesMax);
        using var caller = Peer.Connect(gateway.FrameAddress);
        // A call that needs no pipe makes the connection to the server, which stays.
        Upload(caller, bytes: 0);
        Assert.Equal(0, RelayCounts.Of(gateway).WithoutPipe);
        Peer[] others = [.. Enumerable.Range(0, openFilesMax).Select(_ => Peer.Connect(gateway.FrameAddress))];
        Patience.Until(() => gateway.OpenFiles >= openFilesMax - 1, "all file descriptors are taken");

        Upload(caller, BodyBytes);

        RelayCounts counts = RelayCounts.Of(gateway);
        Assert.Equal(0, counts.SplicedMiB);
        Assert.InRange(counts.WithoutPipe, 1, long.MaxValue);
        foreach (Peer other in others)
            other.Dispose();
        Patience.Until(
            () =>
            {
                Upload(caller, BodyBytes);
                return RelayCounts.Of(gateway).SplicedMiB > 0;
            },
            "bodies are spliced again");
        Assert.Empty(frameServer.Problems);
    }

    private GatewayProcess Start(string relay, string callers, ScriptedServer smfServer, ScriptedServer frameServer, string limits = "") =>
        GatewayProcess.Start(new GatewayFile
        {
            SmfListener = _network.Address(callers, "smf"),
            FrameListener = _network.Address(callers, "frames"),
            SmfServers = [smfServer.Address],
            FrameServers = [frameServer.Address],
            Relay = relay,
            Limits = limits,
            Workers = 1,
        });

    /// <summary>What came in one receive with a header is copied, and what came before the connection to the server was there.</summary>
    private static void AssertRelayed(GatewayProcess gateway, string relay, double bodiesMiB)
    {
        const double copiedMiBMax = 2;
        RelayCounts counts = RelayCounts.Of(gateway);
        if (relay == "splice")
        {
            Assert.InRange(counts.CopiedMiB, 0, copiedMiBMax);
            Assert.InRange(counts.SplicedMiB, bodiesMiB - copiedMiBMax, bodiesMiB);
        }
        else
        {
            Assert.Equal(0, counts.SplicedMiB);
            Assert.InRange(counts.CopiedMiB, bodiesMiB - 0.1, bodiesMiB + 0.1);
        }
        Assert.Equal(0, counts.WithoutPipe);
    }

    private static void EchoLargeSmf(Peer peer)
    {
        var request = SmfHeader.Read(peer.Receive(SmfHeader.Bytes));
        LargeBody.ReadContent(peer, request.Size);
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
        caller.Send(FrameMessage.OctetsHeader("Upload", error: 0));
        LargeBody.SendOctets(caller, bytes);
        Assert.Equal(1, FrameMessage.ReadHeader(caller)!.Error);
        Assert.Equal(bytes, LargeBody.ReadOctets(caller));
    }

    /// <summary>The gateway does not read a body of this size through, so any checksum passes.</summary>
    private static SmfHeader LargeRequest(ushort session) => new(SmfCompression.None, 0, session, BodyBytes, 1, SmfMessage.Get);

    private static byte[] SmfHead(SmfHeader header)
    {
        byte[] head = new byte[SmfHeader.Bytes];
        header.Write(head);
        return head;
    }

    /// <summary>A header part, and the header of a data frame that announces the most there can be, and to be the last.</summary>
    private static byte[] LastFrameHead(byte[] headerPart)
    {
        byte[] head = new byte[FrameHeader.Bytes];
        new FrameHeader(FrameType.Data, NoMoreFrames: true, FrameHeader.PayloadBytesMax).Write(head);
        return [.. headerPart, .. head];
    }

    private static void SendHalf(Peer peer, byte[] head)
    {
        peer.Send(head);
        byte[] half = new byte[FrameHeader.PayloadBytesMax / 2];
        DemoContent.Fill(half, 0);
        peer.Send(half);
    }

    private static void SendPieces(Peer peer, Action awaitArrival)
    {
        byte[] body = new byte[BodyBytes / 2];
        DemoContent.Fill(body, 0);
        for (int piece = 0; piece < Pieces; piece++)
        {
            peer.Send(body.AsSpan(piece * PieceBytes, PieceBytes));
            awaitArrival();
        }
        peer.Send(body.AsSpan(Pieces * PieceBytes));
    }

    private static void Leave(Peer peer, StreamEnd how)
    {
        if (how == StreamEnd.Reset)
            peer.Reset();
        else
            peer.Dispose();
    }

    /// <summary>smf has no word for it: over a Unix socket it is the end in the middle of a body.</summary>
    private static void AssertSmfIsCut(Peer peer, string transport)
    {
        (byte[] rest, StreamEnd end) = peer.ReadToEnd();
        Assert.InRange(rest.Length, 0, BodyBytes - FrameHeader.PayloadBytesMax / 2 - 1);
        if (transport == "tcp")
            Assert.Equal(StreamEnd.Reset, end);
    }

    private static void AssertFrameIsCut(Peer peer, FrameHeader head, string transport)
    {
        (byte[] rest, StreamEnd end) = peer.ReadToEnd();
        if (transport == "tcp")
        {
            Assert.Equal(StreamEnd.Reset, end);
            Assert.InRange(rest.Length, 0, FrameHeader.PayloadBytesMax / 2 - 1);
            return;
        }
        Assert.False(head.NoMoreFrames, "a frame that is filled up must not be the last");
        Assert.Equal(FrameHeader.PayloadBytesMax / 2 + FrameHeader.Bytes, rest.Length);
        Assert.Equal(FrameHeader.Reset.ToArray(), rest[^FrameHeader.Bytes..]);
    }

    private static void AssertServesOthers(GatewayProcess gateway)
    {
        using var smf = Peer.Connect(gateway.SmfAddress);
        smf.Send(SmfMessage.Request(7).ToBytes());
        Assert.Equal(SmfMessage.Request(7) with { Meta = SmfStatus.Ok }, SmfMessage.Read(smf));
        using var frame = Peer.Connect(gateway.FrameAddress);
        frame.Send(FrameMessage.Call("Echo", "7").ToBytes());
        Assert.Equal("7", FrameMessage.Read(frame)!.Text);
    }

    private static void AssertComes(SemaphoreSlim signal, int times, string what)
    {
        for (; times > 0; times--)
            Assert.True(signal.Wait(Patience.Short), what);
    }
}
