using System.Text;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;

namespace FrameRpc.Tests.Formats.Frames;

/// <summary>Attacks of a caller on a server that reads as the first implementation does, and of a server on a caller.</summary>
public sealed class LenientServerTests
{
    [Test]
    [MethodDataSource(typeof(LenientAttacks), nameof(LenientAttacks.Attacks))]
    public async Task No_request_executes_a_method_without_a_route_or_ends_the_server(string attack, byte[] request)
    {
        foreach (bool canReset in new[] { true, false })
        {
            foreach (int pieceBytes in new[] { int.MaxValue, 512, 1 })
            {
                if (request.Length > 10_000 && pieceBytes == 1)
                    continue;
                var sim = new GatewaySimulation(
                    new GatewaySetup { FrameRoutes = [.. new GatewaySetup().FrameRoutes, new("Store", DataType.Octets, DataType.Octets)] },
                    NetworkConditions.Calm with { CanReset = canReset });
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
    public async Task A_route_that_passes_header_like_bodies_lets_a_server_without_the_method_execute_them()
    {
        var setup = new GatewaySetup { FrameRoutes = [new("Store", DataType.Octets, DataType.Octets, HeaderLikeBodies.Pass)] };
        var sim = new GatewaySimulation(setup);
        LenientFrameServer server = sim.UseLenientServer();
        byte[] body = [.. Frame.Encode(FrameType.Data, false, LenientAttacks.DangerHeader), .. LenientAttacks.Last("1")];
        Attack(sim, [.. Frame.RequestHeader("Store", DataType.Octets), .. body], int.MaxValue);
        await Assert.That((await Assert.That(server.Ran).HasSingleItem()).Endpoint).IsEqualTo("Danger");
        Attack(sim, [.. Frame.RequestHeader("Store", DataType.Octets), .. LenientAttacks.Last("null")], int.MaxValue);
        await Assert.That(server.HasDied).IsTrue();
    }

    [Test]
    public async Task Octets_that_a_server_left_unread_never_give_another_caller_a_wrong_reply()
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
                    .. Frame.Encode(FrameType.Data, false, LenientAttacks.Payload(Frame.RequestHeader("Echo", DataType.Json))),
                    .. LenientAttacks.Last("\"attacker\"")]);
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
            // An invalid long reply has ended the caller's connection.
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
