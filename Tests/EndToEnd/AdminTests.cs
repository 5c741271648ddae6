using System.Text.Json;
using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>What the admin endpoint of the published binary answers.</summary>
public sealed class AdminTests : IDisposable
{
    private static readonly GatewayFile File = new() { Admin = "127.0.0.1:0" };

    private readonly TestNetwork _network = new();

    public void Dispose() => _network.Dispose();

    [Test]
    public async Task A_gateway_says_where_it_listens_before_it_is_ready_and_lists_all_that_there_is()
    {
        using var gateway = GatewayProcess.Start(File);
        using var admin = new AdminHttp(gateway.AdminAddress);

        AdminAnswer list = admin.Get("/");

        await Assert.That(list.Status).IsEqualTo(200);
        foreach (string line in list.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] words = line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
            if (words[0] == "GET")
                await Assert.That((words[1], admin.Get(words[1]).Status)).IsEqualTo((words[1], 200));
        }
        foreach (string path in (string[])["/healthz", "/readyz", "/routes", "/backends", "/config", "/drain", "/shutdown"])
            await Assert.That(list.Text).Contains($" {path} ", StringComparison.Ordinal);
        await Assert.That(admin.Get("/nothing").Status).IsEqualTo(404);
        await Assert.That(admin.Get("/drain").Status).IsEqualTo(405);
        await Assert.That(admin.Post("/healthz").Status).IsEqualTo(405);
    }

    [Test]
    public async Task Probes_are_answered_by_get_and_head()
    {
        using var gateway = GatewayProcess.Start(File);
        using var admin = new AdminHttp(gateway.AdminAddress);

        await Assert.That(admin.Get("/healthz").Short).IsEqualTo((200, "ok\n"));
        await Assert.That(admin.Get("/readyz").Short).IsEqualTo((200, "ready\n"));
        await Assert.That(admin.Ask(HttpMethod.Head, "/healthz").Short).IsEqualTo((200, ""));
        await Assert.That(admin.Ask(HttpMethod.Head, "/readyz").Short).IsEqualTo((200, ""));
    }

    [Test]
    public async Task Routes_are_those_of_the_file_with_the_ids_as_they_are_on_the_wire()
    {
        using var gateway = GatewayProcess.Start(File with { Timeout = "2s", RouteMembers = "\"messageBytesMax\": \"1KiB\"" });
        using var admin = new AdminHttp(gateway.AdminAddress);

        AdminAnswer answer = admin.Get("/routes");

        await Assert.That((answer.Status, answer.ContentType)).IsEqualTo((200, "application/json"));
        using var json = JsonDocument.Parse(answer.Text);
        JsonElement[] routes = [.. json.RootElement.GetProperty("routes").EnumerateArray()];
        await Assert.That(routes.Select(route => route.GetProperty("name").GetString()))
            .IsSequence(["get", "vectors", "echo", "echo-octets", "stream", "upload", "fail"]);
        await Assert.That(JsonSerializer.Serialize(routes[0]))
            .IsEqualTo("""{"id":"0x6ad4023d","name":"get","method":"SmfStorage.Get(smf_gen::demo::Request):smf_gen::demo::Response","protocol":"smf","backend":"smf-servers","timeout":"2s","messageBytesMax":1024,"octetsBytesMax":null}""");
    }

    [Test]
    public async Task Backends_show_servers_connections_and_calls_in_flight_over_all_workers()
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

        await Assert.That((Text(backends[0], "name"), Text(backends[0], "protocol"), backends[0].GetProperty("callsWaiting").GetInt32()))
            .IsEqualTo(("smf-servers", "smf", 0));
        await Assert.That(Text(smf, "address")).IsEqualTo(held.File.SmfServers[0]);
        await Assert.That((Text(smf, "up"), Text(smf, "downForWorkers"), Text(smf, "weight"))).IsEqualTo(("true", "[]", "1"));
        // Each of the two workers has two of the callers, and a shared connection for them; or one for each, if the first call was unanswered for a while.
        await Assert.That(smf.GetProperty("lanes").GetProperty("shared").GetInt32()).IsBetween(2, 4);
        await Assert.That(smf.GetProperty("lanes").GetProperty("exclusive").GetInt32()).IsEqualTo(0);
        await Assert.That(JsonSerializer.Serialize(frames.GetProperty("lanes"))).IsEqualTo("""{"shared":0,"exclusive":1,"idle":0}""");
        held.LetGo();
        Patience.Until(() => InFlight(admin) == (0, 0), "no call is in flight");
        await Assert.That(Text(Json(admin, "/backends").GetProperty("backends")[1].GetProperty("servers")[0].GetProperty("lanes"), "idle")).IsEqualTo("1");
        foreach (Peer caller in callers)
            caller.Dispose();
    }

    [Test]
    public async Task A_server_that_cannot_be_reached_is_down_for_the_worker_that_tried()
    {
        using var gateway = GatewayProcess.Start(File with { SmfServers = ["unix:/nowhere/at/all.sock"], Workers = 1 });
        using var admin = new AdminHttp(gateway.AdminAddress);
        JsonElement Server() => Json(admin, "/backends").GetProperty("backends")[0].GetProperty("servers")[0];
        await Assert.That((Text(Server(), "up"), Text(Server(), "state"))).IsEqualTo(("false", "unknown"));
        using var caller = Peer.Connect(gateway.SmfAddress);
        caller.Send(SmfMessage.Request(7).ToBytes());
        await Assert.That(SmfMessage.Read(caller)!.Meta).IsEqualTo(503u);

        await Assert.That((Text(Server(), "up"), Text(Server(), "state"), Text(Server(), "downForWorkers"))).IsEqualTo(("false", "down", "[0]"));
        await Assert.That(Text(Server(), "reason")).IsEqualTo("No such file or directory");
    }

    [Test]
    public async Task The_configuration_is_that_in_effect_and_nothing_of_the_environment_is_in_it()
    {
        using var gateway = GatewayProcess.Start(File);
        using var admin = new AdminHttp(gateway.AdminAddress);

        AdminAnswer config = admin.Get("/config");

        System.IO.File.WriteAllText(Path.Combine(_network.Folder, "gateway.json"), config.Text);
        Result check = Binary.Run(_network.Folder, "check");
        await Assert.That((check.Status, check.Error, check.Output)).IsEqualTo((0, "", "gateway.json: valid: 2 listeners, 2 backends, 7 routes\n"));
        string path = Environment.GetEnvironmentVariable("PATH")!;
        await Assert.That(config.Text).DoesNotContain(path, StringComparison.Ordinal);
    }

    [Test]
    public async Task A_unix_socket_serves_it_and_one_that_a_dead_process_left_is_replaced()
    {
        string path = _network.SocketPath("admin");
        using (var dead = GatewayProcess.Start(File with { Admin = $"unix:{path}" }))
            dead.Kill();
        await Assert.That(System.IO.File.Exists(path)).IsTrue();

        using var gateway = GatewayProcess.Start(File with { Admin = $"unix:{path}" });
        using (var admin = new AdminHttp(gateway.AdminAddress))
            await Assert.That(admin.Get("/healthz").Short).IsEqualTo((200, "ok\n"));

        gateway.Signal(Signals.Terminate);
        await Assert.That(gateway.WaitForExit()).IsEqualTo(0);
        await Assert.That(System.IO.File.Exists(path)).IsFalse();
    }

    [Test]
    public async Task A_gateway_that_is_looked_at_and_has_nothing_else_to_do_stays_within_30_MiB()
    {
        using var gateway = GatewayProcess.Start(File);
        using var admin = new AdminHttp(gateway.AdminAddress);

        foreach (string path in new[] { "/", "/healthz", "/readyz", "/metrics", "/routes", "/backends", "/config" })
            await Assert.That(admin.Get(path).Status).IsEqualTo(200);

        await Assert.That(gateway.ResidentBytes <= 30 * Sizes.MiB).IsTrue().Because($"{gateway.ResidentBytes / 1024} KiB are resident");
        TestContext.Current!.OutputWriter!.WriteLine($"{gateway.ResidentBytes / 1024} KiB resident");
    }

    [Test]
    public async Task An_address_in_use_is_told_with_its_place_in_the_file()
    {
        using var gateway = GatewayProcess.Start(File);

        Result second = GatewayProcess.Run(File with { Admin = gateway.AdminAddress }, _network.Folder);

        await Assert.That(second.Status).IsEqualTo(2);
        await Assert.That(second.Error)
            .EndsWith($": admin.address: address in use: something else listens on {gateway.AdminAddress}\n", StringComparison.Ordinal);
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
