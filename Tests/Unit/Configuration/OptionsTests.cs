using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Pipes;

namespace FrameRpc.Tests.Configuration;

public sealed class OptionsTests
{
    [Test]
    public async Task What_is_not_written_has_its_default()
    {
        GatewayOptions options = Given.Options(Given.With());

        await Assert.That(options.Workers).IsEqualTo(Environment.ProcessorCount);
        await Assert.That(options.DrainTimeout).IsEqualTo(TimeSpan.FromSeconds(10));
        await Assert.That(options.Admin).IsNull();
        await Assert.That(options.Limits).IsEqualTo(new LimitOptions
            {
                MessageBytesMax = 64 << 20,
                ConnectionsMax = 10_000,
                ReplyBufferMax = 4 << 20,
                WriteTimeout = TimeSpan.FromSeconds(5),
                SharedBodyMax = 64 << 10,
            });
        await Assert.That(options.Relay)
            .IsEqualTo(new RelayPolicy { Mode = RelayMode.Auto, SpliceBytesMin = RelayPolicy.SpliceBytesMinDefault, PipesMax = 64 });
        await Assert.That((options.Listeners[0].ConnectionsMax, options.Listeners[0].Rights))
            .IsEqualTo((10_000, new SocketFileOptions { Mode = SocketRights.DefaultMode, Owner = null }));
        BackendOptions backend = options.Backends[0];
        await Assert.That((backend.Balancing, backend.ConnectTimeout, backend.CallsWaitingMax))
            .IsEqualTo((Balancing.LeastCalls, TimeSpan.FromMilliseconds(2500), 1024));
        await Assert.That(Given.Options(Given.With(rest: """ "workers": 2 """)).Backends[0].ConnectionLimits).IsEqualTo(new ConnectionLimits(Total: 128, SharedMax: 64, ExclusiveMax: 127));
        await Assert.That(backend.Servers).IsSequence([new BackendServerOptions { Address = new TcpAddress("10.0.0.1", 1), Weight = 1 }]);
        RouteOptions route = options.Routes[0];
        await Assert.That((route.Backend, route.Timeout, route.MessageBytesMax, route.OctetsBytesMax))
            .IsEqualTo(("storage", TimeSpan.FromSeconds(30), 64L << 20, null));
    }

    [Test]
    public async Task What_is_written_arrives()
    {
        GatewayOptions options = Given.Options(Given.With(
            listeners: """{ "name": "a", "address": "unix:/run/a.sock", "protocol": "frame", "connectionsMax": 5, "mode": "640", "owner": ":callers" }""",
            backends: """
                "storage": { "protocol": "smf", "servers": [ "h:1", { "address": "[::1]:2", "weight": 3 } ], "balancing": "roundRobin",
                             "connectTimeout": "250ms", "connectionsPerServerMax": 12, "callsWaitingMax": 0 }
                """,
            rest: """
                "workers": 2, "limits": { "connectionsMax": 7, "replyBufferMax": "1MiB", "writeTimeout": "1s", "sharedBodyMax": 1000, "pipesMax": 3 },
                "relay": "splice", "spliceBytesMin": "1MiB", "admin": { "address": "0.0.0.0:9", "allowRemote": true }
                """));

        var rights = new SocketFileOptions { Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, Owner = ":callers" };
        await Assert.That(options.Listeners)
            .IsSequence([new ListenerOptions { Name = "a", Address = new UnixAddress("/run/a.sock"), Protocol = WireFormat.Frame, ConnectionsMax = 5, Rights = rights }]);
        BackendOptions backend = await Assert.That(options.Backends).HasSingleItem();
        await Assert.That((backend.Name, backend.Protocol, backend.Balancing)).IsEqualTo(("storage", WireFormat.Smf, Balancing.RoundRobin));
        await Assert.That((backend.ConnectTimeout, backend.ConnectionLimits, backend.CallsWaitingMax))
            .IsEqualTo((TimeSpan.FromMilliseconds(250), new ConnectionLimits(Total: 6, SharedMax: 3, ExclusiveMax: 5), 0));
        await Assert.That(backend.Servers)
            .IsSequence([new BackendServerOptions { Address = new TcpAddress("h", 1), Weight = 1 }, new BackendServerOptions { Address = new TcpAddress("::1", 2), Weight = 3 }]);
        await Assert.That((options.Limits.ConnectionsMax, options.Limits.ReplyBufferMax, options.Limits.WriteTimeout, options.Limits.SharedBodyMax))
            .IsEqualTo((7, 1 << 20, TimeSpan.FromSeconds(1), 1000));
        await Assert.That(options.Relay).IsEqualTo(new RelayPolicy { Mode = RelayMode.Splice, SpliceBytesMin = 1 << 20, PipesMax = 3 });
        await Assert.That(options.Admin).IsEqualTo(new AdminOptions { Address = new TcpAddress("0.0.0.0", 9), AllowRemote = true });
    }

    [Test]
    [Arguments("auto", RelayMode.Auto)]
    [Arguments("splice", RelayMode.Splice)]
    [Arguments("copy", RelayMode.Copy)]
    public async Task Relay_is_one_of_three_words(string word, object mode) =>
        await Assert.That((object)Given.Options(Given.With(rest: $"\"relay\": \"{word}\"")).Relay.Mode).IsEqualTo(mode);

    [Test]
    public async Task The_shipped_configuration_is_right()
    {
        var configuration = GatewayConfiguration.Read(Repository.Read("gateway.json"), "gateway.json", Given.Environment(), Given.NoSchemas);

        await Assert.That(configuration.Mistakes).IsEmpty();
        await Assert.That(configuration.Options!.Listeners.Select(l => l.Address.ToString())).IsSequence(["127.0.0.1:11225", "127.0.0.1:8888"]);
        await Assert.That(configuration.Options.Admin)
            .IsEqualTo(new AdminOptions { Address = new TcpAddress("127.0.0.1", 9901), AllowRemote = false, TokenFile = "frpc-gateway.token", CreateToken = true });
        await Assert.That(configuration.Options.Routes.Select(r => r.Name)).IsSequence(["storage-get", "echo", "echo-octets", "stream"]);
        foreach (BackendOptions backend in configuration.Options.Backends)
            await Assert.That(backend.Servers.Select(s => s.Address)).IsSequence([DemoAddress.Instance]);
    }
}
