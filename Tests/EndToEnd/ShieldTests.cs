using System.Text;
using FrameRpc.Tests.Peers;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;
using FrameMessage = FrameRpc.Tests.Peers.FrameMessage;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>
/// The published gateway before servers, and between callers, that read as the first implementation does: over TCP and Unix sockets,
/// spliced and copied, in one write and in many.
/// </summary>
public sealed class ShieldTests : IDisposable
{
    private readonly TestNetwork _network = new();

    public void Dispose() => _network.Dispose();

    [Test]
    [MethodDataSource(typeof(RelayedBodies), nameof(RelayedBodies.Relays))]
    public async Task No_request_runs_what_has_no_route_or_ends_the_server(string relay, string transport)
    {
        var lenient = new LenientFrameServer(new FrameRpc.Gateway.Sockets.TcpAddress("lenient", 1));
        using var server = new ScriptedServer(_network.Address(transport, "server"), peer => Serve(lenient, peer));
        using var gateway = Start(server, relay, transport);
        int honestCalls = 0;
        foreach ((string name, byte[] request) in LenientAttacks.AttacksWith("EchoOctets"))
        {
            foreach (int pieceBytes in new[] { request.Length, 512, 1 })
            {
                if (request.Length / pieceBytes > 2000)
                    continue;
                using var attacker = Peer.Connect(gateway.FrameAddress);
                for (int at = 0; at < request.Length; at += pieceBytes)
                    attacker.Send(request.AsSpan(at, Math.Min(pieceBytes, request.Length - at)));
                await Assert.That(FrameMessage.Read(attacker) is { Error: 2 }).IsTrue().Because(name);
                await AssertServes(gateway, $"\"honest {honestCalls++}\"", name);
                (bool hasDied, string[] endpoints) = Ran(lenient);
                await Assert.That((hasDied, endpoints.Length)).IsEqualTo((false, honestCalls));
            }
        }
        foreach (string endpoint in Ran(lenient).Endpoints)
            await Assert.That(endpoint).IsEqualTo("Echo");
    }

    [Test]
    [MethodDataSource(typeof(RelayedBodies), nameof(RelayedBodies.Relays))]
    public async Task No_server_forges_the_reply_to_its_callers_next_call(string relay, string transport)
    {
        foreach ((string name, byte[] reply) in LenientAttacks.Forgeries)
        {
            int answered = 0;
            using var server = new ScriptedServer(_network.Address(transport, $"server-{Guid.NewGuid():n}"), peer =>
            {
                while (FrameMessage.Read(peer) is { } request)
                    peer.Send(Interlocked.Increment(ref answered) == 1 ? reply : FrameMessage.Ok(request.Data).ToBytes());
            });
            using var gateway = Start(server, relay, transport);
            using var caller = Peer.Connect(gateway.FrameAddress);
            caller.Send([.. FrameMessage.Call("Echo", "1").ToBytes(), .. FrameMessage.Call("Echo", "\"next\"").ToBytes()]);
            string seen = Encoding.Latin1.GetString(ReadUntil(caller, "\"next\""u8));
            await Assert.That(seen.Contains("forged", StringComparison.Ordinal)).IsFalse().Because(name);
            await AssertServes(gateway, "\"other\"", name);
        }
    }

    private GatewayProcess Start(ScriptedServer server, string relay, string transport) => GatewayProcess.Start(new GatewayFile
    {
        FrameListener = _network.Address(transport, $"frames-{Guid.NewGuid():n}"),
        FrameServers = [server.Address],
        Relay = relay,
        DrainsOctets = false,
        Workers = 1,
    });

    private static async Task AssertServes(GatewayProcess gateway, string json, string after)
    {
        using var honest = Peer.Connect(gateway.FrameAddress);
        honest.Send(FrameMessage.Call("Echo", json).ToBytes());
        FrameMessage reply = FrameMessage.Read(honest)!;
        await Assert.That((after, reply.ErrorMessage, reply.Text)).IsEqualTo((after, "", json));
    }

    private static (bool HasDied, string[] Endpoints) Ran(LenientFrameServer lenient)
    {
        lock (lenient)
            return (lenient.HasDied, [.. lenient.Ran.Select(call => call.Endpoint)]);
    }

    private static void Serve(LenientFrameServer lenient, Peer peer)
    {
        var inbox = new ByteQueue();
        bool closed = false;
        var serving = new LenientServing(lenient, inbox, send: bytes => peer.Send(bytes), close: () => closed = true);
        byte[] room = new byte[64 * 1024];
        while (!closed && peer.ReceiveSome(room) is var count and > 0)
        {
            inbox.Append(room.AsSpan(0, count));
            lock (lenient)
                serving.Go();
        }
    }

    /// <summary>What comes, with these bytes as the last, or until the connection ends, in whatever way.</summary>
    private static byte[] ReadUntil(Peer peer, ReadOnlySpan<byte> last)
    {
        var all = new MemoryStream();
        byte[] room = new byte[64 * 1024];
        try
        {
            while (!all.ToArray().AsSpan().EndsWith(last) && peer.ReceiveSome(room) is var count and > 0)
                all.Write(room, 0, count);
        }
        catch (System.Net.Sockets.SocketException)
        {
            // Broken off, which is visible to a caller: what matters is what came before.
        }
        return all.ToArray();
    }
}
