using FrameRpc.Gateway.Sockets;
using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>Who may reach the admin endpoint, and who may ask it for what.</summary>
public sealed class AdminAccessTests : IDisposable
{
    private const string NeedsRoot = "only root becomes another user";

    private readonly TestNetwork _network = new();

    private string Socket => _network.SocketPath("admin");

    public void Dispose() => _network.Dispose();

    [Test]
    public async Task An_address_that_other_machines_reach_is_refused_unless_that_is_allowed()
    {
        Result refused = GatewayProcess.Run(new GatewayFile { Admin = "0.0.0.0:0" }, _network.Folder);

        await Assert.That(refused.Status).IsEqualTo(2);
        await Assert.That(refused.Error)
            .Matches(@"^gateway\.json:\d+:\d+: admin\.address: 0\.0\.0\.0:0 is reachable from other machines, .*""allowRemote"": true\n$");
    }

    [Test]
    public async Task Another_machine_may_look_and_stops_the_gateway_with_its_token_alone()
    {
        using OtherMachine? other = OtherMachine.TryCreate();
        Skip.When(other is null, "network namespaces cannot be made here");
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = "0.0.0.0:0", AdminMembers = $"\"allowRemote\": true, {GatewayFile.WithToken}" });
        string address = gateway.AdminAddress.Replace("0.0.0.0", OtherMachine.HereAddress, StringComparison.Ordinal);

        // As the probes of a kubelet ask, and as Prometheus does.
        await Assert.That(other.Ask(address, Request("GET", "/readyz", host: address))).StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal);
        await Assert.That(other.Ask(address, Request("GET", "/config", host: "rebound.example"))).StartsWith("HTTP/1.1 421 ", StringComparison.Ordinal);
        await Assert.That(other.Ask(address, Request("GET", "/config", host: OtherMachine.ThereAddress))).StartsWith("HTTP/1.1 421 ", StringComparison.Ordinal);
        foreach (string path in (string[])["/drain", "/shutdown"])
            await Assert.That(other.Ask(address, Request("POST", path, host: address))).StartsWith("HTTP/1.1 401 ", StringComparison.Ordinal);
        await Assert.That(other.Ask(address, Request("GET", "/readyz", host: address))).EndsWith("ready\n", StringComparison.Ordinal);

        await Assert.That(other.Ask(address, Request("POST", "/shutdown", host: address, $"Authorization: Bearer {gateway.AdminToken}\\r\\n")))
            .StartsWith("HTTP/1.1 202 ", StringComparison.Ordinal);
        await Assert.That(gateway.WaitForExit()).IsEqualTo(0);
    }

    [Test]
    [Arguments("/drain")]
    [Arguments("/shutdown")]
    public async Task A_page_in_a_browser_on_this_machine_may_not_stop_it(string path)
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = "127.0.0.1:0", AdminMembers = GatewayFile.WithToken });
        using AdminHttp admin = gateway.AskAdmin();

        AdminAnswer answer = admin.Ask(HttpMethod.Post, path, request => request.Headers.Add("Origin", "http://somewhere.example"));

        await Assert.That((answer.Status, answer.Text)).IsEqualTo((403, "Requests from web pages are not allowed: the request has an Origin header.\n"));
        await Assert.That(admin.Get("/readyz").Status).IsEqualTo(200);
    }

    [Test]
    [Arguments("/drain")]
    [Arguments("/shutdown")]
    public async Task To_come_from_this_machine_is_no_right_and_the_answer_says_what_is(string path)
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = "127.0.0.1:0" });
        using var admin = new AdminHttp(gateway.AdminAddress);

        AdminAnswer answer = admin.Post(path);

        await Assert.That(answer.Status).IsEqualTo(403);
        await Assert.That(answer.Text)
            .Contains("set \"tokenFile\": \"FILE\" and \"createToken\": true in \"admin\", or listen on \"unix:PATH\"", StringComparison.Ordinal);
        await Assert.That(admin.Get("/readyz").Short).IsEqualTo((200, "ready\n"));
        Patience.Until(() => gateway.Error.Contains($"[401] POST {path} from 127.0.0.1 refused: Requests over TCP require a token", StringComparison.Ordinal), "the decision is logged");
    }

    [Test]
    public async Task Over_tcp_the_token_decides_and_not_the_user()
    {
        Skip.Unless(Environment.IsPrivilegedProcess, NeedsRoot);
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = "127.0.0.1:0", AdminMembers = GatewayFile.WithToken });
        string url = $"http://{gateway.AdminAddress}/shutdown";

        await Assert.That(Curl(url)).IsEqualTo("401");
        await Assert.That(CurlAsOther(url)).IsEqualTo("401");
        await Assert.That(CurlAsOther(url, "--header", "Authorization: Bearer 0123456789abcdef0123456789abcdef")).IsEqualTo("401");
        await Assert.That(Programs.Run(OtherUser.StartProgram(OtherUser.Number, Path.GetTempPath(), ["cat", Path.Combine(gateway.Folder, "admin.token")])).Status)
            .IsNotEqualTo(0);
        await Assert.That(gateway.HasExited).IsFalse();

        await Assert.That(CurlAsOther(url, "--header", $"Authorization: Bearer {gateway.AdminToken}")).IsEqualTo("202");
        await Assert.That(gateway.WaitForExit()).IsEqualTo(0);
        await Assert.That(gateway.Error).Contains("[402] POST /shutdown from 127.0.0.1 authorized by its token.", StringComparison.Ordinal);
        await Assert.That(gateway.Error + gateway.Output).DoesNotContain(gateway.AdminToken, StringComparison.Ordinal);
    }

    [Test]
    public async Task A_refusal_without_the_token_says_how_to_bring_it()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = "127.0.0.1:0", AdminMembers = GatewayFile.WithToken });
        using var admin = new AdminHttp(gateway.AdminAddress);

        AdminAnswer answer = admin.Post("/shutdown");

        await Assert.That((answer.Status, answer.Headers["WWW-Authenticate"])).IsEqualTo((401, "Bearer realm=\"frpc-gateway\""));
        await Assert.That(answer.Text)
            .IsEqualTo("This request requires the gateway's token: send the header \"Authorization: Bearer TOKEN\" with the content of the file admin.tokenFile; frpc-gateway shutdown does this automatically.\n");
    }

    [Test]
    public async Task Over_a_unix_socket_its_own_user_stops_it()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = $"unix:{Socket}" });
        using var admin = new AdminHttp(gateway.AdminAddress);

        await Assert.That(admin.Post("/shutdown").Status).IsEqualTo(202);

        await Assert.That(gateway.WaitForExit()).IsEqualTo(0);
        await Assert.That(gateway.Output)
            .Contains($"\ndraining: requested by POST /shutdown from user {PeerUser.EffectiveUser()} over a Unix socket; ", StringComparison.Ordinal);
    }

    [Test]
    public async Task Over_a_unix_socket_another_user_looks_and_does_not_stop_it_without_the_token()
    {
        Skip.Unless(Environment.IsPrivilegedProcess, NeedsRoot);
        OpenFolder();
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = $"unix:{Socket}", AdminMembers = $"\"mode\": \"0666\", {GatewayFile.WithToken}" });

        await Assert.That(CurlAsOther("http://x/readyz", "--unix-socket", Socket, "--get")).IsEqualTo("200");
        await Assert.That(CurlAsOther("http://x/shutdown", "--unix-socket", Socket)).IsEqualTo("401");
        await Assert.That(gateway.HasExited).IsFalse();
        await Assert.That(CurlAsOther("http://x/shutdown", "--unix-socket", Socket, "--header", $"Authorization: Bearer {gateway.AdminToken}"))
            .IsEqualTo("202");
        await Assert.That(gateway.WaitForExit()).IsEqualTo(0);
    }

    [Test]
    public async Task Over_a_unix_socket_without_a_token_there_is_only_its_user_and_root()
    {
        Skip.Unless(Environment.IsPrivilegedProcess, NeedsRoot);
        FileSystem.ChangeMode(_network.Folder, (UnixFileMode)0b111_111_111);
        const uint own = 54321;
        using var gateway = GatewayProcess.Start(
            new GatewayFile { Admin = $"unix:{Socket}", AdminMembers = "\"mode\": \"0666\"" },
            folder =>
            {
                FileSystem.ChangeMode(folder, (UnixFileMode)0b111_101_101);
                return OtherUser.Start(own, folder);
            });

        await Assert.That(CurlAsOther("http://x/drain", "--unix-socket", Socket)).IsEqualTo("403");
        Patience.Until(() => gateway.Error.Contains("[401] POST /drain from user 65534 over a Unix socket refused: User 65534 is neither the gateway's own (54321) nor root", StringComparison.Ordinal), "the decision is logged");
        await Assert.That(CurlAs(own, "http://x/drain", "--unix-socket", Socket)).IsEqualTo("202");
        await Assert.That(Curl("http://x/shutdown", "--unix-socket", Socket)).IsEqualTo("202");
        await Assert.That(gateway.WaitForExit()).IsEqualTo(0);
    }

    [Test]
    public async Task A_name_that_was_made_to_stand_for_this_machine_reads_nothing()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = "127.0.0.1:0", AdminMembers = "\"hosts\": [\"gateway.internal\"]" });
        using var admin = new AdminHttp(gateway.AdminAddress);

        AdminAnswer[] answers = [.. new[] { "/", "/config", "/routes", "/metrics", "/healthz", "/nothing" }.Select(path => Ask(admin, path, "rebound.example"))];

        foreach (AdminAnswer answer in answers)
            await Assert.That(answer.Short)
                .IsEqualTo((421, "The host \"rebound.example\" is not this gateway: it is neither localhost nor the address that the request was sent to. To allow it, add it to \"hosts\" in \"admin\".\n"));
        Patience.Until(() => gateway.Error.Contains("[403] A request from 127.0.0.1 for the host \"rebound.example\" was refused", StringComparison.Ordinal), "the refusal is logged");
        foreach (string host in (string[])["gateway.internal", "gateway.internal:80", "localhost", "127.0.0.1", "127.1.2.3:4", "[::1]"])
            await Assert.That(Ask(admin, "/config", host).Status).IsEqualTo(200);
    }

    [Test]
    public async Task The_token_is_made_once_for_the_gateways_user_alone_and_never_printed()
    {
        var file = new GatewayFile { Admin = "127.0.0.1:0", AdminMembers = GatewayFile.WithToken };
        using var gateway = GatewayProcess.Start(file);
        string path = Path.Combine(gateway.Folder, "admin.token"), token = gateway.AdminToken;
        using var admin = new AdminHttp(gateway.AdminAddress);

        await Assert.That(FileSystem.Look(path)!.Value.Mode).IsEqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        string config = admin.Get("/config").Text;
        await Assert.That(config).Contains("\"tokenFile\": \"admin.token\"", StringComparison.Ordinal);
        await Assert.That(config).DoesNotContain(token, StringComparison.Ordinal);
        gateway.Signal(Signals.Terminate);
        await Assert.That(gateway.WaitForExit()).IsEqualTo(0);

        // The next one finds it.
        await Assert.That(Binary.Run(gateway.Folder, "check").Status).IsEqualTo(0);
        await Assert.That(gateway.AdminToken).IsEqualTo(token);
    }

    [Test]
    [Arguments("short", "600", "the token in admin.token has only 5 characters; ")]
    [Arguments("0123456789abcdef", "644", "admin.token is accessible to other users (mode 0644); chmod 600 admin.token, ")]
    [Arguments(null, "", "admin.token does not exist; create it, ")]
    public async Task A_token_that_cannot_be_used_is_told_and_nothing_is_started(string? token, string mode, string problem)
    {
        string path = Path.Combine(_network.Folder, "admin.token");
        if (token is not null)
        {
            File.WriteAllText(path, token);
            FileSystem.ChangeMode(path, (UnixFileMode)Convert.ToInt32(mode, 8));
        }

        Result start = GatewayProcess.Run(new GatewayFile { Admin = "127.0.0.1:0", AdminMembers = "\"tokenFile\": \"admin.token\"" }, _network.Folder);
        Result check = Binary.Run(_network.Folder, "check");

        await Assert.That((start.Status, check.Status, check.Error)).IsEqualTo((2, 2, start.Error));
        await Assert.That(start.Error).Matches(@"^gateway\.json:\d+:\d+: admin\.tokenFile: ");
        await Assert.That(start.Error).Contains(problem, StringComparison.Ordinal);
    }

    private static AdminAnswer Ask(AdminHttp admin, string path, string host) => admin.Ask(HttpMethod.Get, path, request => request.Headers.Host = host);

    private void OpenFolder() => FileSystem.ChangeMode(_network.Folder, (UnixFileMode)0b111_101_101);

    /// <summary>The status of a POST.</summary>
    private string Curl(string url, params string[] options) => Programs.Run(Programs.Start("curl", _network.Folder, [], CurlWords(url, options))).Output;

    private static string CurlAsOther(string url, params string[] options) => CurlAs(OtherUser.Number, url, options);

    private static string CurlAs(uint user, string url, params string[] options) =>
        Programs.Run(OtherUser.StartProgram(user, Path.GetTempPath(), ["curl", .. CurlWords(url, options)])).Output;

    private static string[] CurlWords(string url, string[] options) =>
        ["--silent", "--output", "/dev/null", "--write-out", "%{http_code}", .. options.Contains("--get") ? [] : new[] { "--request", "POST" }, .. options, url];

    private static string Request(string method, string path, string host, string headers = "") =>
        $"{method} {path} HTTP/1.1\\r\\nHost: {host}\\r\\n{headers}Content-Length: 0\\r\\nConnection: close\\r\\n\\r\\n";
}
