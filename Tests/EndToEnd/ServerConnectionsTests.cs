using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.EndToEnd;

public sealed class ServerConnectionsTests
{
    /// <summary>More than shares a connection, so that each call needs one to itself.</summary>
    private const int LargeBytes = 200_000;

    [Test]
    public async Task All_workers_together_open_as_many_connections_to_a_server_as_it_is_allowed_and_every_call_gets_its_turn()
    {
        using var held = new HeldCalls();
        using var gateway = GatewayProcess.Start(held.File with { Workers = 2, BackendMembers = """ "connectionsPerServerMax": 4 """ });
        Peer[] frames = [.. Enumerable.Range(0, 16).Select(_ => Peer.Connect(gateway.FrameAddress))];
        Peer[] smf = [.. Enumerable.Range(0, 16).Select(_ => Peer.Connect(gateway.SmfAddress))];
        var large = new SmfMessage(7, SmfMessage.Get, SmfMessage.Table(LargeBytes));
        foreach (Peer caller in frames)
            caller.Send(FrameMessage.Call("Echo", "7").ToBytes());
        foreach (Peer caller in smf)
        {
            caller.Send(SmfMessage.Request(3).ToBytes());
            caller.Send(large.ToBytes());
        }

        // A server answers its connections one call at a time: four frame calls, two shared connections, two large bodies.
        held.WaitFor(8);
        held.LetGo();

        foreach (Peer caller in frames)
            await Assert.That(FrameMessage.Read(caller)!.Text).IsEqualTo("7");
        foreach (Peer caller in smf)
            await Assert.That(new int[] { SmfMessage.Read(caller)!.Session, SmfMessage.Read(caller)!.Session }.Order()).IsSequence([3, 7]);
        await Assert.That((held.SmfConnections, held.FrameConnections)).IsEqualTo((4, 4));
        foreach (Peer caller in frames.Concat(smf))
            caller.Dispose();
    }
}
