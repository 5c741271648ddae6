using FrameRpc.Gateway.Configuration;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Tests.Configuration;

public sealed class RouteTests
{
    private const string Method = """ "service": "SmfStorage", "method": "Get", "request": "smf_gen::demo::Request", "reply": "smf_gen::demo::Response" """;

    [Test]
    public async Task A_method_has_the_id_that_its_names_give()
    {
        RouteOptions route = await Assert.That(Given.Options(Given.With(routes: $$"""{ "name": "get", {{Method}}, "backend": "storage" }""")).Routes).HasSingleItem();

        await Assert.That((route.Id, route.Endpoint)).IsEqualTo((0x6ad4023dU, null));
        await Assert.That(route.Signature).IsEqualTo("SmfStorage.Get(smf_gen::demo::Request):smf_gen::demo::Response");
    }

    [Test]
    public async Task An_endpoint_has_the_id_that_its_name_gives()
    {
        RouteOptions route = await Assert.That(Given.Options(Given.With(routes: """{ "name": "echo", "endpoint": "Echo", "id": "0xb7369f0c", "backend": "files" }""")).Routes).HasSingleItem();

        await Assert.That((route.Id, route.Endpoint, route.Signature)).IsEqualTo((0xb7369f0cU, "Echo", "Echo"));
    }

    [Test]
    [Arguments("\"0x6ad4023e\"")]
    [Arguments("\"0X6AD4023E\"")]
    [Arguments("\"1792279102\"")]
    [Arguments("1792279102")]
    public async Task An_id_is_hexadecimal_decimal_or_a_number(string id)
    {
        RouteOptions route = await Assert.That(Given.Options(Given.With(routes: $$"""{ "name": "n", "id": {{id}}, "backend": "storage" }""")).Routes).HasSingleItem();

        await Assert.That((route.Id, route.Endpoint, route.Signature)).IsEqualTo((0x6ad4023eU, null, null));
    }

    [Test]
    [Arguments("\"0xg\"", "\"0xg\" is not a request id")]
    [Arguments("\"Echo\"", "\"Echo\" is not a request id")]
    [Arguments("-1", "-1 is not a request id")]
    [Arguments("1.5", "1.5 is not a request id")]
    [Arguments("4294967296", "4294967296 is not a request id")]
    [Arguments("true", "is a boolean")]
    [Arguments("0", "0 is not a request id, because servers close the connection on it")]
    [Arguments("\"0x0\"", "0 is not a request id, because servers close the connection on it")]
    public async Task A_bad_id_is_told_with_the_forms_there_are(string id, string problem) =>
        await Assert.That(Given.Mistakes(Given.With(routes: $$"""{ "name": "n", "id": {{id}}, "backend": "storage" }""")))
            .IsSequence([$"gateway.json:7:22: routes[0].id: {problem}; write an id from 1 to 0xffffffff, such as \"0x6ad4023d\", \"1792279101\" or 1792279101"]);

    [Test]
    public async Task A_route_says_its_method() =>
        await Assert.That(Given.Mistakes(Given.With(routes: """{ "name": "n", "backend": "storage" }""")))
            .IsSequence(["gateway.json:7:1: routes[0]: does not identify its method; write \"endpoint\" (frame), \"service\", \"method\", \"request\" and \"reply\" (smf), \"schema\" and \"service\" (smf), or \"id\" (smf)"]);

    [Test]
    [Arguments("\"id\": 7", "\"id\"")]
    [Arguments("\"endpoint\": \"Echo\"", "\"endpoint\"")]
    public async Task A_route_says_its_method_in_one_way(string other, string name) =>
        await Assert.That(Given.Mistakes(Given.With(routes: $$"""{ "name": "n", {{Method}}, {{other}}, "backend": "storage" }""")))
            .IsSequence([$"gateway.json:7:1: routes[0]: identifies its method in more than one way; keep either {name} or \"service\", \"method\", \"request\" and \"reply\""]);

    [Test]
    public async Task The_four_names_of_a_method_belong_together() =>
        await Assert.That(Given.Mistakes(Given.With(routes: """{ "name": "n", "service": "S", "request": "R", "backend": "storage" }"""))).IsSequence([
            "gateway.json:7:1: routes[0].method: missing; an id is computed from \"service\", \"method\", \"request\" and \"reply\"",
            "gateway.json:7:1: routes[0].reply: missing; an id is computed from \"service\", \"method\", \"request\" and \"reply\"",
        ]);

