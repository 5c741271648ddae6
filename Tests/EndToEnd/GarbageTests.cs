using System.Net.Sockets;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Smf;
using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.EndToEnd;

[NotInParallel] // Loads the machine, or takes much of what it lets a process open.
public sealed class GarbageTests
{
    private const long GrowthMax = 16 * Sizes.MiB;

    /// <summary>What is sent follows from the seed alone; the reads between depend on what the gateway answers.</summary>
    [Test]
    [Arguments(1)]
    [Arguments(2)]
    [Arguments(3)]
    public async Task Whatever_callers_send_the_gateway_stays_up_and_serves_others(int seed)
    {
        const int callers = 5000;
        using var gateway = GatewayProcess.Start(new GatewayFile { Timeout = "200ms" });
        await AssertServes(gateway);
        long before = gateway.ResidentBytes;
        gateway.ForgetPeak();
        var random = new Random(seed);
        var open = new Queue<Peer>();

        for (int i = 0; i < callers; i++)
        {
            bool smf = random.Next(2) == 0;
            var caller = Peer.Connect(smf ? gateway.SmfAddress : gateway.FrameAddress);
            open.Enqueue(caller);
            SendGarbage(caller, smf, random);
            if (random.Next(4) == 0)
                caller.Reset();
            // Some stay for a while, and read nothing.
            if (open.Count > 50)
                open.Dequeue().Dispose();
            if (i % 50 == 0)
                await AssertServes(gateway);
        }
        foreach (Peer caller in open)
            caller.Dispose();

        await AssertServes(gateway);
        await Assert.That(gateway.HasExited).IsFalse();
        long growth = gateway.PeakResidentBytes - before;
        TestContext.Current!.OutputWriter!.WriteLine($"at most {growth / 1024} KiB more");
        await Assert.That(growth <= GrowthMax).IsTrue().Because($"seed {seed}: {growth} bytes more than the {before} before");
        await Assert.That(gateway.Error).DoesNotContain("A bug closed", StringComparison.Ordinal);
    }

    /// <summary>A server that answers with nonsense hurts the calls that it was given, and nobody else.</summary>
    [Test]
    [Arguments(1)]
    [Arguments(2)]
    public async Task Whatever_servers_answer_the_gateway_stays_up_and_every_call_gets_something_visible(int seed)
    {
        const int calls = 300;
        var random = new Random(seed);
        using var server = new ScriptedServer("127.0.0.1:0", peer =>
        {
            byte[] some = new byte[4096];
            while (peer.ReceiveSome(some) > 0)
            {
                lock (random)
                    SendGarbage(peer, random.Next(2) == 0, random);
            }
        });
        using var gateway = GatewayProcess.Start(new GatewayFile { SmfServers = [server.Address], FrameServers = [server.Address], Timeout = "20ms" });

        for (int i = 0; i < calls; i++)
        {
            using var caller = Peer.Connect(i % 2 == 0 ? gateway.SmfAddress : gateway.FrameAddress);
            caller.Send(i % 2 == 0 ? SmfMessage.Request(i).ToBytes() : FrameMessage.Call("Echo", "1").ToBytes());
            caller.EndSending();
            await Assert.That(IsAnsweredOrCut(caller)).IsTrue().Because($"seed {seed}, call {i}");
        }

        await Assert.That(gateway.HasExited).IsFalse();
        await Assert.That(gateway.Error).DoesNotContain("A bug closed", StringComparison.Ordinal);
        await Assert.That(server.Problems).IsEmpty();
    }

    /// <summary>Nothing at all, in order, would be a call that was forgotten.</summary>
    private static bool IsAnsweredOrCut(Peer caller)
    {
        (byte[] bytes, StreamEnd end) = caller.ReadToEnd();
        return bytes.Length > 0 || end == StreamEnd.Reset;
    }

    /// <summary>Noise, or valid messages with bytes changed, doubled or cut, which get further.</summary>
    private static void SendGarbage(Peer peer, bool smf, Random random)
    {
        try
        {
            for (int pieces = random.Next(1, 5); pieces > 0; pieces--)
                peer.Send(random.Next(3) == 0 ? Noise(random) : Damage(Valid(smf, random), random));
        }
        catch (SocketException)
        {
            // The gateway has had enough of it and closed.
        }
    }

    private static byte[] Noise(Random random)
    {
        byte[] noise = new byte[random.Next(1, 20_000)];
        random.NextBytes(noise);
        return noise;
    }

    private static byte[] Valid(bool smf, Random random) => random.Next(6) switch
    {
        0 => smf ? new SmfMessage(3, SmfMessage.Get, SmfMessage.Table(random.Next(12, 200_000))).ToBytes() : FrameMessage.OctetsHeader("Upload", 0),
        1 => smf ? SmfEmpty() : FrameMessage.Frame(FrameType.Data, random.Next(2) == 0, new byte[random.Next(100_000)]),
        2 => smf ? SmfMessage.Request(random.Next(60_000)).ToBytes() : FrameMessage.Call("Stream", $$"""{"Bytes":{{random.Next(10_000_000)}}}""", accept: 3).ToBytes(),
        _ => smf ? SmfMessage.Request(random.Next(60_000)).ToBytes() : FrameMessage.Call("Echo", $"[{new string(' ', random.Next(100))}]").ToBytes(),
    };

    private static byte[] SmfEmpty()
    {
        byte[] reply = new byte[SmfEmptyReply.Bytes];
        SmfEmptyReply.Write(reply, 3, SmfStatus.Ok);
        return reply;
    }

    private static byte[] Damage(byte[] message, Random random)
    {
        for (int edits = random.Next(3); edits > 0; edits--)
        {
            // Mostly near the front, where the headers are.
            int at = random.Next(Math.Min(message.Length, random.Next(2) == 0 ? 24 : int.MaxValue));
            switch (random.Next(3))
            {
                case 0:
                    message[at] = (byte)random.Next(256);
                    break;
                case 1 when at > 0:
                    message = message[..at];
                    break;
                default:
                    message = [.. message[..at], .. message];
                    break;
            }
        }
        return message;
    }

    private static async Task AssertServes(GatewayProcess gateway)
    {
        using var smf = Peer.Connect(gateway.SmfAddress);
        using var frame = Peer.Connect(gateway.FrameAddress);
        smf.Send(SmfMessage.Request(7).ToBytes());
        frame.Send(FrameMessage.Call("Echo", "7").ToBytes());
        await Assert.That(SmfMessage.Read(smf)).IsEqualTo(SmfMessage.Request(7) with { Meta = 200 });
        await Assert.That(FrameMessage.Read(frame)!.Text).IsEqualTo("7");
    }
}
