using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Workers;
using Xunit;

namespace FrameRpc.Tests.Configuration;

public sealed class OptionsTests
{
    [Fact]
    public void What_is_not_written_has_its_default()
    {
        GatewayOptions options = Given.Options(Given.With());

        Assert.Equal(Environment.ProcessorCount, options.Workers);
        Assert.Equal(TimeSpan.FromSeconds(10), options.DrainTimeout);
        Assert.Null(options.Admin);
        Assert.Equal(
            new LimitOptions
            {
                MessageBytesMax = 64 << 20,
                ConnectionsMax = 10_000,
                ReplyBufferMax = 4 << 20,
                WriteTimeout = TimeSpan.FromSeconds(5),
                SharedBodyMax = 64 << 10,
            },
            options.Limits);
        Assert.Equal(new RelayPolicy { Mode = RelayMode.Auto, SpliceBytesMin = RelayPolicy.SpliceBytesMinDefault, PipesMax = 64 }, options.Relay);
        Assert.Equal((10_000, new SocketFileOptions { Mode = SocketRights.DefaultMode, Owner = null }), (options.Listeners[0].ConnectionsMax, options.Listeners[0].Rights));
        BackendOptions backend = options.Backends[0];
        Assert.Equal((Balancing.LeastCalls, TimeSpan.FromSeconds(1), 1024), (backend.Balancing, backend.ConnectTimeout, backend.CallsWaitingMax));
        Assert.Equal(new LaneShare(Shared: 8, Exclusive: 120), Given.Options(Given.With(rest: """ "workers": 2 """)).Backends[0].Lanes);
        Assert.Equal([new ServerOptions { Address = new TcpAddress("10.0.0.1", 1), Weight = 1 }], backend.Servers);
        RouteOptions route = options.Routes[0];
        Assert.Equal((0, TimeSpan.FromSeconds(30), 64L << 20, null), (route.Backend, route.Timeout, route.MessageBytesMax, route.OctetsBytesMax));
    }

    [Fact]
    public void What_is_written_arrives()
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
        Assert.Equal(
            [new ListenerOptions { Name = "a", Address = new UnixAddress("/run/a.sock"), Protocol = WireProtocol.Frame, ConnectionsMax = 5, Rights = rights }],
            options.Listeners);
        BackendOptions backend = Assert.Single(options.Backends);
        Assert.Equal(("storage", WireProtocol.Smf, Balancing.RoundRobin), (backend.Name, backend.Protocol, backend.Balancing));
        Assert.Equal((TimeSpan.FromMilliseconds(250), new LaneShare(Shared: 1, Exclusive: 5), 0), (backend.ConnectTimeout, backend.Lanes, backend.CallsWaitingMax));
        Assert.Equal(
            [new ServerOptions { Address = new TcpAddress("h", 1), Weight = 1 }, new ServerOptions { Address = new TcpAddress("::1", 2), Weight = 3 }],
            backend.Servers);
        Assert.Equal((7, 1 << 20, TimeSpan.FromSeconds(1), 1000), (options.Limits.ConnectionsMax, options.Limits.ReplyBufferMax, options.Limits.WriteTimeout, options.Limits.SharedBodyMax));
        Assert.Equal(new RelayPolicy { Mode = RelayMode.Splice, SpliceBytesMin = 1 << 20, PipesMax = 3 }, options.Relay);
        Assert.Equal(new AdminOptions { Address = new TcpAddress("0.0.0.0", 9), AllowRemote = true }, options.Admin);
    }

    [Theory]
    [InlineData("auto", RelayMode.Auto)]
    [InlineData("splice", RelayMode.Splice)]
    [InlineData("copy", RelayMode.Copy)]
    public void Relay_is_one_of_three_words(string word, object mode) =>
        Assert.Equal(mode, Given.Options(Given.With(rest: $"\"relay\": \"{word}\"")).Relay.Mode);

    [Fact]
    public void The_shipped_configuration_is_right()
    {
        var configuration = GatewayConfiguration.Read(Repository.Read("gateway.json"), "gateway.json", Given.Environment(), Given.NoSchemas);

        Assert.Empty(configuration.Mistakes);
        Assert.Equal(["127.0.0.1:11225", "127.0.0.1:8888"], configuration.Options!.Listeners.Select(l => l.Address.ToString()));
        Assert.Equal(new AdminOptions { Address = new TcpAddress("127.0.0.1", 9901), AllowRemote = false, TokenFile = "frpc-gateway.token", CreateToken = true }, configuration.Options.Admin);
        Assert.Equal(["storage-get", "echo", "echo-octets", "stream"], configuration.Options.Routes.Select(r => r.Name));
        Assert.All(configuration.Options.Backends, backend => Assert.Equal([DemoAddress.Instance], backend.Servers.Select(s => s.Address)));
    }
}
