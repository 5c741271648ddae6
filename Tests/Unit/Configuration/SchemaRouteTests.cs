using System.Text;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Tests.Configuration;

public sealed class SchemaRouteTests
{
    private const string Demo =
        """
        namespace smf_gen.demo; table Request {} table Response {}
        rpc_service SmfStorage { Get(Request):Response; Put(Request):Response; }
        rpc_service Other { Get(Response):Request; }
        """;

    private readonly Dictionary<string, string> _files = new() { ["demo.fbs"] = Demo };

    private readonly List<string> _read = [];

    [Test]
    public async Task An_entry_without_a_method_is_a_route_of_each()
    {
        IReadOnlyList<RouteOptions> routes = await Options(
            """{ "name": "storage", "schema": "demo.fbs", "service": "SmfStorage", "backend": "storage", "timeout": "2s", "messageBytesMax": 10 }""");

        await Assert.That(routes.Select(r => r.Name)).IsSequence(["storage.Get", "storage.Put"]);
        await Assert.That(routes.Select(r => r.Id))
            .IsSequence([0x6ad4023dU, RequestId.ForMethod("SmfStorage", "Put", "smf_gen::demo::Request", "smf_gen::demo::Response").Value]);
        await Assert.That(routes[1].Signature).IsEqualTo("SmfStorage.Put(smf_gen::demo::Request):smf_gen::demo::Response");
        foreach (RouteOptions r in routes)
            await Assert.That((r.Endpoint, r.Backend, r.Timeout, r.MessageBytesMax)).IsEqualTo((null, "storage", TimeSpan.FromSeconds(2), 10));
    }

    [Test]
    public async Task An_entry_with_a_method_is_one_route_of_its_own_name()
    {
        RouteOptions route = await Assert.That(await Options("""{ "name": "get", "schema": "demo.fbs", "service": "smf_gen.demo.SmfStorage", "method": "Get", "backend": "storage" }""")).HasSingleItem();

        await Assert.That((route.Name, route.Id)).IsEqualTo(("get", 0x6ad4023dU));
    }

    [Test]
    public async Task A_variable_may_name_the_schema()
    {
        var configuration = GatewayConfiguration.Read(
            Encoding.UTF8.GetBytes(Given.With(routes: """{ "name": "get", "schema": "old.fbs", "service": "SmfStorage", "method": "Get", "backend": "storage" }""")),
            "gateway.json",
            Given.Environment(("ROUTES__0__SCHEMA", "demo.fbs")),
            Read);

        await Assert.That((await Assert.That(configuration.Options!.Routes).HasSingleItem()).Id).IsEqualTo(0x6ad4023dU);
    }

    [Test]
    public async Task Schemas_are_looked_for_beside_the_configuration_and_read_once()
    {
        _files["/etc/frpc/schemas/all.fbs"] = "include \"demo.fbs\";";
        _files["/etc/frpc/schemas/demo.fbs"] = Demo;
        string routes =
            """
            { "name": "a", "schema": "schemas/all.fbs", "service": "SmfStorage", "backend": "storage" },
            { "name": "b", "schema": "schemas/all.fbs", "service": "Other", "backend": "storage" }
            """;

        var configuration = GatewayConfiguration.Read(Encoding.UTF8.GetBytes(Given.With(routes: routes)), "/etc/frpc/gateway.json", Given.Environment(), Read);

        await Assert.That(configuration.Options!.Routes.Select(r => r.Name)).IsSequence(["a.Get", "a.Put", "b.Get"]);
        await Assert.That(_read).IsSequence(["/etc/frpc/schemas/all.fbs", "/etc/frpc/schemas/demo.fbs"]);
    }

    [Test]
    [Arguments("\"service\": \"SmfStorag\"", "49: routes[0].service: there is no service \"SmfStorag\"; did you mean \"SmfStorage\"?")]
    [Arguments("\"service\": \"X\"", "49: routes[0].service: there is no service \"X\"; the services are SmfStorage, Other")]
    [Arguments("\"service\": \"Other\", \"method\": \"get\"", "68: routes[0].method: there is no method \"get\"; did you mean \"Get\"?")]
    [Arguments("\"service\": \"SmfStorage\", \"method\": \"Delete\"", "73: routes[0].method: there is no method \"Delete\"; the methods are Get, Put")]
    [Arguments("\"service\": 7", "49: routes[0].service: is a number; write a string of 1 to 255 characters")]
    [Arguments("\"service\": \"Other\", \"method\": 7", "68: routes[0].method: is a number; write a string of 1 to 255 characters")]
    [Arguments("\"method\": \"Get\"", "1: routes[0].service: missing; write the name of a service in the schema: SmfStorage, Other")]
    public async Task What_the_schema_does_not_have_is_told_with_what_was_meant(string names, string mistake) =>
        await Assert.That(Mistakes($$"""{ "name": "n", "schema": "demo.fbs", "service": 0, "backend": "storage" }""".Replace("\"service\": 0", names, StringComparison.Ordinal)))
            .IsSequence([$"gateway.json:7:{mistake}"]);

