using FrameRpc.Tests.Cli;
using Xunit;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>Who may reach the admin endpoint, and who may ask it for what.</summary>
public sealed class AdminAccessTests : IDisposable
{
    private readonly TestNetwork _network = new();

    public void Dispose() => _network.Dispose();

    [Fact]
    public void An_address_that_other_machines_reach_is_refused_unless_that_is_allowed()
    {
        Result refused = GatewayProcess.Run(new GatewayFile { Admin = "0.0.0.0:0" }, _network.Folder);

        Assert.Equal(2, refused.Status);
        Assert.Matches(@"^gateway\.json:\d+:\d+: admin\.address: 0\.0\.0\.0:0 can be reached from other machines, .*""allowRemote"": true beside it\n$", refused.Error);
    }

    [Fact]
    public void Another_machine_may_look_and_may_not_stop_the_gateway()
    {
        using OtherMachine? other = OtherMachine.TryCreate();
        Assert.SkipWhen(other is null, "network namespaces cannot be made here");
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = $"{OtherMachine.HereAddress}:0", AdminMembers = "\"allowRemote\": true" });

        string ready = other.Ask(gateway.AdminAddress, Request("GET", "/readyz"));
        string drain = other.Ask(gateway.AdminAddress, Request("POST", "/drain"));
        string shutdown = other.Ask(gateway.AdminAddress, Request("POST", "/shutdown"));

        Assert.StartsWith("HTTP/1.1 200 ", ready, StringComparison.Ordinal);
        Assert.All([drain, shutdown], answer =>
        {
            Assert.StartsWith("HTTP/1.1 403 ", answer, StringComparison.Ordinal);
            Assert.EndsWith($"Only this machine may ask for this, and {OtherMachine.ThereAddress} is another.\n", answer, StringComparison.Ordinal);
        });
        Assert.EndsWith("ready\n", other.Ask(gateway.AdminAddress, Request("GET", "/readyz")), StringComparison.Ordinal);
        // This machine may, at its own address that is not loopback.
        using var here = new AdminHttp(gateway.AdminAddress);
        Assert.Equal(202, here.Post("/shutdown").Status);
        Assert.Equal(0, gateway.WaitForExit());
    }

    [Theory]
    [InlineData("/drain")]
    [InlineData("/shutdown")]
    public void A_page_in_a_browser_on_this_machine_may_not_stop_it(string path)
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = "127.0.0.1:0" });
        using var admin = new AdminHttp(gateway.AdminAddress);

        AdminAnswer answer = admin.Ask(HttpMethod.Post, path, request => request.Headers.Add("Origin", "http://somewhere.example"));

        Assert.Equal((403, "A page in a browser may not ask for this: there is an Origin header.\n"), (answer.Status, answer.Text));
        Assert.Equal(200, admin.Get("/readyz").Status);
    }

    [Fact]
    public void Over_a_unix_socket_it_can_be_stopped()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = $"unix:{_network.SocketPath("admin")}" });
        using var admin = new AdminHttp(gateway.AdminAddress);

        Assert.Equal(202, admin.Post("/shutdown").Status);

        Assert.Equal(0, gateway.WaitForExit());
        Assert.Contains("\ndraining: asked by POST /shutdown from a Unix socket; ", gateway.Output, StringComparison.Ordinal);
    }

    private static string Request(string method, string path) =>
        $"{method} {path} HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n";
}
