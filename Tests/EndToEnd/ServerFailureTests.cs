using System.Net;
using System.Net.Sockets;
using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.EndToEnd;

public sealed class ServerFailureTests
{
    private const int CallsInFlight = 50;

    /// <summary>Otherwise another one is opened where the machine is slow.</summary>
    private const string OneConnection = "\"sharedConnectionsPerServerMax\": 1";

    [Test]
    public async Task A_server_that_refuses_is_passed_over_for_the_next()
    {
        using var nobody = new NobodyListens();
        using var smfServer = ScriptedServer.SmfEcho();
        using var frameServer = ScriptedServer.FrameEcho();
        using var gateway = GatewayProcess.Start(new GatewayFile
        {
            SmfServers = [nobody.Address, smfServer.Address],
            FrameServers = [nobody.Address, frameServer.Address],
        });
        // A connection for each call, so that every one has to find a server.
        for (int number = 1; number <= CallsInFlight; number++)
        {
            using var smf = Peer.Connect(gateway.SmfAddress);
            using var frame = Peer.Connect(gateway.FrameAddress);
            smf.Send(SmfMessage.Request(number).ToBytes());
            frame.Send(FrameMessage.Call("Echo", $"{number}").ToBytes());
            await Assert.That(SmfMessage.Read(smf)).IsEqualTo(SmfMessage.Request(number) with { Meta = 200 });
            await Assert.That(FrameMessage.Read(frame)!.Text).IsEqualTo($"{number}");
        }
    }

    [Test]
    public async Task Without_any_server_that_can_be_reached_calls_get_503_and_error_3()
    {
        using var nobody = new NobodyListens();
        using var gateway = GatewayProcess.Start(new GatewayFile
        {
            SmfServers = [nobody.Address, nobody.UnixAddress],
            FrameServers = [nobody.Address, nobody.UnixAddress],
        });
        using var smf = Peer.Connect(gateway.SmfAddress);
        using var frame = Peer.Connect(gateway.FrameAddress);

        for (int number = 1; number <= CallsInFlight; number++)
        {
            smf.Send(SmfMessage.Request(number).ToBytes());
            frame.Send(FrameMessage.Call("Echo", "1").ToBytes());
            await Assert.That(SmfMessage.Read(smf)!.Meta).IsEqualTo(503u);
            await Assert.That(FrameMessage.Read(frame)).IsEqualTo(FrameMessage.Fail(3, "no server of this backend can be reached"));
        }
    }

    /// <summary>The server is another process, a gateway before a server that never answers, and is killed as the kernel kills.</summary>
    [Test]
    public async Task When_a_server_is_killed_with_calls_in_flight_each_gets_502_and_the_next_calls_go_to_the_other()
    {
        // The other server answers, and gets more calls for it.
        const int lostMin = 5;
        var arrived = new CountdownEvent(lostMin);
        using var silentSmf = new ScriptedServer("127.0.0.1:0", peer => Swallow(peer, SmfMessage.Read, arrived));
        using var doomed = GatewayProcess.Start(new GatewayFile { SmfServers = [silentSmf.Address], Workers = 1 });
        using var other = ScriptedServer.SmfEcho();
        using var gateway = GatewayProcess.Start(new GatewayFile { SmfServers = [doomed.SmfAddress, other.Address], Workers = 1 });
        using var caller = Peer.Connect(gateway.SmfAddress);
        SmfMessage[] requests = [.. Enumerable.Range(1, 2 * CallsInFlight).Select(SmfMessage.Request)];

        foreach (SmfMessage request in requests)
            caller.Send(request.ToBytes());
        await Assert.That(arrived.Wait(Patience.Short, TestContext.Current!.Execution.CancellationToken)).IsTrue().Because("the calls do not arrive");
        doomed.Kill();
        SmfMessage[] replies = [.. requests.Select(_ => SmfMessage.Read(caller)!)];
        await Assert.That(replies.Select(reply => reply.Session).Order()).IsSequence(requests.Select(request => request.Session).Order());
        int lost = replies.Count(reply => reply.Meta == 502);
        await Assert.That(lost).IsBetween(lostMin, CallsInFlight);
        await Assert.That(replies.Count(reply => reply.Meta == 200)).IsEqualTo(replies.Length - lost);
        foreach (SmfMessage request in requests)
        {
            caller.Send(request.ToBytes());
            await Assert.That(SmfMessage.Read(caller)).IsEqualTo(request with { Meta = 200 });
        }
    }

