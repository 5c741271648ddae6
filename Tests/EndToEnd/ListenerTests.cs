using System.Net;
using System.Net.Sockets;
using FrameRpc.Tests.Cli;
using Xunit;

namespace FrameRpc.Tests.EndToEnd;

public sealed class ListenerTests : IDisposable
{
    /// <summary>Lines of <see cref="GatewayFile"/> on which the listeners stand, and the column of their addresses.</summary>
    private const string SmfPlace = "gateway.json:5:33", FramePlace = "gateway.json:6:36";

    private readonly TestNetwork _network = new();

    private string SmfSocket => _network.SocketPath("smf");

    public void Dispose() => _network.Dispose();

    [Fact]
    public void A_socket_file_that_a_dead_process_left_is_replaced()
    {
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            string made = _network.SocketPath("made");
            left.Bind(new UnixDomainSocketEndPoint(made));
            // .NET deletes a socket's file when it closes it; a process that dies does not.
            File.Move(made, SmfSocket);
        }

        using var gateway = GatewayProcess.Start(new GatewayFile { SmfListener = $"unix:{SmfSocket}" });

        AssertServes(gateway);
    }

    [Fact]
    public void A_socket_file_on_which_somebody_listens_is_an_error_and_stays()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { SmfListener = $"unix:{SmfSocket}" });

        Result second = GatewayProcess.Run(new GatewayFile { SmfListener = $"unix:{SmfSocket}" }, _network.Folder);

        Assert.Equal((2, $"{SmfPlace}: listeners[0].address: address in use: something else listens on unix:{SmfSocket}\n"), (second.Status, second.Error));
        AssertServes(gateway);
    }

    [Fact]
    public void A_file_that_is_no_socket_is_an_error_and_stays()
    {
        File.WriteAllText(SmfSocket, "precious");

        Result result = GatewayProcess.Run(new GatewayFile { SmfListener = $"unix:{SmfSocket}" }, _network.Folder);

        Assert.Equal(
            (2, $"{SmfPlace}: listeners[0].address: {SmfSocket} exists and is not a socket; the gateway would not delete it\n"),
            (result.Status, result.Error));
        Assert.Equal("precious", File.ReadAllText(SmfSocket));
    }

    [Theory]
    [InlineData("000")]
    [InlineData("077")]
    public void Sockets_and_the_access_log_are_not_the_worlds_by_default(string umask)
    {
        string admin = _network.SocketPath("admin"), log = Path.Combine(_network.Folder, "calls.log");
        using var gateway = GatewayProcess.Start(
            new GatewayFile { SmfListener = $"unix:{SmfSocket}", Admin = $"unix:{admin}", AccessLog = $"\"to\": \"{log}\"" },
            folder => Binary.StartProgram("bash", folder, [], "-c", $"umask {umask}; exec {Binary.Path}"));

        Assert.Equal("660 660", Stat("%a", SmfSocket, admin));
        Assert.Equal(umask == "077" ? "600" : "640", Stat("%a", log));
    }

    [Fact]
    public void A_socket_has_the_mode_and_the_owner_that_are_written()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root gives files away");
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

        Assert.Equal("606:65534:7 606:65534:7 606:65534:7", Stat("%a:%u:%g", SmfSocket, frames, admin));
        AssertServes(gateway);
    }

    [Fact]
    public void Who_is_to_own_a_socket_and_is_unknown_is_told_before_anything_is_started()
    {
        Result result = GatewayProcess.Run(
            new GatewayFile { SmfListener = $"unix:{SmfSocket}", FrameListener = $"unix:{_network.SocketPath("frames")}", ListenerMembers = "\"owner\": \"root:strangers\"" },
            _network.Folder);

        Assert.Equal(2, result.Status);
        Assert.Matches(@"^gateway\.json:5:\d+: listeners\[0\]\.owner: there is no group ""strangers"" on this machine; write one that there is, or its number\n", result.Error);
        Assert.False(File.Exists(SmfSocket));
    }

    [Fact]
    public void Who_may_not_give_a_socket_away_is_told_so_and_leaves_none_behind()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root becomes another user");
        Assert.Equal(0, Binary.Run(Binary.StartProgram("chmod", _network.Folder, [], "777", _network.Folder)).Status);
        File.WriteAllText(Path.Combine(_network.Folder, "gateway.json"), new GatewayFile { SmfListener = $"unix:{SmfSocket}", FrameListener = $"unix:{_network.SocketPath("frames")}", ListenerMembers = "\"owner\": \"root\"" }.ToString());

        Result result = Binary.Run(OtherUser.Start(OtherUser.Number, _network.Folder));

        Assert.Equal(1, result.Status);
        Assert.StartsWith($"frpc-gateway: cannot listen on unix:{SmfSocket}: the socket {SmfSocket} cannot be given to another owner: Operation not permitted. ", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(SmfSocket));
    }

    [Fact]
    public void What_has_come_to_the_path_of_a_socket_stays_when_the_gateway_ends()
    {
        string admin = _network.SocketPath("admin");
        using var gateway = GatewayProcess.Start(new GatewayFile { SmfListener = $"unix:{SmfSocket}", Admin = $"unix:{admin}" });
        foreach (string path in new[] { SmfSocket, admin })
        {
            File.Delete(path);
            File.WriteAllText(path, "another's");
        }

        gateway.Signal(Signals.Terminate);

        Assert.Equal(0, gateway.WaitForExit());
        Assert.All([SmfSocket, admin], path => Assert.Equal("another's", File.ReadAllText(path)));
    }

    [Fact]
    public void Tcp_addresses_in_use_are_told_all_at_once_with_file_line_and_column()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile());
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();

        Result second = GatewayProcess.Run(
            new GatewayFile { SmfListener = gateway.SmfAddress, FrameListener = other.LocalEndpoint.ToString()! }, _network.Folder);

        Assert.Equal(
            (2, $"""
                {SmfPlace}: listeners[0].address: address in use: something else listens on {gateway.SmfAddress}
                {FramePlace}: listeners[1].address: address in use: something else listens on {other.LocalEndpoint}

                """),
            (second.Status, second.Error));
        AssertServes(gateway);
    }

    [Fact]
    public void The_socket_file_is_gone_when_the_gateway_has_stopped()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { SmfListener = $"unix:{SmfSocket}" });
        Assert.True(File.Exists(SmfSocket));

        gateway.Signal(Signals.Terminate);

        Assert.Equal(0, gateway.WaitForExit());
        Assert.False(File.Exists(SmfSocket));
    }

    [Fact]
    public void A_gateway_that_starts_while_another_drains_takes_over_its_addresses_and_keeps_them()
    {
        var silent = ScriptedServer.Silent();
        using var old = GatewayProcess.Start(new GatewayFile { SmfListener = $"unix:{SmfSocket}", SmfServers = [silent.Address], DrainTimeout = "1h" });
        using var busy = Peer.Connect(old.SmfAddress);
        busy.Send(SmfMessage.Request(1).ToBytes());
        Patience.Until(() => silent.Accepted > 0, "the call is in flight");
        old.Signal(Signals.Terminate);
        Patience.Until(() => !Peer.CanConnect(old.SmfAddress), "the old gateway listens no more");

        using var next = GatewayProcess.Start(new GatewayFile { SmfListener = $"unix:{SmfSocket}", FrameListener = old.FrameAddress });
        AssertServes(next);
        silent.Dispose();

        Assert.Equal(502u, SmfMessage.Read(busy)!.Meta);
        Assert.Equal(0, old.WaitForExit());
        AssertServes(next);
    }

    [Theory]
    [InlineData("tcp", "listener")]
    [InlineData("tcp", "limits")]
    [InlineData("unix", "listener")]
    public void A_caller_over_the_limit_is_closed_at_once_and_the_others_are_served(string transport, string where)
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
            AssertServes(caller);

        using var oneTooMany = Peer.Connect(gateway.SmfAddress);
        Assert.Equal(([], transport == "tcp" ? StreamEnd.Reset : StreamEnd.InOrder), oneTooMany.ReadToEnd());
        using (var onOther = Peer.Connect(gateway.FrameAddress))
        {
            if (where == "limits")
                Assert.Equal(([], StreamEnd.Reset), onOther.ReadToEnd());
            else
                AssertServesFrames(onOther);
        }
        foreach (Peer caller in callers)
            AssertServes(caller);

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

    private static void AssertServes(GatewayProcess gateway)
    {
        using var caller = Peer.Connect(gateway.SmfAddress);
        AssertServes(caller);
    }

    private static void AssertServes(Peer caller)
    {
        caller.Send(SmfMessage.Request(7).ToBytes());
        Assert.Equal(SmfMessage.Request(7) with { Meta = 200 }, SmfMessage.Read(caller));
    }

    private static void AssertServesFrames(Peer caller)
    {
        caller.Send(FrameMessage.Call("Echo", "7").ToBytes());
        Assert.Equal("7", FrameMessage.Read(caller)!.Text);
    }

    /// <summary>What stat says of each, in one line.</summary>
    private string Stat(string format, params string[] paths) =>
        Binary.Run(Binary.StartProgram("stat", _network.Folder, [], ["--format", format, .. paths])).Output.TrimEnd().Replace('\n', ' ');
}
