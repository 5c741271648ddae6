using System.Net;
using System.Net.Sockets;
using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.EndToEnd;

public sealed class ListenerTests : IDisposable
{
    /// <summary>Lines of <see cref="GatewayFile"/> on which the listeners stand, and the column of their addresses.</summary>
    private const string SmfPlace = "gateway.json:5:33", FramePlace = "gateway.json:6:36";

    private readonly TestNetwork _network = new();

    private string SmfSocket => _network.SocketPath("smf");

    public void Dispose() => _network.Dispose();

    [Test]
    public async Task A_socket_file_that_a_dead_process_left_is_replaced()
    {
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            string made = _network.SocketPath("made");
            left.Bind(new UnixDomainSocketEndPoint(made));
            // .NET deletes a socket's file when it closes it; a process that dies does not.
            File.Move(made, SmfSocket);
        }

        using var gateway = GatewayProcess.Start(new GatewayFile { SmfListener = $"unix:{SmfSocket}" });

        await AssertServes(gateway);
    }

    [Test]
    public async Task A_socket_file_on_which_somebody_listens_is_an_error_and_stays()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { SmfListener = $"unix:{SmfSocket}" });

        Result second = GatewayProcess.Run(new GatewayFile { SmfListener = $"unix:{SmfSocket}" }, _network.Folder);

        await Assert.That((second.Status, second.Error))
            .IsEqualTo((2, $"{SmfPlace}: listeners[0].address: address in use: something else listens on unix:{SmfSocket}\n"));
        await AssertServes(gateway);
    }

    [Test]
    public async Task A_file_that_is_no_socket_is_an_error_and_stays()
    {
        File.WriteAllText(SmfSocket, "precious");

        Result result = GatewayProcess.Run(new GatewayFile { SmfListener = $"unix:{SmfSocket}" }, _network.Folder);

        await Assert.That((result.Status, result.Error))
            .IsEqualTo((2, $"{SmfPlace}: listeners[0].address: {SmfSocket} exists and is not a socket; the gateway does not delete it\n"));
        await Assert.That(File.ReadAllText(SmfSocket)).IsEqualTo("precious");
    }

    [Test]
    [Arguments("000")]
    [Arguments("077")]
    public async Task Sockets_and_the_access_log_are_not_the_worlds_by_default(string umask)
    {
        string admin = _network.SocketPath("admin"), log = Path.Combine(_network.Folder, "calls.log");
        using var gateway = GatewayProcess.Start(
            new GatewayFile { SmfListener = $"unix:{SmfSocket}", Admin = $"unix:{admin}", AccessLog = $"\"to\": \"{log}\"" },
            folder => Programs.Start("bash", folder, [], "-c", $"umask {umask}; exec {Binary.Path}"));

        await Assert.That(Stat("%a", SmfSocket, admin)).IsEqualTo("660 660");
        await Assert.That(Stat("%a", log)).IsEqualTo(umask == "077" ? "600" : "640");
    }

    [Test]
    public async Task A_socket_has_the_mode_and_the_owner_that_are_written()
    {
        Skip.Unless(Environment.IsPrivilegedProcess, "only root gives files away");
        string frames = _network.SocketPath("frames"), admin = _network.SocketPath("admin");
        const string members = "\"mode\": \"0606\", \"owner\": \"nobody:7\"";
        using var gateway = GatewayProcess.Start(new GatewayFile
        {
            SmfListener = $"unix:{SmfSocket}",
            FrameListener = $"unix:{frames}",
            ListenerMembers = members,
            Admin = $"unix:{admin}",
            AdminMembers = members,
        });

        await Assert.That(Stat("%a:%u:%g", SmfSocket, frames, admin)).IsEqualTo("606:65534:7 606:65534:7 606:65534:7");
        await AssertServes(gateway);
    }

    [Test]
    public async Task Who_is_to_own_a_socket_and_is_unknown_is_told_before_anything_is_started()
    {
        Result result = GatewayProcess.Run(
            new GatewayFile { SmfListener = $"unix:{SmfSocket}", FrameListener = $"unix:{_network.SocketPath("frames")}", ListenerMembers = "\"owner\": \"root:strangers\"" },
            _network.Folder);

        await Assert.That(result.Status).IsEqualTo(2);
        await Assert.That(result.Error)
            .Matches(@"^gateway\.json:5:\d+: listeners\[0\]\.owner: group ""strangers"" does not exist on this machine; write an existing group, or its number\n");
        await Assert.That(File.Exists(SmfSocket)).IsFalse();
    }

    [Test]
    public async Task Who_may_not_give_a_socket_away_is_told_so_and_leaves_none_behind()
    {
        Skip.Unless(Environment.IsPrivilegedProcess, "only root becomes another user");
        await Assert.That(Programs.Run(Programs.Start("chmod", _network.Folder, [], "777", _network.Folder)).Status).IsEqualTo(0);
        File.WriteAllText(Path.Combine(_network.Folder, "gateway.json"), new GatewayFile { SmfListener = $"unix:{SmfSocket}", FrameListener = $"unix:{_network.SocketPath("frames")}", ListenerMembers = "\"owner\": \"root\"" }.ToString());

        Result result = Programs.Run(OtherUser.Start(OtherUser.Number, _network.Folder));

        await Assert.That(result.Status).IsEqualTo(1);
        await Assert.That(result.Error)
            .StartsWith($"frpc-gateway: cannot listen on unix:{SmfSocket}: the owner of the socket {SmfSocket} cannot be changed: Operation not permitted. ", StringComparison.Ordinal);
        await Assert.That(File.Exists(SmfSocket)).IsFalse();
    }

    [Test]
    public async Task What_has_come_to_the_path_of_a_socket_stays_when_the_gateway_ends()
    {
        string admin = _network.SocketPath("admin");
        using var gateway = GatewayProcess.Start(new GatewayFile { SmfListener = $"unix:{SmfSocket}", Admin = $"unix:{admin}" });
        foreach (string path in new[] { SmfSocket, admin })
        {
            File.Delete(path);
            File.WriteAllText(path, "another's");
        }

        gateway.Signal(Signals.Terminate);

        await Assert.That(gateway.WaitForExit()).IsEqualTo(0);
        foreach (string path in (string[])[SmfSocket, admin])
            await Assert.That(File.ReadAllText(path)).IsEqualTo("another's");
    }

    [Test]
    public async Task Tcp_addresses_in_use_are_told_all_at_once_with_file_line_and_column()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile());
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();

        Result second = GatewayProcess.Run(
            new GatewayFile { SmfListener = gateway.SmfAddress, FrameListener = other.LocalEndpoint.ToString()! }, _network.Folder);

        await Assert.That((second.Status, second.Error)).IsEqualTo((2, $"""
                {SmfPlace}: listeners[0].address: address in use: something else listens on {gateway.SmfAddress}
                {FramePlace}: listeners[1].address: address in use: something else listens on {other.LocalEndpoint}

                """));
        await AssertServes(gateway);
    }

    [Test]
    public async Task The_socket_file_is_gone_when_the_gateway_has_stopped()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { SmfListener = $"unix:{SmfSocket}" });
        await Assert.That(File.Exists(SmfSocket)).IsTrue();

        gateway.Signal(Signals.Terminate);

        await Assert.That(gateway.WaitForExit()).IsEqualTo(0);
        await Assert.That(File.Exists(SmfSocket)).IsFalse();
    }

    [Test]
    public async Task A_gateway_that_starts_while_another_drains_takes_over_its_addresses_and_keeps_them()
    {
        var silent = ScriptedServer.Silent();
        using var old = GatewayProcess.Start(new GatewayFile { SmfListener = $"unix:{SmfSocket}", SmfServers = [silent.Address], DrainTimeout = "1h" });
        using var busy = Peer.Connect(old.SmfAddress);
        busy.Send(SmfMessage.Request(1).ToBytes());
        Patience.Until(() => silent.Accepted > 0, "the call is in flight");
        old.Signal(Signals.Terminate);
        Patience.Until(() => !Peer.CanConnect(old.SmfAddress), "the old gateway listens no more");

        using var next = GatewayProcess.Start(new GatewayFile { SmfListener = $"unix:{SmfSocket}", FrameListener = old.FrameAddress });
        await AssertServes(next);
        silent.Dispose();

        await Assert.That(SmfMessage.Read(busy)!.Meta).IsEqualTo(502u);
        await Assert.That(old.WaitForExit()).IsEqualTo(0);
        await AssertServes(next);
    }

    [Test]
    [Arguments("tcp", "listener")]
    [Arguments("tcp", "limits")]
    [Arguments("unix", "listener")]
    public async Task A_caller_over_the_limit_is_closed_at_once_and_the_others_are_served(string transport, string where)
    {
        const int allowed = 4;
        string member = $""" "connectionsMax": {allowed} """;
        using var gateway = GatewayProcess.Start(new GatewayFile
        {
            SmfListener = _network.Address(transport, "smf"),
            ListenerMembers = where == "listener" ? member : "",
            Limits = where == "limits" ? member : "",
        });
        Peer[] callers = [.. Enumerable.Range(0, allowed).Select(_ => Peer.Connect(gateway.SmfAddress))];
        foreach (Peer caller in callers)
            await AssertServes(caller);

        using var oneTooMany = Peer.Connect(gateway.SmfAddress);
        await Assert.That(oneTooMany.ReadToEnd()).IsEqualTo(([], transport == "tcp" ? StreamEnd.Reset : StreamEnd.InOrder));
        using (var onOther = Peer.Connect(gateway.FrameAddress))
        {
            if (where == "limits")
                await Assert.That(onOther.ReadToEnd()).IsEqualTo(([], StreamEnd.Reset));
            else
                await AssertServesFrames(onOther);
        }
        foreach (Peer caller in callers)
            await AssertServes(caller);

        // Whoever leaves makes room for another.
        callers[0].Dispose();
        Patience.Until(() => IsServed(gateway.SmfAddress), "there is room again");
        foreach (Peer caller in callers[1..])
            caller.Dispose();
    }

    private static bool IsServed(string address)
    {
        using var caller = Peer.Connect(address);
        try
        {
            caller.Send(SmfMessage.Request(1).ToBytes());
            return SmfMessage.Read(caller) is { Meta: 200 };
        }
        catch (Exception e) when (e is SocketException or EndOfStreamException)
        {
            return false;
        }
    }

    private static async Task AssertServes(GatewayProcess gateway)
    {
        using var caller = Peer.Connect(gateway.SmfAddress);
        await AssertServes(caller);
    }

    private static async Task AssertServes(Peer caller)
    {
        caller.Send(SmfMessage.Request(7).ToBytes());
        await Assert.That(SmfMessage.Read(caller)).IsEqualTo(SmfMessage.Request(7) with { Meta = 200 });
    }

    private static async Task AssertServesFrames(Peer caller)
    {
        caller.Send(FrameMessage.Call("Echo", "7").ToBytes());
        await Assert.That(FrameMessage.Read(caller)!.Text).IsEqualTo("7");
    }

    /// <summary>What stat says of each, in one line.</summary>
    private string Stat(string format, params string[] paths) =>
        Programs.Run(Programs.Start("stat", _network.Folder, [], ["--format", format, .. paths])).Output.TrimEnd().Replace('\n', ' ');
}
