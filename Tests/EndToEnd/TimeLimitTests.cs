using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>Callers that begin and do not end, against the published gateway: each hurts itself alone.</summary>
public sealed class TimeLimitTests
{
    private static readonly FrameMessage Call = FrameMessage.Call("Echo", "1");

    [Test]
    public async Task Callers_with_half_requests_are_answered_and_closed_after_the_request_timeout()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Limits = "\"requestTimeout\": \"500ms\"" });
        Peer[] frames = [.. Enumerable.Range(0, 50).Select(_ => Peer.Connect(gateway.FrameAddress))];
        Peer[] smf = [.. Enumerable.Range(0, 50).Select(_ => Peer.Connect(gateway.SmfAddress))];
        byte[] frameRequest = FrameMessage.Call("Echo", $"\"{new string('x', 60_000)}\"").ToBytes();
        byte[] smfRequest = SmfMessage.Request(7).ToBytes();
        foreach (Peer peer in frames)
            peer.Send(frameRequest.AsSpan(0, 50_000));
        foreach (Peer peer in smf)
            peer.Send(smfRequest.AsSpan(0, smfRequest.Length - 1));
        foreach (Peer peer in frames)
        {
            FrameMessage? answer = FrameMessage.Read(peer);
            await Assert.That((answer!.Error, answer.ErrorMessage)).IsEqualTo((2, "the request did not arrive in time; the connection ends"));
            (byte[] rest, StreamEnd end) = peer.ReadToEnd();
            await Assert.That((rest.Length, end)).IsEqualTo((FrameHeader.Bytes, StreamEnd.InOrder));
            peer.Dispose();
        }
        foreach (Peer peer in smf)
        {
            await Assert.That(SmfMessage.Read(peer)!.Meta).IsEqualTo(408u);
            await Assert.That(peer.ReadToEnd().End).IsEqualTo(StreamEnd.InOrder);
            peer.Dispose();
        }
    }

    [Test]
    public async Task Calls_of_callers_that_left_while_they_waited_for_a_connection_are_not_executed()
    {
        using var servers = new HeldCalls();
        using var gateway = GatewayProcess.Start(servers.File with { Workers = 1, BackendMembers = "\"connectionsPerServerMax\": 2" });
        using var first = Peer.Connect(gateway.FrameAddress);
        using var second = Peer.Connect(gateway.FrameAddress);
        first.Send(Call.ToBytes());
        second.Send(Call.ToBytes());
        servers.WaitFor(2);
        Peer[] left = [.. Enumerable.Range(0, 10).Select(_ => Peer.Connect(gateway.FrameAddress))];
        foreach (Peer peer in left)
        {
            peer.Send(Call.ToBytes());
            peer.Send(FrameHeader.Reset);
            // The gateway answers a reset frame with its own when it has seen it.
            await Assert.That(peer.ReadToEnd().Bytes).IsSequence(FrameHeader.Reset.ToArray());
            peer.Dispose();
        }
        using var live = Peer.Connect(gateway.FrameAddress);
        live.Send(Call.ToBytes());
        servers.LetGo();
        servers.WaitFor(1);
        foreach (Peer peer in (Peer[])[first, second, live])
            await Assert.That(FrameMessage.Read(peer)!.Text).IsEqualTo("1");
        await Assert.That(servers.CallsLeft).IsEqualTo(0);
    }

    [Test]
    public async Task Dripping_uploads_on_all_connections_end_when_others_wait()
    {
        using var server = ScriptedServer.FrameEcho();
        using var gateway = GatewayProcess.Start(new GatewayFile
        {
            FrameServers = [server.Address],
            Workers = 1,
            BackendMembers = "\"connectionsPerServerMax\": 2",
            Limits = "\"writeTimeout\": \"500ms\"",
        });
        Peer[] dripping = [Peer.Connect(gateway.FrameAddress), Peer.Connect(gateway.FrameAddress)];
        byte[] frame = FrameMessage.Frame(FrameType.Data, isLast: false, new byte[1 << 20]);
        foreach (Peer peer in dripping)
            peer.Send([.. FrameMessage.OctetsHeader("Upload", error: 0), .. frame.AsSpan(0, 70_000)]);
        Patience.Until(() => server.Accepted == 2, "the uploads have the connections");
        using var other = Peer.Connect(gateway.FrameAddress);
        other.Send(Call.ToBytes());
        using var over = new CancellationTokenSource();
        Task drip = Task.Run(() => Drip(dripping, over.Token));
        await Assert.That(FrameMessage.Read(other)!.Text).IsEqualTo("1");
        over.Cancel();
        await drip;
        foreach (Peer peer in dripping)
            peer.Dispose();
    }

    private static async Task Drip(Peer[] peers, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            foreach (Peer peer in peers)
            {
                try
                {
                    peer.Send([1]);
                }
                catch (IOException)
                {
                    // The gateway has closed this one, as it should.
                }
                catch (System.Net.Sockets.SocketException)
                {
                    // Likewise.
                }
            }
            await Task.Delay(50, CancellationToken.None);
        }
    }
}
