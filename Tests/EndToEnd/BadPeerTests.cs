using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Smf;
using Xunit;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>What real sockets do when a peer stands still, goes half away, or takes all there is; and that a gateway which waits for them rests.</summary>
public sealed class BadPeerTests : IDisposable
{
    private readonly TestNetwork _network = new();

    public void Dispose() => _network.Dispose();

    [Theory]
    [InlineData("tcp")]
    [InlineData("unix")]
    public void A_caller_that_ends_its_stream_behind_its_request_gets_the_reply(string transport)
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { SmfListener = _network.Address(transport, "smf"), FrameListener = _network.Address(transport, "frames") });
        using var smf = Peer.Connect(gateway.SmfAddress);
        using var frame = Peer.Connect(gateway.FrameAddress);

        smf.Send(SmfMessage.Request(7).ToBytes());
        smf.EndSending();
        frame.Send(FrameMessage.Call("Echo", "7").ToBytes());
        frame.EndSending();

        Assert.Equal(SmfMessage.Request(7) with { Meta = 200 }, SmfMessage.Read(smf));
        Assert.Equal(([], StreamEnd.InOrder), smf.ReadToEnd());
        Assert.Equal("7", FrameMessage.Read(frame)!.Text);
        Assert.Equal(FrameHeader.Reset.ToArray(), frame.ReadToEnd().Bytes);
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("unix")]
    public void A_caller_that_never_reads_is_cut_off_and_others_are_served_meanwhile(string transport)
    {
        const long growthMax = 16 * Heavy.MiB;
        using var gateway = GatewayProcess.Start(new GatewayFile { SmfListener = _network.Address(transport, "smf"), Workers = 1, Limits = """ "writeTimeout": "200ms" """ });
        using var other = Peer.Connect(gateway.SmfAddress);
        AssertServes(other);
        long before = gateway.ResidentBytes;
        byte[] request = new SmfMessage(1, SmfMessage.Get, SmfMessage.Table(60_000)).ToBytes();

        using var silent = Peer.Connect(gateway.SmfAddress);
        Assert.NotNull(Record.Exception(() =>
        {
            // Until all buffers between are full and the gateway has had enough of it. As much as this is nowhere held.
            for (long sent = 0; sent < Heavy.GiB; sent += request.Length)
            {
                silent.Send(request);
                AssertServes(other);
            }
        }));

        AssertServes(other);
        Assert.True(gateway.PeakResidentBytes - before < growthMax);
    }

    /// <summary>The server dies of what is no table, as the first C++ and Go servers do, and takes with it what is in flight.</summary>
    [Theory]
    [InlineData("tcp", "splice")]
    [InlineData("tcp", "copy")]
    [InlineData("unix", "splice")]
    [InlineData("unix", "copy")]
    public void A_payload_that_is_no_table_is_400_and_reaches_no_server_and_calls_in_flight_are_answered(string transport, string relay)
    {
        using var held = new SemaphoreSlim(0);
        using var asked = new SemaphoreSlim(0);
        using var server = new ScriptedServer(_network.Address(transport, "tables"), peer =>
        {
            while (SmfMessage.Read(peer) is { } request)
            {
                Assert.True(SmfTableOutline.IsTable(request.Payload));
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

        foreach (ushort session in (ushort[])[7, 7, 7, 7, 8, 9])
            Assert.Equal(new SmfMessage(session, 400, SmfEmptyReply.Payload.ToArray()), SmfMessage.Read(bad));
        bad.Send(new byte[70_000 + SmfHeader.Bytes - 5000]);
        held.Release();
        Assert.Equal(new SmfMessage(1, 200, SmfMessage.Table(100)), SmfMessage.Read(good));
        AssertServes(bad);
        Assert.Empty(server.Problems);
    }

    [Theory]
    [InlineData("tcp", "splice")]
    [InlineData("tcp", "copy")]
    [InlineData("unix", "splice")]
    [InlineData("unix", "copy")]
    public void A_reply_that_is_no_table_is_502_and_the_callers_other_calls_are_answered(string transport, string relay)
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
                Assert.Equal(call % 2 == 0 ? 502u : 200u, SmfMessage.Read(caller)!.Meta);
            }
        }
        Assert.Empty(server.Problems);
    }

    /// <summary>A server that answers twice: the second reply is told with its server and route, and its connection carries no other call.</summary>
    [Theory]
    [InlineData("tcp")]
    [InlineData("unix")]
    public void A_server_that_answers_twice_gives_no_caller_another_ones_reply_and_the_log_says_so(string transport)
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
            Assert.Equal(SmfMessage.Request(call) with { Meta = 200 }, SmfMessage.Read(caller));
        }
        Patience.Until(() => gateway.Error.Contains("sent a reply that no call waits for (route of the session's last call: get)", StringComparison.Ordinal), "the log says so");
        foreach (Peer caller in callers)
            caller.Dispose();
    }

    /// <summary>The processor time is compared with the time that passed, so a slow machine only makes it easier.</summary>
    [Theory]
    [InlineData("tcp", "splice")]
    [InlineData("tcp", "copy")]
    [InlineData("unix", "splice")]
    [InlineData("unix", "copy")]
    public void A_gateway_that_waits_for_others_rests(string transport, string relay)
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

        AssertRests(gateway, restless);
        foreach (Peer caller in callers)
            caller.Dispose();
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("unix")]
    public void When_callers_take_all_file_descriptors_it_rests_and_recovers_when_they_leave(string transport)
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
            Assert.Equal((200u, 1), (SmfMessage.Read(served[i])!.Meta, FrameMessage.Read(served[i + 1])!.Error));
        }
        Peer[] others = [.. Enumerable.Range(0, 2 * openFilesMax).Select(i => Peer.Connect(i % 2 == 0 ? gateway.SmfAddress : gateway.FrameAddress))];
        Patience.Until(() => gateway.OpenFiles >= openFilesMax - 1, "all file descriptors are taken");

        // More frame calls at once than there are connections to the server, and no more can be made.
        for (int i = 0; i < served.Length; i += 2)
            Call(served[i], served[i + 1]);
        for (int i = 0; i < served.Length; i += 2)
        {
            Assert.Equal(200u, SmfMessage.Read(served[i])!.Meta);
            Assert.True(FrameMessage.Read(served[i + 1])!.Error is 1 or 3);
        }
        AssertRests(gateway, restless: 0.5);
        foreach (Peer caller in (Peer[])[.. served, .. others])
            caller.Dispose();

        Patience.Until(() => IsServed(gateway), "calls are served again");
        for (int i = 0; i < 200; i++)
            Assert.True(IsServed(gateway), $"call {i}");
        Assert.DoesNotContain("A bug closed", gateway.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_and_ipv6_addresses_are_served_and_reached()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6 && HasIPv6Loopback(), "this machine has no IPv6 loopback address");
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

        AssertServes(smf);
        Assert.StartsWith("localhost:", gateway.FrameAddress, StringComparison.Ordinal);
        Assert.Equal(0, Binary.Run(gateway.Folder, "call", gateway.FrameAddress, "Echo", "1").Status);
    }

    private static void AssertRests(GatewayProcess gateway, double restless)
    {
        var watched = TimeSpan.FromSeconds(1);
        // What was begun before is over first, and whatever it takes is not counted.
        Thread.Sleep(100);
        TimeSpan before = gateway.ProcessorTime;
        long start = Stopwatch.GetTimestamp();
        Thread.Sleep(watched);
        TimeSpan used = gateway.ProcessorTime - before;
        Assert.True(used < restless * Stopwatch.GetElapsedTime(start), $"it used {used.TotalMilliseconds} ms of the processor while nothing happened");
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

    private static void AssertServes(Peer caller)
    {
        caller.Send(SmfMessage.Request(7).ToBytes());
        Assert.Equal(SmfMessage.Request(7) with { Meta = 200 }, SmfMessage.Read(caller));
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