    [Test]
    public async Task A_service_of_two_namespaces_is_named_with_its_own()
    {
        _files["demo.fbs"] = "namespace a; table T {} rpc_service S { M(T):T; } namespace b; table T {} rpc_service S { M(T):T; }";

        await Assert.That(Mistakes("""{ "name": "n", "schema": "demo.fbs", "service": "S", "backend": "storage" }"""))
            .IsSequence(["gateway.json:7:49: routes[0].service: there are 2 services \"S\"; write \"a.S\" or \"b.S\""]);
        await Assert.That((await Assert.That(await Options("""{ "name": "n", "schema": "demo.fbs", "service": "b.S", "backend": "storage" }""")).HasSingleItem()).Signature)
            .IsEqualTo("S.M(b::T):b::T");
    }

    [Test]
    [Arguments("\"id\": 7", "id")]
    [Arguments("\"request\": \"R\"", "request")]
    [Arguments("\"reply\": \"R\"", "reply")]
    [Arguments("\"endpoint\": \"E\"", "endpoint")]
    public async Task A_schema_stands_alone(string other, string name) =>
        await Assert.That(Mistakes($$"""{ "name": "n", "schema": "demo.fbs", "service": "Other", {{other}}, "backend": "storage" }"""))
            .IsSequence([$"gateway.json:7:{62 + name.Length}: routes[0].{name}: \"schema\" already defines the methods with their types and ids; keep only one of them"]);

    [Test]
    public async Task A_missing_schema_is_told_where_it_is_named_first() => await Assert.That(Mistakes(
            """
            { "name": "a", "schema": "nowhere.fbs", "service": "S", "backend": "storage" },
            { "name": "a", "schema": "nowhere.fbs", "service": "T", "backend": "storage" }
            """)).IsSequence(["gateway.json:7:26: routes[0].schema: nowhere.fbs: no such file"]);

    [Test]
    public async Task All_mistakes_of_a_schema_are_told_with_their_own_places()
    {
        _files["demo.fbs"] = "table Request {}\nrpc_service S { Get(Reqest):Request; Put(Request):Nothing; }";

        await Assert.That(Mistakes("""{ "name": "n", "schema": "demo.fbs", "backend": "storage", "timeout":    7, "service": "S" }""")).IsSequence([
                "gateway.json:7:26: routes[0].schema: demo.fbs:2:21: type \"Reqest\" is not defined; did you mean \"Request\"?",
                "gateway.json:7:26: routes[0].schema: demo.fbs:2:51: type \"Nothing\" is not defined; define it, or include the file that does",
                "gateway.json:7:74: routes[0].timeout: is a number; write a duration from \"1ms\" to \"24h\", such as \"250ms\", \"5s\" or \"2m\"",
            ]);
    }

    [Test]
    public async Task Methods_are_smfs() =>
        await Assert.That(Mistakes("""{ "name": "n", "schema": "demo.fbs", "service": "Other", "backend":"files" }"""))
            .IsSequence(["gateway.json:7:68: routes[0].backend: backend \"files\" uses frame (gateway.json:5:85), but the route is for smf"]);

    [Test]
    public async Task An_id_that_another_entry_has_is_told_with_the_methods_name() => await Assert.That(Mistakes(
            """
            { "name": "by-number", "id": "0x6ad4023d", "backend": "storage" },
            { "name": "all", "schema": "demo.fbs", "service": "SmfStorage", "backend": "storage" }
            """)).IsSequence(["gateway.json:8:1: routes[1]: \"all.Get\" has the request id 0x6ad4023d, which is already used by \"by-number\" at gateway.json:7:1"]);

    [Test]
    public async Task A_name_that_another_route_has_is_told_with_the_methods_name() => await Assert.That(Mistakes(
            """
            { "name": "all.Get", "id": 7, "backend": "storage" },
            { "name": "all", "schema": "demo.fbs", "service": "SmfStorage", "backend": "storage" }
            """)).IsSequence(["gateway.json:8:11: routes[1].name: \"all.Get\" is already the name at gateway.json:7:11"]);

    private async Task<IReadOnlyList<RouteOptions>> Options(string routes)
    {
        GatewayConfiguration configuration = Configuration(routes);
        await Assert.That(configuration.Mistakes).IsEmpty();
        return configuration.Options!.Routes;
    }

    private string[] Mistakes(string routes) => [.. Configuration(routes).Mistakes.Select(m => m.ToString())];

    private GatewayConfiguration Configuration(string routes) =>
        GatewayConfiguration.Read(Encoding.UTF8.GetBytes(Given.With(routes: routes)), "gateway.json", Given.Environment(), Read);

    private string? Read(string path)
    {
        _read.Add(path);
        return _files.GetValueOrDefault(path);
    }
}
