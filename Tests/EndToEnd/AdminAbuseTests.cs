using System.Net.Sockets;
using System.Text;
using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>Whatever is done to the admin endpoint, calls go on and probes are answered.</summary>
public sealed class AdminAbuseTests : IDisposable
{
    private static readonly GatewayFile File = new() { Admin = "127.0.0.1:0" };

    private readonly GatewayProcess _gateway = GatewayProcess.Start(File);

    public void Dispose() => _gateway.Dispose();

    [Test]
    [Arguments("\0\u0001\u0002ÿþ")]
    [Arguments("GET")]
    [Arguments("GET / HTTP/9.9\r\n\r\n")]
    [Arguments("GET / HTTP/1.1\r\n\r\n")]
    [Arguments("GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n")]
    [Arguments("GET http://rebound.example/config HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [Arguments("GET /config HTTP/1.1\r\nHost: local host\r\n\r\n")]
    [Arguments("POST /shutdown HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n")]
    [Arguments("POST /shutdown HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [Arguments("POST /shutdown HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [Arguments("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    [Arguments("\u0016\u0003\u0001\u0002\u0000\u0001\u0000")]
    public async Task Garbage_is_answered_or_closed_and_does_nothing_else(string garbage)
    {
        for (int i = 0; i < 20; i++)
        {
            using var peer = Peer.Connect(_gateway.AdminAddress);
            peer.Send(Encoding.Latin1.GetBytes(garbage));
            peer.EndSending();
            _ = peer.ReadToEnd();
        }

        await AssertAllIsWell();
        await Assert.That(_gateway.Error).IsEqualTo("");
    }

    [Test]
    public async Task Two_hundred_idle_connections_and_as_many_slow_requests_keep_nobody_from_being_served()
    {
        const int each = 100;
        Peer[] idle = [.. Enumerable.Range(0, each).Select(_ => Peer.Connect(_gateway.AdminAddress))];
        Peer[] slow = [.. Enumerable.Range(0, each).Select(_ => Peer.Connect(_gateway.AdminAddress))];
        foreach (Peer peer in slow)
            peer.Send("GET /metrics HTTP/1.1\r\nX-Slow: "u8);

        await AssertAllIsWell();
        // A request that does not come to its end is closed, and one whose sender trickles as well.
        foreach (Peer peer in slow)
            await Assert.That(EndsWhileTrickling(peer)).IsTrue();
        await AssertAllIsWell();
        foreach (Peer peer in idle.Concat(slow))
            peer.Dispose();
    }

    [Test]
    public async Task Connections_over_the_limit_are_closed_and_calls_go_on()
    {
        const int more = 400;
        Peer[] peers = [.. Enumerable.Range(0, more).Select(_ => Peer.Connect(_gateway.AdminAddress))];

        await Assert.That(peers[^1].ReadToEnd()).IsEqualTo(([], StreamEnd.InOrder));

        await _gateway.AssertServes();
        foreach (Peer peer in peers)
            peer.Dispose();
        Patience.Until(IsHealthy, "probes are answered again");
    }

    private static bool EndsWhileTrickling(Peer peer)
    {
        try
        {
            Patience.Until(() =>
            {
                peer.Send("x"u8);
                return false;
            }, "the connection ends");
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private async Task AssertAllIsWell()
    {
        await Assert.That(IsHealthy()).IsTrue();
        await _gateway.AssertServes();
    }

    private bool IsHealthy()
    {
        using var admin = new AdminHttp(_gateway.AdminAddress);
        try
        {
            return admin.Get("/healthz").Status == 200;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