    [Test]
    public async Task An_id_beside_an_endpoint_is_the_endpoints() =>
        await Assert.That(Given.Mistakes(Given.With(routes: """{ "name": "n", "endpoint": "Echo", "id": 7, "backend": "files" }""")))
            .IsSequence(["gateway.json:7:42: routes[0].id: 0x00000007 is not the id of endpoint \"Echo\", which is 0xb7369f0c; leave \"id\" out"]);

    [Test]
    public async Task An_id_alone_is_not_enough_for_a_frame_backend() =>
        await Assert.That(Given.Mistakes(Given.With(routes: """{ "name": "n", "id": 7, "backend": "files" }""")))
            .IsSequence(["gateway.json:7:1: routes[0].endpoint: missing; backend \"files\" uses frame, which compares the endpoint's name as well as the id"]);

    [Test]
    public async Task A_backend_speaks_the_protocol_of_the_route()
    {
        string text = Given.With(routes: $$"""
            { "name": "a", "endpoint": "Echo", "backend": "storage" },
            { "name": "b", "backend": "files", {{Method}} }
            """);

        await Assert.That(Given.Mistakes(text)).IsSequence([
                "gateway.json:7:47: routes[0].backend: backend \"storage\" uses smf (gateway.json:5:26), but the route is for frame, because it has an \"endpoint\"",
                "gateway.json:8:27: routes[1].backend: backend \"files\" uses frame (gateway.json:5:85), but the route is for smf",
            ]);
    }

    [Test]
    [Arguments("storag", "; did you mean \"storage\"?")]
    [Arguments("Storage", "; did you mean \"storage\"?")]
    [Arguments("elsewhere", "; the backends are storage, files")]
    public async Task An_unknown_backend_is_told_with_the_one_that_was_meant(string backend, string suggestion) =>
        await Assert.That(Given.Mistakes(Given.With(routes: $$"""{ "name": "n", "id": 7, "backend": "{{backend}}" }""")))
            .IsSequence([$"gateway.json:7:36: routes[0].backend: there is no backend \"{backend}\"{suggestion}"]);

    [Test]
    public async Task Without_backends_a_route_has_none() =>
        await Assert.That(Given.Mistakes(Given.With(backends: "")))
            .IsSequence(["gateway.json:7:38: routes[0].backend: there is no backend \"storage\"; there are no backends"]);

    [Test]
    public async Task Two_routes_with_one_id_are_both_named()
    {
        string text = Given.With(routes: $$"""
            { "name": "by-names", "backend": "storage", {{Method}} },
            { "name": "by-number", "id": "0x6ad4023d", "backend": "storage" }
            """);

        await Assert.That(Given.Mistakes(text))
            .IsSequence(["gateway.json:8:1: routes[1]: \"by-number\" has the request id 0x6ad4023d, which is already used by \"by-names\" at gateway.json:7:1"]);
    }

    [Test]
    public async Task An_id_is_one_of_both_protocols() => await Assert.That(Given.Mistakes(Given.With(routes: """
            { "name": "a", "endpoint": "Echo", "backend": "files" },
            { "name": "b", "id": "0xb7369f0c", "backend": "storage" }
            """))).IsSequence(["gateway.json:8:1: routes[1]: \"b\" has the request id 0xb7369f0c, which is already used by \"a\" at gateway.json:7:1"]);

    [Test]
    public async Task Two_routes_do_not_share_a_name() => await Assert.That(Given.Mistakes(Given.With(routes: """
            { "name": "a", "id": 7, "backend": "storage" },
            { "name": "a", "id": 8, "backend": "storage" }
            """))).IsSequence(["gateway.json:8:11: routes[1].name: \"a\" is already the name at gateway.json:7:11"]);

    [Test]
    public async Task Octets_are_bounded_only_where_there_are_octets() =>
        await Assert.That(Given.Mistakes(Given.With(routes: """{ "name": "n", "id": 7, "backend": "storage", "octetsBytesMax": 1 }""")))
            .IsSequence(["gateway.json:7:65: routes[0].octetsBytesMax: only frame messages have octets; leave it out, because \"messageBytesMax\" limits smf bodies"]);

