using System.Text;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;

namespace FrameRpc.Tests.Formats.Frames;

/// <summary>What a caller can do to a server that reads as the first implementation does, and a server to a caller, one attack each.</summary>
public sealed class LenientServerTests
{
    [Test]
    [MethodDataSource(typeof(LenientAttacks), nameof(LenientAttacks.Attacks))]
    public async Task No_request_runs_what_has_no_route_or_ends_the_server(string attack, byte[] request)
    {
        foreach (bool canReset in new[] { true, false })
        {
            foreach (int pieceBytes in new[] { int.MaxValue, 512, 1 })
            {
                if (request.Length > 10_000 && pieceBytes == 1)
                    continue;
                var sim = new GatewaySimulation(new GatewaySetup { FrameRoutes = [.. new GatewaySetup().FrameRoutes, new("Store", DataType.Octets, DataType.Octets)] }, NetworkConditions.Calm with { CanReset = canReset });
                LenientFrameServer server = sim.UseLenientServer();
                Attack(sim, request, pieceBytes);
                FrameFarCaller honest = sim.ConnectFrames();
                honest.Call("\"honest\"");
                sim.RunUntilQuiet();
                await Assert.That(server.HasDied).IsFalse().Because(attack);
                await Assert.That(server.Ran.Select(call => $"{call.Endpoint} {Encoding.UTF8.GetString(call.Body)}")).IsSequence(["Echo \"honest\""]);
                await Assert.That((await Assert.That(honest.Replies).HasSingleItem()).Json).IsEqualTo("\"honest\"");
            }
        }
    }

    [Test]
    public async Task Where_a_route_passes_header_like_bodies_a_server_that_lacks_the_method_is_at_their_mercy()
    {
        var setup = new GatewaySetup { FrameRoutes = [new("Store", DataType.Octets, DataType.Octets, HeaderLikeBodies.Pass)] };
        var sim = new GatewaySimulation(setup);
        LenientFrameServer server = sim.UseLenientServer();
        Attack(sim, [.. Frame.RequestHeader("Store", DataType.Octets), .. Frame.Encode(FrameType.Data, false, LenientAttacks.DangerHeader), .. LenientAttacks.Last("1")], int.MaxValue);
        await Assert.That((await Assert.That(server.Ran).HasSingleItem()).Endpoint).IsEqualTo("Danger");
        Attack(sim, [.. Frame.RequestHeader("Store", DataType.Octets), .. LenientAttacks.Last("null")], int.MaxValue);
        await Assert.That(server.HasDied).IsTrue();
    }

    [Test]
    public async Task What_octets_leave_unread_never_gives_another_caller_a_strangers_reply()
    {
        foreach (bool canReset in new[] { true, false })
        {
            var sim = new GatewaySimulation(conditions: NetworkConditions.Calm with { CanReset = canReset });
            LenientFrameServer server = sim.UseLenientServer();
            server.Endpoints["Receive"] = new LenientEndpoint(DataType.Octets, DataType.Json, ReadsBytesMax: 16);
            for (int i = 0; i < 10; i++)
            {
                FrameFarCaller attacker = sim.ConnectFrames();
                attacker.Send([.. Frame.RequestHeader("Receive", DataType.Octets, DataType.Json), .. Frame.Encode(FrameType.Data, false, new byte[16]),
                    .. Frame.Encode(FrameType.Data, false, LenientAttacks.Payload(Frame.RequestHeader("Echo", DataType.Json))), .. LenientAttacks.Last("\"attacker\"")]);
                FrameFarCaller honest = sim.ConnectFrames();
                honest.Call($"\"honest {i}\"");
                sim.RunUntilQuiet();
                await Assert.That((await Assert.That(honest.Replies).HasSingleItem()).Json).IsEqualTo($"\"honest {i}\"");
                foreach (FrameMessage reply in attacker.Replies)
                    await Assert.That(reply.Json).IsEqualTo("{\"Bytes\":16}");
            }
            foreach (LenientFrameConnection connection in server.Connections)
                await Assert.That(connection.IsOver || connection.CallsRun > 0).IsTrue();
        }
    }

    [Test]
    [MethodDataSource(typeof(LenientAttacks), nameof(LenientAttacks.Forgeries))]
    public async Task No_server_forges_the_reply_to_its_callers_next_call(string forgery, byte[] reply)
    {
        foreach (bool canReset in new[] { true, false })
        {
            var sim = new GatewaySimulation(conditions: NetworkConditions.Calm with { CanReset = canReset });
            LenientFrameCaller caller = sim.ConnectFrames(new LenientFrameCaller());
            sim.FrameServer.OnRequest = (connection, _) => connection.Send(reply);
            caller.Call("Echo", "1");
            sim.RunUntilQuiet();
            sim.FrameServer.OnRequest = (connection, request) => connection.Echo(request);
            caller.Call("Echo", "\"next\"");
            sim.RunUntilQuiet();
            await Assert.That(caller.HasDied).IsFalse().Because(forgery);
            await Assert.That(caller.Replies).DoesNotContain(answer => answer.Text.Contains("forged", StringComparison.Ordinal));
            // Behind a long reply that turned out broken the caller's connection has ended.
            if (caller.Replies.Count > 1)
                await Assert.That(caller.Replies[1].Text).IsEqualTo("\"next\"");
            else
                await Assert.That(caller.IsOver).IsTrue();
        }
    }

    private static void Attack(GatewaySimulation sim, byte[] request, int pieceBytes)
    {
        FrameFarCaller attacker = sim.ConnectFrames();
        for (int at = 0; at < request.Length; at += Math.Min(pieceBytes, request.Length - at))
        {
            attacker.Send(request.AsSpan(at, Math.Min(pieceBytes, request.Length - at)));
            sim.RunUntilQuiet();
        }
    }
}
