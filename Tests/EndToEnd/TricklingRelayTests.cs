using FrameRpc.Gateway.Demo;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Smf;
using FrameRpc.Tests.Peers;
using static FrameRpc.Tests.EndToEnd.RelayedBodies;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>
/// A large body whose sender is slow: each piece is sent only when the one before it has arrived, so a gateway that waited for more would wait for ever. The
/// first piece is what it may wait for: enough of a request for a server connection to be taken.
/// </summary>
public sealed class TricklingRelayTests : IDisposable
{
    /// <summary>Less than anything that is waited for while a body streams.</summary>
    private const int PieceBytes = 1000;
    private const int Pieces = 40;
    private const int FirstBytes = 64 * 1024;
    private const int RestFrom = FirstBytes + Pieces * PieceBytes;

    private readonly TestNetwork _network = new();

    public void Dispose() => _network.Dispose();

    [Test]
    [MethodDataSource(typeof(RelayedBodies), nameof(RelayedBodies.Relays))]
    public async Task A_request_that_trickles_in_is_passed_on_as_it_comes(string relay, string transport)
    {
        using var arrived = new SemaphoreSlim(0);
        void AwaitArrival() => AssertComes(arrived, 1, "a piece arrives before the next is sent");
        void ReadAll(Peer peer, ReadContent read)
        {
            ReadPieces(peer, read, arrived);
            arrived.Release();
        }
        using var smfServer = new ScriptedServer(_network.Address(transport, "smf-server"), peer =>
        {
            peer.Receive(SmfHeader.Bytes);
            ReadAll(peer, LargeBody.ReadSmf);
        });
        using var frameServer = new ScriptedServer(_network.Address(transport, "frame-server"), peer =>
        {
            FrameMessage.ReadHeader(peer);
            peer.Receive(FrameHeader.Bytes);
            ReadAll(peer, LargeBody.ReadContent);
        });
        using var gateway = StartGateway(_network, relay, transport, smfServer, frameServer);
        using var smf = Peer.Connect(gateway.SmfAddress);
        using var frame = Peer.Connect(gateway.FrameAddress);

        smf.Send(SmfHead(LargeRequest(session: 7) with { Size = BodyBytes / 2 }));
        SendPieces(smf, LargeBody.FillSmf, AwaitArrival);
        AssertComes(arrived, 1, "the rest arrives");
        frame.Send(LastFrameHead(FrameMessage.OctetsHeader("Upload", error: 0)));
        SendPieces(frame, DemoContent.Fill, AwaitArrival);
        AssertComes(arrived, 1, "the rest arrives");

        await Assert.That(smfServer.Problems).IsEmpty();
        await Assert.That(frameServer.Problems).IsEmpty();
    }

    [Test]
    [MethodDataSource(typeof(RelayedBodies), nameof(RelayedBodies.Relays))]
    public async Task A_reply_that_trickles_in_is_passed_on_as_it_comes(string relay, string transport)
    {
        using var arrived = new SemaphoreSlim(0);
        void AwaitArrival() => AssertComes(arrived, 1, "a piece arrives before the next is sent");
        using var smfServer = new ScriptedServer(_network.Address(transport, "smf-server"), peer =>
        {
            peer.Send(SmfHead(LargeRequest(SmfMessage.Read(peer)!.Session) with { Size = BodyBytes / 2, Meta = SmfStatus.Ok }));
            SendPieces(peer, LargeBody.FillSmf, AwaitArrival);
            peer.ReadToEnd();
        });
        using var frameServer = new ScriptedServer(_network.Address(transport, "frame-server"), peer =>
        {
            FrameMessage.Read(peer);
            peer.Send(LastFrameHead(FrameMessage.OctetsHeader("", error: 1)));
            SendPieces(peer, DemoContent.Fill, AwaitArrival);
            peer.ReadToEnd();
        });
        using var gateway = StartGateway(_network, relay, transport, smfServer, frameServer);
        using var smf = Peer.Connect(gateway.SmfAddress);
        using var frame = Peer.Connect(gateway.FrameAddress);

        smf.Send(SmfMessage.Request(7).ToBytes());
        smf.Receive(SmfHeader.Bytes);
        ReadPieces(smf, LargeBody.ReadSmf, arrived);
        frame.Send(FrameMessage.Call("Stream", "1", accept: 3).ToBytes());
        FrameMessage.ReadHeader(frame);
        frame.Receive(FrameHeader.Bytes);
        ReadPieces(frame, LargeBody.ReadContent, arrived);

        await Assert.That(smfServer.Problems).IsEmpty();
        await Assert.That(frameServer.Problems).IsEmpty();
    }

    private static void ReadPieces(Peer peer, ReadContent read, SemaphoreSlim arrived)
    {
        read(peer, FirstBytes, 0);
        arrived.Release();
        for (int piece = 0; piece < Pieces; piece++)
        {
            read(peer, PieceBytes, FirstBytes + piece * PieceBytes);
            arrived.Release();
        }
        read(peer, BodyBytes / 2 - RestFrom, RestFrom);
    }

    private static void SendPieces(Peer peer, FillContent fill, Action awaitArrival)
    {
        byte[] body = new byte[BodyBytes / 2];
        fill(body, 0);
        peer.Send(body.AsSpan(0, FirstBytes));
        awaitArrival();
        for (int piece = 0; piece < Pieces; piece++)
        {
            peer.Send(body.AsSpan(FirstBytes + piece * PieceBytes, PieceBytes));
            awaitArrival();
        }
        peer.Send(body.AsSpan(RestFrom));
    }
}
