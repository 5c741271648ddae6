using FrameRpc.Gateway.Demo;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Smf;
using FrameRpc.Tests.Peers;
using static FrameRpc.Tests.EndToEnd.RelayedBodies;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>A large body that its sender breaks off, spliced and copied: the other side sees that it is not whole.</summary>
public sealed class CutRelayTests : IDisposable
{
    private readonly TestNetwork _network = new();

    public static IEnumerable<(string, string, StreamEnd)> Cuts =>
    [
        .. from relay in (string[])["splice", "copy"]
           from transport in (string[])["tcp", "unix"]
           from how in (StreamEnd[])[StreamEnd.InOrder, StreamEnd.Reset]
           select (relay, transport, how),
    ];

    public void Dispose() => _network.Dispose();

    [Test]
    [MethodDataSource(nameof(Cuts))]
    public void A_reply_that_its_server_breaks_off_never_looks_whole_to_its_caller(string relay, string transport, StreamEnd how)
    {
        using var letGo = new SemaphoreSlim(0);
        using var smfServer = new ScriptedServer(_network.Address(transport, "smf-server"), peer =>
        {
            SendHalf(peer, SmfHead(LargeRequest(SmfMessage.Read(peer)!.Session) with { Meta = SmfStatus.Ok }), LargeBody.FillSmf);
            AssertComes(letGo, 1, "the caller has what was sent");
            Leave(peer, how);
        });
        using var frameServer = new ScriptedServer(_network.Address(transport, "frame-server"), peer =>
        {
            FrameMessage.Read(peer);
            SendHalf(peer, LastFrameHead(FrameMessage.OctetsHeader("", error: 1)), DemoContent.Fill);
            AssertComes(letGo, 1, "the caller has what was sent");
            Leave(peer, how);
        });
        using var gateway = StartGateway(_network, relay, transport, smfServer, frameServer);
        using var smf = Peer.Connect(gateway.SmfAddress);
        using var frame = Peer.Connect(gateway.FrameAddress);

        smf.Send(SmfMessage.Request(7).ToBytes());
        frame.Send(FrameMessage.Call("Stream", "1", accept: 3).ToBytes());
        smf.Receive(SmfHeader.Bytes);
        LargeBody.ReadSmf(smf, FrameHeader.PayloadBytesMax / 2);
        FrameMessage.ReadHeader(frame);
        var head = FrameHeader.Read(frame.Receive(FrameHeader.Bytes));
        LargeBody.ReadContent(frame, FrameHeader.PayloadBytesMax / 2);
        letGo.Release(2);

        AssertSmfIsCut(smf, transport);
        AssertFrameIsCut(frame, head, transport);
    }

    [Test]
    [MethodDataSource(nameof(Cuts))]
    public async Task A_request_that_its_caller_breaks_off_never_looks_whole_to_its_server(string relay, string transport, StreamEnd how)
    {
        using var halfway = new SemaphoreSlim(0);
        using var over = new SemaphoreSlim(0);
        using var smfServer = new ScriptedServer(_network.Address(transport, "smf-server"), peer =>
        {
            peer.Receive(SmfHeader.Bytes);
            LargeBody.ReadSmf(peer, FrameHeader.PayloadBytesMax / 2);
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
        using var gateway = StartGateway(_network, relay, transport, smfServer, frameServer);
        using var smf = Peer.Connect(gateway.SmfAddress);
        using var frame = Peer.Connect(gateway.FrameAddress);

        SendHalf(smf, SmfHead(LargeRequest(session: 7)), LargeBody.FillSmf);
        SendHalf(frame, LastFrameHead(FrameMessage.OctetsHeader("Upload", error: 0)), DemoContent.Fill);
        AssertComes(halfway, 2, "half of each request reaches its server");
        Leave(smf, how);
        Leave(frame, how);

        AssertComes(over, 2, $"the servers see the end: {string.Join('\n', smfServer.Problems.Concat(frameServer.Problems))}");
        await Assert.That(smfServer.Problems).IsEmpty();
        await Assert.That(frameServer.Problems).IsEmpty();
    }

    private static void SendHalf(Peer peer, byte[] head, FillContent fill)
    {
        peer.Send(head);
        byte[] half = new byte[FrameHeader.PayloadBytesMax / 2];
        fill(half, 0);
        peer.Send(half);
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
        Must.Hold(rest.Length >= 0 && rest.Length <= BodyBytes - FrameHeader.PayloadBytesMax / 2 - 1);
        if (transport == "tcp")
            Must.Hold(end == StreamEnd.Reset);
    }

    private static void AssertFrameIsCut(Peer peer, FrameHeader head, string transport)
    {
        (byte[] rest, StreamEnd end) = peer.ReadToEnd();
        if (transport == "tcp")
        {
            Must.Hold(end == StreamEnd.Reset);
            Must.Hold(rest.Length >= 0 && rest.Length <= FrameHeader.PayloadBytesMax / 2 - 1);
            return;
        }
        Must.Hold(!head.NoMoreFrames, "a frame that is filled up must not be the last");
        Must.Hold(rest.Length == (FrameHeader.PayloadBytesMax / 2 + FrameHeader.Bytes));
        Must.Hold(rest.AsSpan(rest.Length - FrameHeader.Bytes).SequenceEqual(FrameHeader.Reset.ToArray()));
    }
}
