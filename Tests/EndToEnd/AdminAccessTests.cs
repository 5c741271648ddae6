using FrameRpc.Gateway.Sockets;
using FrameRpc.Tests.Cli;
using Xunit;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>Who may reach the admin endpoint, and who may ask it for what.</summary>
public sealed class AdminAccessTests : IDisposable
{
    private const string NeedsRoot = "only root becomes another user";

    private readonly TestNetwork _network = new();

    private string Socket => _network.SocketPath("admin");

    public void Dispose() => _network.Dispose();

    [Fact]
    public void An_address_that_other_machines_reach_is_refused_unless_that_is_allowed()
    {
        Result refused = GatewayProcess.Run(new GatewayFile { Admin = "0.0.0.0:0" }, _network.Folder);

        Assert.Equal(2, refused.Status);
        Assert.Matches(@"^gateway\.json:\d+:\d+: admin\.address: 0\.0\.0\.0:0 can be reached from other machines, .*""allowRemote"": true beside it\n$", refused.Error);
    }

    [Fact]
    public void Another_machine_may_look_and_stops_the_gateway_with_its_token_alone()
    {
        using OtherMachine? other = OtherMachine.TryCreate();
        Assert.SkipWhen(other is null, "network namespaces cannot be made here");
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = "0.0.0.0:0", AdminMembers = $"\"allowRemote\": true, {GatewayFile.WithToken}" });
        string address = gateway.AdminAddress.Replace("0.0.0.0", OtherMachine.HereAddress, StringComparison.Ordinal);

        // As the probes of a kubelet ask, and as Prometheus does.
        Assert.StartsWith("HTTP/1.1 200 ", other.Ask(address, Request("GET", "/readyz", host: address)), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 421 ", other.Ask(address, Request("GET", "/config", host: "rebound.example")), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 421 ", other.Ask(address, Request("GET", "/config", host: OtherMachine.ThereAddress)), StringComparison.Ordinal);
        Assert.All(["/drain", "/shutdown"], path => Assert.StartsWith("HTTP/1.1 401 ", other.Ask(address, Request("POST", path, host: address)), StringComparison.Ordinal));
        Assert.EndsWith("ready\n", other.Ask(address, Request("GET", "/readyz", host: address)), StringComparison.Ordinal);

        Assert.StartsWith("HTTP/1.1 202 ", other.Ask(address, Request("POST", "/shutdown", host: address, $"Authorization: Bearer {gateway.AdminToken}\\r\\n")), StringComparison.Ordinal);
        Assert.Equal(0, gateway.WaitForExit());
    }

    [Theory]
    [InlineData("/drain")]
    [InlineData("/shutdown")]
    public void A_page_in_a_browser_on_this_machine_may_not_stop_it(string path)
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = "127.0.0.1:0", AdminMembers = GatewayFile.WithToken });
        using AdminHttp admin = gateway.AskAdmin();

        AdminAnswer answer = admin.Ask(HttpMethod.Post, path, request => request.Headers.Add("Origin", "http://somewhere.example"));

        Assert.Equal((403, "A page in a browser may not ask for this: there is an Origin header.\n"), (answer.Status, answer.Text));
        Assert.Equal(200, admin.Get("/readyz").Status);
    }

    [Theory]
    [InlineData("/drain")]
    [InlineData("/shutdown")]
    public void To_come_from_this_machine_is_no_right_and_the_answer_says_what_is(string path)
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = "127.0.0.1:0" });
        using var admin = new AdminHttp(gateway.AdminAddress);

        AdminAnswer answer = admin.Post(path);

        Assert.Equal(403, answer.Status);
        Assert.Contains("write \"tokenFile\": \"FILE\" and \"createToken\": true beside \"address\" in \"admin\", or let it listen on \"unix:PATH\"", answer.Text, StringComparison.Ordinal);
        Assert.Equal((200, "ready\n"), admin.Get("/readyz").Short);
        Patience.Until(() => gateway.Error.Contains($"[401] POST {path} from 127.0.0.1 is refused: Over TCP anybody may come", StringComparison.Ordinal), "the decision is logged");
    }

    [Fact]
    public void Over_tcp_the_token_decides_and_not_the_user()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, NeedsRoot);
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = "127.0.0.1:0", AdminMembers = GatewayFile.WithToken });
        string url = $"http://{gateway.AdminAddress}/shutdown";

        Assert.Equal("401", Curl(url));
        Assert.Equal("401", CurlAsOther(url));
        Assert.Equal("401", CurlAsOther(url, "--header", "Authorization: Bearer 0123456789abcdef0123456789abcdef"));
        Assert.NotEqual(0, Binary.Run(OtherUser.StartProgram(OtherUser.Number, Path.GetTempPath(), ["cat", Path.Combine(gateway.Folder, "admin.token")])).Status);
        Assert.False(gateway.HasExited);

        Assert.Equal("202", CurlAsOther(url, "--header", $"Authorization: Bearer {gateway.AdminToken}"));
        Assert.Equal(0, gateway.WaitForExit());
        Assert.Contains("[402] POST /shutdown from 127.0.0.1 is taken because of its token.", gateway.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(gateway.AdminToken, gateway.Error + gateway.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_without_the_token_says_how_to_bring_it()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = "127.0.0.1:0", AdminMembers = GatewayFile.WithToken });
        using var admin = new AdminHttp(gateway.AdminAddress);

        AdminAnswer answer = admin.Post("/shutdown");

        Assert.Equal((401, "Bearer realm=\"frpc-gateway\""), (answer.Status, answer.Headers["WWW-Authenticate"]));
        Assert.Equal("What changes the gateway takes its token: send the header \"Authorization: Bearer TOKEN\" with what is in the file of admin.tokenFile; frpc-gateway shutdown does so by itself.\n", answer.Text);
    }

    [Fact]
    public void Over_a_unix_socket_its_own_user_stops_it()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = $"unix:{Socket}" });
        using var admin = new AdminHttp(gateway.AdminAddress);

        Assert.Equal(202, admin.Post("/shutdown").Status);

        Assert.Equal(0, gateway.WaitForExit());
        Assert.Contains($"\ndraining: asked by POST /shutdown from user {PeerUser.EffectiveUser()} over a Unix socket; ", gateway.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Over_a_unix_socket_another_user_looks_and_does_not_stop_it_without_the_token()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, NeedsRoot);
        OpenFolder();
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = $"unix:{Socket}", AdminMembers = $"\"mode\": \"0666\", {GatewayFile.WithToken}" });

        Assert.Equal("200", CurlAsOther("http://x/readyz", "--unix-socket", Socket, "--get"));
        Assert.Equal("401", CurlAsOther("http://x/shutdown", "--unix-socket", Socket));
        Assert.False(gateway.HasExited);
        Assert.Equal("202", CurlAsOther("http://x/shutdown", "--unix-socket", Socket, "--header", $"Authorization: Bearer {gateway.AdminToken}"));
        Assert.Equal(0, gateway.WaitForExit());
    }

    [Fact]
    public void Over_a_unix_socket_without_a_token_there_is_only_its_user_and_root()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, NeedsRoot);
        FileSystem.ChangeMode(_network.Folder, (UnixFileMode)0b111_111_111);
        const uint own = 54321;
        using var gateway = GatewayProcess.Start(
            new GatewayFile { Admin = $"unix:{Socket}", AdminMembers = "\"mode\": \"0666\"" },
            folder =>
            {
                FileSystem.ChangeMode(folder, (UnixFileMode)0b111_101_101);
                return OtherUser.Start(own, folder);
            });

        Assert.Equal("403", CurlAsOther("http://x/drain", "--unix-socket", Socket));
        Patience.Until(() => gateway.Error.Contains("[401] POST /drain from user 65534 over a Unix socket is refused: User 65534 is neither the gateway's own (54321) nor root", StringComparison.Ordinal), "the decision is logged");
        Assert.Equal("202", CurlAs(own, "http://x/drain", "--unix-socket", Socket));
        Assert.Equal("202", Curl("http://x/shutdown", "--unix-socket", Socket));
        Assert.Equal(0, gateway.WaitForExit());
    }

    [Fact]
    public void A_name_that_was_made_to_stand_for_this_machine_reads_nothing()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = "127.0.0.1:0", AdminMembers = "\"hosts\": [\"gateway.internal\"]" });
        using var admin = new AdminHttp(gateway.AdminAddress);

        AdminAnswer[] answers = [.. new[] { "/", "/config", "/routes", "/metrics", "/healthz", "/nothing" }.Select(path => Ask(admin, path, "rebound.example"))];

        Assert.All(answers, answer => Assert.Equal(
            (421, "The host \"rebound.example\" is not known to be this gateway: it is neither localhost nor an address that the request came to. Write it into \"hosts\" of \"admin\", if this is meant.\n"),
            answer.Short));
        Assert.Contains("[403] A request from 127.0.0.1 for the host \"rebound.example\" is refused", gateway.Error, StringComparison.Ordinal);
        Assert.All(["gateway.internal", "gateway.internal:80", "localhost", "127.0.0.1", "127.1.2.3:4", "[::1]"], host => Assert.Equal(200, Ask(admin, "/config", host).Status));
    }

    [Fact]
    public void The_token_is_made_once_for_the_gateways_user_alone_and_never_printed()
    {
        var file = new GatewayFile { Admin = "127.0.0.1:0", AdminMembers = GatewayFile.WithToken };
        using var gateway = GatewayProcess.Start(file);
        string path = Path.Combine(gateway.Folder, "admin.token"), token = gateway.AdminToken;
        using var admin = new AdminHttp(gateway.AdminAddress);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, FileSystem.Look(path)!.Value.Mode);
        string config = admin.Get("/config").Text;
        Assert.Contains("\"tokenFile\": \"admin.token\"", config, StringComparison.Ordinal);
        Assert.DoesNotContain(token, config, StringComparison.Ordinal);
        gateway.Signal(Signals.Terminate);
        Assert.Equal(0, gateway.WaitForExit());

        // The next one finds it.
        Assert.Equal(0, Binary.Run(gateway.Folder, "check").Status);
        Assert.Equal(token, gateway.AdminToken);
    }

    [Theory]
    [InlineData("short", "600", "the token in admin.token has 5 characters, which are too few; ")]
    [InlineData("0123456789abcdef", "644", "others than its owner may use admin.token (mode 0644); chmod 600 admin.token, ")]
    [InlineData(null, "", "there is no admin.token; make it, ")]
    public void A_token_that_cannot_be_used_is_told_and_nothing_is_started(string? token, string mode, string problem)
    {
        string path = Path.Combine(_network.Folder, "admin.token");
        if (token is not null)
        {
            File.WriteAllText(path, token);
            FileSystem.ChangeMode(path, (UnixFileMode)Convert.ToInt32(mode, 8));
        }

        Result start = GatewayProcess.Run(new GatewayFile { Admin = "127.0.0.1:0", AdminMembers = "\"tokenFile\": \"admin.token\"" }, _network.Folder);
        Result check = Binary.Run(_network.Folder, "check");

        Assert.Equal((2, 2, start.Error), (start.Status, check.Status, check.Error));
        Assert.Matches(@"^gateway\.json:\d+:\d+: admin\.tokenFile: ", start.Error);
        Assert.Contains(problem, start.Error, StringComparison.Ordinal);
    }

    private static AdminAnswer Ask(AdminHttp admin, string path, string host) => admin.Ask(HttpMethod.Get, path, request => request.Headers.Host = host);

    private void OpenFolder() => FileSystem.ChangeMode(_network.Folder, (UnixFileMode)0b111_101_101);

    /// <summary>The status of a POST.</summary>
    private string Curl(string url, params string[] options) => Binary.Run(Binary.StartProgram("curl", _network.Folder, [], CurlWords(url, options))).Output;

    private static string CurlAsOther(string url, params string[] options) => CurlAs(OtherUser.Number, url, options);

    private static string CurlAs(uint user, string url, params string[] options) =>
        Binary.Run(OtherUser.StartProgram(user, Path.GetTempPath(), ["curl", .. CurlWords(url, options)])).Output;

    private static string[] CurlWords(string url, string[] options) =>
        ["--silent", "--output", "/dev/null", "--write-out", "%{http_code}", .. options.Contains("--get") ? [] : new[] { "--request", "POST" }, .. options, url];

    private static string Request(string method, string path, string host, string headers = "") =>
        $"{method} {path} HTTP/1.1\\r\\nHost: {host}\\r\\n{headers}Content-Length: 0\\r\\nConnection: close\\r\\n\\r\\n";
}
