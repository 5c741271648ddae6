using System.Text.Json;
using FrameRpc.Tests.Cli;
using Xunit;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>What the admin endpoint of the published binary answers.</summary>
public sealed class AdminTests : IDisposable
{
    private static readonly GatewayFile File = new() { Admin = "127.0.0.1:0" };

    private readonly TestNetwork _network = new();

    public void Dispose() => _network.Dispose();

    [Fact]
    public void A_gateway_says_where_it_listens_before_it_is_ready_and_lists_all_that_there_is()
    {
        using var gateway = GatewayProcess.Start(File);
        using var admin = new AdminHttp(gateway.AdminAddress);

        AdminAnswer list = admin.Get("/");

        Assert.Equal(200, list.Status);
        foreach (string line in list.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] words = line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
            if (words[0] == "GET")
                Assert.Equal((words[1], 200), (words[1], admin.Get(words[1]).Status));
        }
        Assert.All(
            ["/healthz", "/readyz", "/routes", "/backends", "/config", "/drain", "/shutdown"],
            path => Assert.Contains($" {path} ", list.Text, StringComparison.Ordinal));
        Assert.Equal(404, admin.Get("/nothing").Status);
        Assert.Equal(405, admin.Get("/drain").Status);
        Assert.Equal(405, admin.Post("/healthz").Status);
    }

    [Fact]
    public void Probes_are_answered_by_get_and_head()
    {
        using var gateway = GatewayProcess.Start(File);
        using var admin = new AdminHttp(gateway.AdminAddress);

        Assert.Equal((200, "ok\n"), admin.Get("/healthz").Short);
        Assert.Equal((200, "ready\n"), admin.Get("/readyz").Short);
        Assert.Equal((200, ""), admin.Ask(HttpMethod.Head, "/healthz").Short);
        Assert.Equal((200, ""), admin.Ask(HttpMethod.Head, "/readyz").Short);
    }

    [Fact]
    public void Routes_are_those_of_the_file_with_the_ids_as_they_are_on_the_wire()
    {
        using var gateway = GatewayProcess.Start(File with { Timeout = "2s", RouteMembers = "\"messageBytesMax\": \"1KiB\"" });
        using var admin = new AdminHttp(gateway.AdminAddress);

        AdminAnswer answer = admin.Get("/routes");

        Assert.Equal((200, "application/json"), (answer.Status, answer.ContentType));
        using var json = JsonDocument.Parse(answer.Text);
        JsonElement[] routes = [.. json.RootElement.GetProperty("routes").EnumerateArray()];
        Assert.Equal(["get", "vectors", "echo", "echo-octets", "stream", "upload", "fail"], routes.Select(route => route.GetProperty("name").GetString()));
        Assert.Equal(
            """{"id":"0x6ad4023d","name":"get","method":"SmfStorage.Get(smf_gen::demo::Request):smf_gen::demo::Response","protocol":"smf","backend":"smf-servers","timeout":"2s","messageBytesMax":1024,"octetsBytesMax":null}""",
            JsonSerializer.Serialize(routes[0]));
    }

    [Fact]
    public void Backends_show_servers_lanes_and_calls_in_flight_over_all_workers()
    {
        using var held = new HeldCalls();
        using var gateway = GatewayProcess.Start(held.File with { Admin = "127.0.0.1:0" });
        using var admin = new AdminHttp(gateway.AdminAddress);
        Peer[] callers = [.. Enumerable.Range(0, 4).Select(_ => Peer.Connect(gateway.SmfAddress))];
        foreach (Peer caller in callers)
            caller.Send(SmfMessage.Request(7).ToBytes());
        using var frame = Peer.Connect(gateway.FrameAddress);
        frame.Send(FrameMessage.Call("Echo", "7").ToBytes());

        Patience.Until(() => InFlight(admin) == (4, 1), "four calls of smf and one of frame are in flight");
        JsonElement backends = Json(admin, "/backends").GetProperty("backends");
        JsonElement smf = backends[0].GetProperty("servers")[0];
        JsonElement frames = backends[1].GetProperty("servers")[0];

        Assert.Equal(("smf-servers", "smf", 0), (Text(backends[0], "name"), Text(backends[0], "protocol"), backends[0].GetProperty("callsWaiting").GetInt32()));
        Assert.Equal(held.File.SmfServers[0], Text(smf, "address"));
        Assert.Equal(("true", "[]", "1"), (Text(smf, "up"), Text(smf, "downForWorkers"), Text(smf, "weight")));
        // Each of the two workers has two of the callers, and a shared lane for them.
        Assert.Equal("""{"shared":2,"exclusive":0,"idle":0}""", JsonSerializer.Serialize(smf.GetProperty("lanes")));
        Assert.Equal("""{"shared":0,"exclusive":1,"idle":0}""", JsonSerializer.Serialize(frames.GetProperty("lanes")));
        held.LetGo();
        Patience.Until(() => InFlight(admin) == (0, 0), "no call is in flight");
        Assert.Equal("1", Text(Json(admin, "/backends").GetProperty("backends")[1].GetProperty("servers")[0].GetProperty("lanes"), "idle"));
        foreach (Peer caller in callers)
            caller.Dispose();
    }

    [Fact]
    public void A_server_that_cannot_be_reached_is_down_for_the_worker_that_tried()
    {
        using var gateway = GatewayProcess.Start(File with { SmfServers = ["unix:/nowhere/at/all.sock"], Workers = 1 });
        using var admin = new AdminHttp(gateway.AdminAddress);
        JsonElement Server() => Json(admin, "/backends").GetProperty("backends")[0].GetProperty("servers")[0];
        Assert.Equal("true", Text(Server(), "up"));
        using var caller = Peer.Connect(gateway.SmfAddress);
        caller.Send(SmfMessage.Request(7).ToBytes());
        Assert.Equal(503u, SmfMessage.Read(caller)!.Meta);

        Assert.Equal(("false", "[0]"), (Text(Server(), "up"), Text(Server(), "downForWorkers")));
    }

    [Fact]
    public void The_configuration_is_that_in_effect_and_nothing_of_the_environment_is_in_it()
    {
        using var gateway = GatewayProcess.Start(File);
        using var admin = new AdminHttp(gateway.AdminAddress);

        AdminAnswer config = admin.Get("/config");

        System.IO.File.WriteAllText(Path.Combine(_network.Folder, "gateway.json"), config.Text);
        Result check = Binary.Run(_network.Folder, "check");
        Assert.Equal((0, "", "gateway.json: fine: 2 listeners, 2 backends, 7 routes\n"), (check.Status, check.Error, check.Output));
        string path = Environment.GetEnvironmentVariable("PATH")!;
        Assert.DoesNotContain(path, config.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_unix_socket_serves_it_and_one_that_a_dead_process_left_is_replaced()
    {
        string path = _network.SocketPath("admin");
        using (var dead = GatewayProcess.Start(File with { Admin = $"unix:{path}" }))
            dead.Kill();
        Assert.True(System.IO.File.Exists(path));

        using var gateway = GatewayProcess.Start(File with { Admin = $"unix:{path}" });
        using (var admin = new AdminHttp(gateway.AdminAddress))
            Assert.Equal((200, "ok\n"), admin.Get("/healthz").Short);

        gateway.Signal(Signals.Terminate);
        Assert.Equal(0, gateway.WaitForExit());
        Assert.False(System.IO.File.Exists(path));
    }

    [Fact]
    public void A_gateway_that_is_looked_at_and_has_nothing_else_to_do_stays_within_30_MiB()
    {
        using var gateway = GatewayProcess.Start(File);
        using var admin = new AdminHttp(gateway.AdminAddress);

        foreach (string path in new[] { "/", "/healthz", "/readyz", "/metrics", "/routes", "/backends", "/config" })
            Assert.Equal(200, admin.Get(path).Status);

        Assert.True(gateway.ResidentBytes <= 30 * Heavy.MiB, $"{gateway.ResidentBytes / 1024} KiB are resident");
        TestContext.Current.TestOutputHelper!.WriteLine($"{gateway.ResidentBytes / 1024} KiB resident");
    }

    [Fact]
    public void An_address_in_use_is_told_with_its_place_in_the_file()
    {
        using var gateway = GatewayProcess.Start(File);

        Result second = GatewayProcess.Run(File with { Admin = gateway.AdminAddress }, _network.Folder);

        Assert.Equal(2, second.Status);
        Assert.EndsWith($": admin.address: address in use: something else listens on {gateway.AdminAddress}\n", second.Error, StringComparison.Ordinal);
    }

    private static JsonElement Json(AdminHttp admin, string path) => JsonDocument.Parse(admin.Get(path).Text).RootElement;

    /// <summary>A number or a list as it is written, a string without its quotes.</summary>
    private static string Text(JsonElement element, string name) => element.GetProperty(name) is { ValueKind: JsonValueKind.String } text
        ? text.GetString()!
        : JsonSerializer.Serialize(element.GetProperty(name));

    private static (int Smf, int Frames) InFlight(AdminHttp admin)
    {
        JsonElement backends = Json(admin, "/backends").GetProperty("backends");
        int[] calls = [.. backends.EnumerateArray().Select(backend => backend.GetProperty("servers")[0].GetProperty("callsInFlight").GetInt32())];
        return (calls[0], calls[1]);
    }
}
