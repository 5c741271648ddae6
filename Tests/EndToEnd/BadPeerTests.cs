using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Smf;
using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>What real sockets do when a peer stands still, goes half away, or takes all there is; and that a gateway which waits for them rests.</summary>
public sealed class BadPeerTests : IDisposable
{
    private readonly TestNetwork _network = new();

    public void Dispose() => _network.Dispose();

    [Test]
    [Arguments("tcp")]
    [Arguments("unix")]
    public async Task A_caller_that_ends_its_stream_behind_its_request_gets_the_reply(string transport)
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { SmfListener = _network.Address(transport, "smf"), FrameListener = _network.Address(transport, "frames") });
        using var smf = Peer.Connect(gateway.SmfAddress);
        using var frame = Peer.Connect(gateway.FrameAddress);

        smf.Send(SmfMessage.Request(7).ToBytes());
        smf.EndSending();
        frame.Send(FrameMessage.Call("Echo", "7").ToBytes());
        frame.EndSending();

        await Assert.That(SmfMessage.Read(smf)).IsEqualTo(SmfMessage.Request(7) with { Meta = 200 });
        await Assert.That(smf.ReadToEnd()).IsEqualTo(([], StreamEnd.InOrder));
        await Assert.That(FrameMessage.Read(frame)!.Text).IsEqualTo("7");
        await Assert.That(frame.ReadToEnd().Bytes).IsSequence(FrameHeader.Reset.ToArray());
    }

    [Test]
    [Arguments("tcp")]
    [Arguments("unix")]
    public async Task A_caller_that_never_reads_is_cut_off_and_others_are_served_meanwhile(string transport)
    {
        const long growthMax = 16 * Sizes.MiB;
        using var gateway = GatewayProcess.Start(new GatewayFile { SmfListener = _network.Address(transport, "smf"), Workers = 1, Limits = """ "writeTimeout": "200ms" """ });
        using var other = Peer.Connect(gateway.SmfAddress);
        await AssertServes(other);
        long before = gateway.ResidentBytes;
        byte[] request = new SmfMessage(1, SmfMessage.Get, SmfMessage.Table(60_000)).ToBytes();

        using var silent = Peer.Connect(gateway.SmfAddress);
        await Assert.ThrowsAsync<Exception>(async () =>
        {
            // Until all buffers between are full and the gateway has had enough of it. As much as this is nowhere held.
            for (long sent = 0; sent < Sizes.GiB; sent += request.Length)
            {
                silent.Send(request);
                await AssertServes(other);
            }
        });

        await AssertServes(other);
        await Assert.That(gateway.PeakResidentBytes - before < growthMax).IsTrue();
    }

    /// <summary>The server dies of what is no table, as the first C++ and Go servers do, and takes with it what is in flight.</summary>
    [Test]
    [Arguments("tcp", "splice")]
    [Arguments("tcp", "copy")]
    [Arguments("unix", "splice")]
    [Arguments("unix", "copy")]
    public async Task A_payload_that_is_no_table_is_400_and_reaches_no_server_and_calls_in_flight_are_answered(string transport, string relay)
    {
        using var held = new SemaphoreSlim(0);
        using var asked = new SemaphoreSlim(0);
        using var server = new ScriptedServer(_network.Address(transport, "tables"), peer =>
        {
            while (SmfMessage.Read(peer) is { } request)
            {
                Must.Hold(SmfTableOutline.IsTable(request.Payload));
                if (request.Payload.Length == 100)
                {
                    asked.Release();
                    RelayedBodies.AssertComes(held, 1, "the others have been refused");
                }
                peer.Send((request with { Meta = 200 }).ToBytes());
            }
        });
        using var gateway = GatewayProcess.Start(
            new GatewayFile { SmfListener = _network.Address(transport, "smf"), SmfServers = [server.Address], Relay = relay, Workers = 1 });
        using var good = Peer.Connect(gateway.SmfAddress);
        using var bad = Peer.Connect(gateway.SmfAddress);
        good.Send(new SmfMessage(1, SmfMessage.Get, SmfMessage.Table(100)).ToBytes());
        RelayedBodies.AssertComes(asked, 1, "the call in flight reaches the server");
        byte[] farVtable = SmfMessage.Table(1_000_000);
        BitConverter.TryWriteBytes(farVtable.AsSpan(8), 8 - 900_000);

        byte[][] payloads = [[120], [255, 255, 255, 127, 255, 255, 255, 127], new byte[70_000], farVtable];
        foreach (byte[] payload in payloads)
            bad.Send(new SmfMessage(7, SmfMessage.Get, payload).ToBytes());
        // Byte by byte once more, with the head of a large one, which is all that has to come before it is refused.
        foreach (byte one in (byte[])[.. new SmfMessage(8, SmfMessage.Get, [120]).ToBytes(), .. new SmfMessage(9, SmfMessage.Get, new byte[70_000]).ToBytes().AsSpan(0, 5000)])
            bad.Send([one]);
        bad.Send(new byte[70_000 + SmfHeader.Bytes - 5000]);

        foreach (ushort session in (ushort[])[7, 7, 7, 7, 8, 9])
            await Assert.That(SmfMessage.Read(bad)).IsEqualTo(new SmfMessage(session, 400, SmfEmptyReply.Payload.ToArray()));
        held.Release();
        await Assert.That(SmfMessage.Read(good)).IsEqualTo(new SmfMessage(1, 200, SmfMessage.Table(100)));
        await AssertServes(bad);
        await Assert.That(server.Problems).IsEmpty();
    }

    [Test]
    [Arguments("tcp", "splice")]
    [Arguments("tcp", "copy")]
    [Arguments("unix", "splice")]
    [Arguments("unix", "copy")]
    public async Task A_reply_that_is_no_table_is_502_and_the_callers_other_calls_are_answered(string transport, string relay)
    {
        using var server = new ScriptedServer(_network.Address(transport, "tables"), peer =>
        {
            while (SmfMessage.Read(peer) is { } request)
                peer.Send((request with { Meta = 200, Payload = request.Payload[^1] == 0 ? new byte[request.Payload.Length] : request.Payload }).ToBytes());
        });
        using var gateway = GatewayProcess.Start(
            new GatewayFile { SmfListener = _network.Address(transport, "smf"), SmfServers = [server.Address], Relay = relay, Workers = 1 });
        using var caller = Peer.Connect(gateway.SmfAddress);

        foreach (int bytes in (int[])[100, 1_000_000])
        {
            for (int call = 0; call < 4; call++)
            {
                byte[] payload = SmfMessage.Table(bytes);
                payload[^1] = (byte)(call % 2);
                caller.Send(new SmfMessage(5, SmfMessage.Get, payload).ToBytes());
                await Assert.That(SmfMessage.Read(caller)!.Meta).IsEqualTo(call % 2 == 0 ? 502u : 200u);
            }
        }
        await Assert.That(server.Problems).IsEmpty();
    }

    /// <summary>A server that answers twice: the second reply is told with its server and route, and its connection carries no other call.</summary>
    [Test]
    [Arguments("tcp")]
    [Arguments("unix")]
    public async Task A_server_that_answers_twice_gives_no_caller_another_ones_reply_and_the_log_says_so(string transport)
    {
        using var server = new ScriptedServer(_network.Address(transport, "twice"), peer =>
        {
            while (SmfMessage.Read(peer) is { } request)
                peer.Send([.. (request with { Meta = 200 }).ToBytes(), .. (request with { Meta = 200 }).ToBytes()]);
        });
        using var gateway = GatewayProcess.Start(
            new GatewayFile { SmfListener = _network.Address(transport, "smf"), SmfServers = [server.Address], Workers = 1 });
        Peer[] callers = [.. Enumerable.Range(0, 6).Select(_ => Peer.Connect(gateway.SmfAddress))];

        for (int call = 0; call < 120; call++)
        {
            Peer caller = callers[call % callers.Length];
            caller.Send(SmfMessage.Request(call).ToBytes());
            await Assert.That(SmfMessage.Read(caller)).IsEqualTo(SmfMessage.Request(call) with { Meta = 200 });
        }
        Patience.Until(() => gateway.Error.Contains("sent a reply that matches no call (last route of its session: get)", StringComparison.Ordinal), "the log says so");
        foreach (Peer caller in callers)
            caller.Dispose();
    }

    /// <summary>The processor time is compared with the time that passed, so a slow machine only makes it easier.</summary>
    [Test]
    [Arguments("tcp", "splice")]
    [Arguments("tcp", "copy")]
    [Arguments("unix", "splice")]
    [Arguments("unix", "copy")]
    public async Task A_gateway_that_waits_for_others_rests(string transport, string relay)
    {
        const double restless = 0.25;
        using var silent = ScriptedServer.Silent(_network.Address(transport, "silent"));
        using var gateway = GatewayProcess.Start(new GatewayFile
        {
            SmfListener = _network.Address(transport, "smf"),
            FrameListener = _network.Address(transport, "frames"),
            SmfServers = [silent.Address],
            Relay = relay,
        });
        // Idle; in the middle of a request; with a call in flight; the same and half closed; with a reply that it does not read;
        // in the middle of a large body, of which some was passed on.
        Peer[] callers = [.. Enumerable.Range(0, 12).Select(i => Peer.Connect(i % 2 == 0 ? gateway.SmfAddress : gateway.FrameAddress))];
        callers[2].Send([0]);
        callers[3].Send([1]);
        callers[4].Send(SmfMessage.Request(1).ToBytes());
        callers[5].Send(FrameMessage.Call("Stream", """{"Bytes":100000000}""", accept: 3).ToBytes());
        callers[6].Send(SmfMessage.Request(1).ToBytes());
        callers[6].EndSending();
        callers[7].Send(FrameMessage.Call("Stream", """{"Bytes":100000000}""", accept: 3).ToBytes());
        callers[7].EndSending();
        callers[8].Send(SmfMessage.Request(1).ToBytes());
        callers[8].Dispose();
        callers[9].Send(FrameMessage.OctetsHeader("Upload", error: 0));
        callers[10].Send(new SmfMessage(1, SmfMessage.Get, SmfMessage.Table(1_000_000)).ToBytes().AsSpan(0, 500_000));
        callers[11].Send([.. FrameMessage.OctetsHeader("Upload", error: 0), .. FrameMessage.Frame(FrameType.Data, isLast: true, new byte[1_000_000]).AsSpan(0, 500_000)]);

        await AssertRests(gateway, restless);
        foreach (Peer caller in callers)
            caller.Dispose();
    }

    [Test]
    [Arguments("tcp")]
    [Arguments("unix")]
    public async Task When_callers_take_all_file_descriptors_it_rests_and_recovers_when_they_leave(string transport)
    {
        const int openFilesMax = 64;
        using var smfServer = ScriptedServer.SmfEcho();
        using var frameServer = ScriptedServer.FrameEcho();
        var file = new GatewayFile
        {
            SmfListener = _network.Address(transport, "smf"),
            FrameListener = _network.Address(transport, "frames"),
            SmfServers = [smfServer.Address],
            FrameServers = [frameServer.Address],
            Workers = 1,
        };
        using var gateway = GatewayProcess.Start(file, openFilesMax);
        Peer[] served = [.. Enumerable.Range(0, openFilesMax / 4).Select(i => Peer.Connect(i % 2 == 0 ? gateway.SmfAddress : gateway.FrameAddress))];
        for (int i = 0; i < served.Length; i += 2)
        {
            Call(served[i], served[i + 1]);
            await Assert.That((SmfMessage.Read(served[i])!.Meta, FrameMessage.Read(served[i + 1])!.Error)).IsEqualTo((200u, 1));
        }
        Peer[] others = [.. Enumerable.Range(0, 2 * openFilesMax).Select(i => Peer.Connect(i % 2 == 0 ? gateway.SmfAddress : gateway.FrameAddress))];
        Patience.Until(() => gateway.OpenFiles >= openFilesMax - 1, "all file descriptors are taken");

        // More frame calls at once than there are connections to the server, and no more can be made.
        for (int i = 0; i < served.Length; i += 2)
            Call(served[i], served[i + 1]);
        for (int i = 0; i < served.Length; i += 2)
        {
            await Assert.That(SmfMessage.Read(served[i])!.Meta).IsEqualTo(200u);
            await Assert.That(FrameMessage.Read(served[i + 1])!.Error is 1 or 3).IsTrue();
        }
        await AssertRests(gateway, restless: 0.5);
        foreach (Peer caller in (Peer[])[.. served, .. others])
            caller.Dispose();

        Patience.Until(() => IsServed(gateway), "calls are served again");
        for (int i = 0; i < 200; i++)
            await Assert.That(IsServed(gateway)).IsTrue().Because($"call {i}");
        await Assert.That(gateway.Error).DoesNotContain("A bug closed", StringComparison.Ordinal);
    }

    [Test]
    public async Task Names_and_ipv6_addresses_are_served_and_reached()
    {
        Skip.Unless(Socket.OSSupportsIPv6 && HasIPv6Loopback(), "this machine has no IPv6 loopback address");
        using var server = ScriptedServer.SmfEcho("[::1]:0");
        using var named = ScriptedServer.FrameEcho();
        int port = ((IPEndPoint)Peer.EndPointOf(named.Address)).Port;
        using var gateway = GatewayProcess.Start(new GatewayFile
        {
            SmfListener = "[::1]:0",
            FrameListener = "localhost:0",
            SmfServers = [server.Address],
            FrameServers = [$"localhost:{port}"],
        });
        using var smf = Peer.Connect(gateway.SmfAddress);

        await AssertServes(smf);
        await Assert.That(gateway.FrameAddress).StartsWith("localhost:", StringComparison.Ordinal);
        await Assert.That(Binary.Run(gateway.Folder, "call", gateway.FrameAddress, "Echo", "1").Status).IsEqualTo(0);
    }

    private static async Task AssertRests(GatewayProcess gateway, double restless)
    {
        var watched = TimeSpan.FromSeconds(1);
        // What was begun before is over first, and whatever it takes is not counted.
        Thread.Sleep(100);
        TimeSpan before = gateway.ProcessorTime;
        long start = Stopwatch.GetTimestamp();
        Thread.Sleep(watched);
        TimeSpan used = gateway.ProcessorTime - before;
        await Assert.That(used < restless * Stopwatch.GetElapsedTime(start)).IsTrue()
            .Because($"it used {used.TotalMilliseconds} ms of the processor while nothing happened");
    }

    private static void Call(Peer smf, Peer frame)
    {
        smf.Send(SmfMessage.Request(7).ToBytes());
        frame.Send(FrameMessage.Call("Echo", "7").ToBytes());
    }

    private static bool IsServed(GatewayProcess gateway)
    {
        try
        {
            using var smf = Peer.Connect(gateway.SmfAddress);
            using var frame = Peer.Connect(gateway.FrameAddress);
            Call(smf, frame);
            return SmfMessage.Read(smf)?.Meta == 200 && FrameMessage.Read(frame)?.Error == 1;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task AssertServes(Peer caller)
    {
        caller.Send(SmfMessage.Request(7).ToBytes());
        await Assert.That(SmfMessage.Read(caller)).IsEqualTo(SmfMessage.Request(7) with { Meta = 200 });
    }

    private static bool HasIPv6Loopback()
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
