using FrameRpc.Gateway.Demo;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Smf;
using Xunit;
using static FrameRpc.Tests.EndToEnd.RelayedBodies;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>A large body whose sender is slow: each piece is sent only when the one before it has arrived, so a gateway that waited for more would wait for ever.</summary>
public sealed class TricklingRelayTests : IDisposable
{
    /// <summary>Less than anything that is waited for while a body streams.</summary>
    private const int PieceBytes = 1000;
    private const int Pieces = 40;

    private readonly TestNetwork _network = new();

    public void Dispose() => _network.Dispose();

    [Theory]
    [MemberData(nameof(RelayedBodies.Relays), MemberType = typeof(RelayedBodies))]
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
        using var gateway = StartGateway(_network, relay, transport, smfServer, frameServer);
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
    [MemberData(nameof(RelayedBodies.Relays), MemberType = typeof(RelayedBodies))]
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
        using var gateway = StartGateway(_network, relay, transport, smfServer, frameServer);
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
}