    [Test]
    public async Task Octets_are_bounded_only_where_requests_hold_them() =>
        await Assert.That(Given.Mistakes(Given.With(routes: """{ "name": "n", "endpoint": "E", "backend": "files", "octetsBytesMax": 1 }""")))
            .IsSequence(["gateway.json:7:71: routes[0].octetsBytesMax: limits octets, but requests of this route have none; write \"requestBody\": \"octets\", or leave it out"]);

    [Test]
    [Arguments("requestBody", "octets")]
    [Arguments("replyBody", "json")]
    [Arguments("headerLikeBodies", "pass")]
    public async Task What_bodies_hold_is_said_of_frame_methods_only(string option, string value) =>
        await Assert.That(Given.Mistakes(Given.With(routes: $$"""{ "name": "n", "id": 7, "backend": "storage", "{{option}}": "{{value}}" }""")))
            .IsSequence([$"gateway.json:7:{51 + option.Length}: routes[0].{option}: only frame messages declare their content; leave it out"]);

    [Test]
    [Arguments("requestBody", "unknown value \"text\"; write \"json\", \"octets\" or \"none\"")]
    [Arguments("replyBody", "unknown value \"text\"; write \"json\", \"octets\" or \"none\"")]
    [Arguments("headerLikeBodies", "unknown value \"text\"; write \"refuse\" or \"pass\"")]
    public async Task What_bodies_hold_is_one_of_a_few_words(string option, string mistake) =>
        await Assert.That(Given.Mistakes(Given.With(routes: $$"""{ "name": "n", "endpoint": "E", "backend": "files", "{{option}}": "text" }""")))
            .IsSequence([$"gateway.json:7:{57 + option.Length}: routes[0].{option}: {mistake}"]);

    [Test]
    public async Task Frame_methods_hold_json_both_ways_and_refuse_what_looks_like_a_header_unless_it_is_written()
    {
        GatewayOptions options = Given.Options(Given.With(routes: """
            { "name": "a", "endpoint": "A", "backend": "files" },
            { "name": "b", "endpoint": "B", "backend": "files", "requestBody": "octets", "replyBody": "none", "headerLikeBodies": "pass" }
            """));

        await Assert.That(options.Routes.Select(route => (route.RequestBody, route.ReplyBody, route.HeaderLikeBodies)))
            .IsSequence([(DataType.Json, DataType.Json, HeaderLikeBodies.Refuse), (DataType.Octets, DataType.None, HeaderLikeBodies.Pass)]);
    }

    [Test]
    [Arguments("""{ "protocol": "x", "servers": ["x:1"] }""", "5:26: backends.storage.protocol: unknown value \"x\"; write \"frame\" or \"smf\"")]
    [Arguments("7", "5:12: backends.storage: is a number; write an object")]
    public async Task A_mistake_in_a_backend_is_not_told_again_for_its_routes(string backend, string mistake) =>
        await Assert.That(Given.Mistakes(Given.With(backends: $"\"storage\": {backend}", routes: """{ "name": "n", "endpoint": "E", "backend": "storage" }""")))
            .IsSequence([$"gateway.json:{mistake}"]);

    [Test]
    public async Task A_route_may_have_a_smaller_or_a_larger_bound_than_the_gateway()
    {
        GatewayOptions options = Given.Options(Given.With(
            routes: """
                { "name": "a", "id": 7, "backend": "storage", "messageBytesMax": 10 },
                { "name": "b", "id": 8, "backend": "storage", "messageBytesMax": "1GiB" },
                { "name": "c", "id": 9, "backend": "storage" },
                { "name": "d", "endpoint": "D", "backend": "files", "requestBody": "octets", "octetsBytesMax": "3GiB", "timeout": "2s" }
                """,
            rest: """ "limits": { "messageBytesMax": "1MiB" }"""));

        await Assert.That(options.Routes.Select(r => r.MessageBytesMax)).IsSequence([10, 1 << 30, 1 << 20, 1 << 20]);
        await Assert.That(options.Routes.Select(r => r.OctetsBytesMax)).IsSequence([null, null, null, 3L << 30]);
        await Assert.That(options.Routes.Select(r => r.Timeout.TotalSeconds)).IsSequence([30, 30, 30, 2]);
    }
}
