using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.EndToEnd;

public sealed class ShutdownCommandTests : IDisposable
{
    private readonly TestNetwork _network = new();

    public void Dispose() => _network.Dispose();

    [Test]
    [Arguments("tcp")]
    [Arguments("unix")]
    public async Task It_stops_the_gateway_and_returns_when_that_is_gone(string transport)
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = _network.Address(transport, "admin"), AdminMembers = transport == "tcp" ? GatewayFile.WithToken : "" });
        string[] token = transport == "tcp" ? ["--token-file", Path.Combine(gateway.Folder, "admin.token")] : [];

        Result shutdown = Binary.Run(_network.Folder, ["shutdown", "--admin", gateway.AdminAddress, .. token]);

        await Assert.That((shutdown.Status, shutdown.Error)).IsEqualTo((0, ""));
        await Assert.That(shutdown.Output).Matches($@"^the gateway at {gateway.AdminAddress} exited after \d+\.\d s\n$");
        await Assert.That(Peer.CanConnect(gateway.AdminAddress)).IsFalse();
        await Assert.That(gateway.WaitForExit()).IsEqualTo(0);
    }

    [Test]
    public async Task It_finds_the_address_in_the_configuration_as_the_gateway_does()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = $"unix:{_network.SocketPath("admin")}" });

        Result shutdown = Binary.Run(gateway.Folder, "shutdown", "--delay", "10ms");

        await Assert.That((shutdown.Status, shutdown.Error)).IsEqualTo((0, ""));
        await Assert.That(gateway.WaitForExit()).IsEqualTo(0);
        await Assert.That(gateway.Output).Contains("callers are served normally for 0.01 s\n", StringComparison.Ordinal);
    }

    [Test]
    public async Task It_says_what_it_waits_for()
    {
        using var held = new HeldCalls();
        using var gateway = GatewayProcess.Start(held.File with { Admin = "127.0.0.1:0", AdminMembers = GatewayFile.WithToken });
        using var busy = Peer.Connect(gateway.SmfAddress);
        busy.Send(SmfMessage.Request(7).ToBytes());
        held.WaitFor(1);

        using Process shutdown = Binary.Start(gateway.Folder, "shutdown", "--admin", gateway.AdminAddress, "--token-file", "admin.token");
        string? line = shutdown.StandardOutput.ReadLine();
        held.LetGo();

        await Assert.That(line).Matches(@"^still running after \d+ s, with 1 call in flight$");
        await Assert.That(Programs.Run(shutdown).Status).IsEqualTo(0);
        await Assert.That(SmfMessage.Read(busy)!.Meta).IsEqualTo(200u);
        await Assert.That(gateway.WaitForExit()).IsEqualTo(0);
    }

    [Test]
    public async Task It_finds_address_and_token_in_the_configuration_as_the_gateway_does()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = $"127.0.0.1:{FreePort()}", AdminMembers = GatewayFile.WithToken });

        Result shutdown = Binary.Run(_network.Folder, "shutdown", "--config", Path.Combine(gateway.Folder, "gateway.json"));

        await Assert.That((shutdown.Status, shutdown.Error)).IsEqualTo((0, ""));
        await Assert.That(gateway.WaitForExit()).IsEqualTo(0);
    }

    [Test]
    public async Task A_token_that_may_not_be_read_is_told_with_what_to_do_and_status_1()
    {
        Skip.Unless(Environment.IsPrivilegedProcess, "only root becomes another user");
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = $"127.0.0.1:{FreePort()}", AdminMembers = GatewayFile.WithToken });
        FileSystem.ChangeMode(gateway.Folder, (UnixFileMode)0b111_101_101);

        Result shutdown = Programs.Run(OtherUser.Start(OtherUser.Number, gateway.Folder, "shutdown"));

        await Assert.That(shutdown)
            .IsEqualTo(new Result(1, "", $"gateway.json: admin.tokenFile: {gateway.Folder}/admin.token cannot be read: Permission denied; run this command as root or as the user of the gateway, on its machine, or send SIGTERM to the process\n"));
        await Assert.That(gateway.HasExited).IsFalse();
    }

    [Test]
    public async Task A_gateway_without_a_token_refuses_over_tcp_and_its_reason_is_told_with_status_1()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = "127.0.0.1:0" });

        Result shutdown = Binary.Run(_network.Folder, "shutdown", "--admin", gateway.AdminAddress);

        await Assert.That(shutdown.Status).IsEqualTo(1);
        await Assert.That(shutdown.Error)
            .StartsWith($"frpc-gateway: the gateway at {gateway.AdminAddress} refused to stop: Requests over TCP require a token", StringComparison.Ordinal);
        await Assert.That(gateway.HasExited).IsFalse();
    }

    [Test]
    public async Task To_a_gateway_that_is_named_the_token_of_a_configuration_is_not_sent()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = "127.0.0.1:0", AdminMembers = GatewayFile.WithToken });

        Result shutdown = Binary.Run(gateway.Folder, "shutdown", "--admin", gateway.AdminAddress);

        await Assert.That(shutdown.Status).IsEqualTo(1);
        await Assert.That(shutdown.Error)
            .StartsWith($"frpc-gateway: the gateway at {gateway.AdminAddress} refused to stop: This request requires the gateway's token: ", StringComparison.Ordinal);
    }

    [Test]
    public async Task Where_nobody_listens_it_says_so_with_status_1()
    {
        string path = _network.SocketPath("nobody");

        Result shutdown = Binary.Run(_network.Folder, "shutdown", "--admin", $"unix:{path}");

        await Assert.That((shutdown.Status, shutdown.Output)).IsEqualTo((1, ""));
        await Assert.That(shutdown.Error)
            .Matches($@"^frpc-gateway: cannot connect to unix:{path}: .*\. Is the gateway running with this admin address\? Give another one with --admin\.\n$");
    }

    [Test]
    public async Task What_is_no_admin_endpoint_is_told_with_status_1()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile());

        Result shutdown = Binary.Run(_network.Folder, "shutdown", "--admin", gateway.SmfAddress);

        await Assert.That(shutdown.Status).IsEqualTo(1);
        await Assert.That(shutdown.Error)
            .StartsWith($"frpc-gateway: {gateway.SmfAddress} is not the admin endpoint of a gateway: ", StringComparison.Ordinal);
        await Assert.That(gateway.HasExited).IsFalse();
    }

    [Test]
    public async Task A_configuration_without_an_admin_endpoint_is_told_with_status_2()
    {
        File.WriteAllText(Path.Combine(_network.Folder, "gateway.json"), new GatewayFile().ToString());
        await Assert.That(Binary.Run(_network.Folder, "shutdown"))
            .IsEqualTo(new Result(2, "", "gateway.json: it has no admin endpoint; give the address with --admin, or send SIGTERM to the process\n"));

        File.WriteAllText(Path.Combine(_network.Folder, "gateway.json"), new GatewayFile { Admin = "127.0.0.1:0" }.ToString());
        await Assert.That(Binary.Run(_network.Folder, "shutdown"))
            .IsEqualTo(new Result(2, "", "gateway.json: the kernel chose the port of 127.0.0.1:0, and the gateway printed it at start; give the address with --admin and the token with --token-file, or send SIGTERM to the process\n"));
    }

    /// <summary>One that the configuration can name.</summary>
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