    [Test]
    public async Task When_a_frame_server_is_killed_with_calls_in_flight_each_gets_error_3_and_the_next_calls_go_to_the_other()
    {
        // The other server answers, and gets more calls for it.
        const int lostMin = 5;
        var arrived = new CountdownEvent(lostMin);
        using var silent = new ScriptedServer("127.0.0.1:0", peer => Swallow(peer, FrameMessage.Read, arrived));
        using var doomed = GatewayProcess.Start(new GatewayFile { FrameServers = [silent.Address], Workers = 1 });
        using var other = ScriptedServer.FrameEcho();
        using var gateway = GatewayProcess.Start(new GatewayFile { FrameServers = [doomed.FrameAddress, other.Address], Workers = 1 });
        Peer[] callers = [.. Enumerable.Range(0, 2 * CallsInFlight).Select(_ => Peer.Connect(gateway.FrameAddress))];

        foreach (Peer caller in callers)
            caller.Send(FrameMessage.Call("Echo", "1").ToBytes());
        await Assert.That(arrived.Wait(Patience.Short, TestContext.Current!.Execution.CancellationToken)).IsTrue().Because("the calls do not arrive");
        doomed.Kill();

        FrameMessage[] replies = [.. callers.Select(caller => FrameMessage.Read(caller)!)];
        int lost = replies.Count(reply => reply == FrameMessage.Fail(3, "the server closed the connection before its reply"));
        await Assert.That(lost).IsBetween(lostMin, CallsInFlight);
        await Assert.That(replies.Count(reply => reply == FrameMessage.Ok("1"u8.ToArray()))).IsEqualTo(callers.Length - lost);
        foreach (Peer caller in callers)
        {
            caller.Send(FrameMessage.Call("Echo", "2").ToBytes());
            await Assert.That(FrameMessage.Read(caller)!.Text).IsEqualTo("2");
            caller.Dispose();
        }
    }

    [Test]
    [Arguments(StreamEnd.InOrder)]
    [Arguments(StreamEnd.Reset)]
    public async Task A_server_that_closes_on_a_call_loses_the_calls_in_flight_and_no_others(StreamEnd how)
    {
        using var server = new ScriptedServer("127.0.0.1:0", peer =>
        {
            for (int calls = 0; calls < CallsInFlight; calls++)
                SmfMessage.Read(peer);
            if (how == StreamEnd.Reset)
                peer.Reset();
        });
        using var gateway = GatewayProcess.Start(new GatewayFile { SmfServers = [server.Address], Workers = 1, SmfBackendMembers = OneConnection });
        using var caller = Peer.Connect(gateway.SmfAddress);
        for (int round = 0; round < 3; round++)
        {
            for (int number = 1; number <= CallsInFlight; number++)
                caller.Send(SmfMessage.Request(number).ToBytes());
            await Assert.That(Enumerable.Range(1, CallsInFlight).Select(_ => Answer(caller, 502)).ToHashSet())
                .IsSequence(Enumerable.Range(1, CallsInFlight).Select(number => (ushort)number).ToHashSet());
        }
        await Assert.That(server.Accepted).IsEqualTo(3);
        await Assert.That(server.Problems).IsEmpty();
    }

    [Test]
    public async Task A_server_that_comes_back_is_used_again()
    {
        using var other = ScriptedServer.SmfEcho();
        var server = ScriptedServer.SmfEcho();
        string address = server.Address;
        using var gateway = GatewayProcess.Start(new GatewayFile { SmfServers = [address, other.Address], Workers = 1 });
        using var caller = Peer.Connect(gateway.SmfAddress);
        await AssertServed(caller);
        await AssertServed(caller);
        await Assert.That(server.Accepted).IsEqualTo(1);

        server.Dispose();
        // A call that is on its way when the server goes gets 502; after that none is sent there.
        Patience.Until(() => Call(caller).Meta == 200 && Call(caller).Meta == 200, "all calls go to the other server");
        for (int calls = 0; calls < CallsInFlight; calls++)
            await AssertServed(caller);

        using var back = ScriptedServer.SmfEcho(address);
        Patience.Until(() => Call(caller).Meta == 200 && back.Accepted > 0, "the server that came back is used again");
        for (int calls = 0; calls < CallsInFlight; calls++)
            await AssertServed(caller);
    }

    private static SmfMessage Call(Peer caller)
    {
        caller.Send(SmfMessage.Request(7).ToBytes());
        return SmfMessage.Read(caller)!;
    }

    private static async Task AssertServed(Peer caller) => await Assert.That(Call(caller)).IsEqualTo(SmfMessage.Request(7) with { Meta = 200 });

    private static ushort Answer(Peer caller, uint status)
    {
        SmfMessage reply = SmfMessage.Read(caller)!;
        Must.Hold(reply.Meta == status);
        return reply.Session;
    }

    private static void Swallow<T>(Peer peer, Func<Peer, T?> read, CountdownEvent arrived)
    {
        while (read(peer) is not null)
        {
            lock (arrived)
                _ = arrived.IsSet || arrived.Signal();
        }
    }

    /// <summary>Addresses that refuse connections, and on which nobody else can come to listen.</summary>
    private sealed class NobodyListens : IDisposable
    {
        private readonly Socket _bound = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly TestNetwork _network = new();

        public NobodyListens() => _bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        public string Address => _bound.LocalEndPoint!.ToString()!;

        public string UnixAddress => _network.Address("unix", "nobody");

        public void Dispose()
        {
            _bound.Dispose();
            _network.Dispose();
        }
    }
}
