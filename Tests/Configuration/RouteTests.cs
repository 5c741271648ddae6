using FrameRpc.Gateway.Configuration;
using FrameRpc.Protocol.Frames;
using Xunit;

namespace FrameRpc.Tests.Configuration;

public sealed class RouteTests
{
    private const string Method = """ "service": "SmfStorage", "method": "Get", "request": "smf_gen::demo::Request", "reply": "smf_gen::demo::Response" """;

    [Fact]
    public void A_method_has_the_id_that_its_names_give()
    {
        RouteOptions route = Assert.Single(Given.Options(Given.With(routes: $$"""{ "name": "get", {{Method}}, "backend": "storage" }""")).Routes);

        Assert.Equal((0x6ad4023dU, null), (route.Id, route.Endpoint));
        Assert.Equal("SmfStorage.Get(smf_gen::demo::Request):smf_gen::demo::Response", route.Signature);
    }

    [Fact]
    public void An_endpoint_has_the_id_that_its_name_gives()
    {
        RouteOptions route = Assert.Single(Given.Options(Given.With(routes: """{ "name": "echo", "endpoint": "Echo", "id": "0xb7369f0c", "backend": "files" }""")).Routes);

        Assert.Equal((0xb7369f0cU, "Echo", "Echo"), (route.Id, route.Endpoint, route.Signature));
    }

    [Theory]
    [InlineData("\"0x6ad4023e\"")]
    [InlineData("\"0X6AD4023E\"")]
    [InlineData("\"1792279102\"")]
    [InlineData("1792279102")]
    public void An_id_is_hexadecimal_decimal_or_a_number(string id)
    {
        RouteOptions route = Assert.Single(Given.Options(Given.With(routes: $$"""{ "name": "n", "id": {{id}}, "backend": "storage" }""")).Routes);

        Assert.Equal((0x6ad4023eU, null, null), (route.Id, route.Endpoint, route.Signature));
    }

    [Theory]
    [InlineData("\"0xg\"", "\"0xg\" is not a request id")]
    [InlineData("\"Echo\"", "\"Echo\" is not a request id")]
    [InlineData("-1", "-1 is not a request id")]
    [InlineData("1.5", "1.5 is not a request id")]
    [InlineData("4294967296", "4294967296 is not a request id")]
    [InlineData("true", "is a boolean")]
    [InlineData("0", "0 is not a request id, because servers close the connection on it")]
    [InlineData("\"0x0\"", "0 is not a request id, because servers close the connection on it")]
    public void A_bad_id_is_told_with_the_forms_there_are(string id, string problem) => Assert.Equal(
        [$"gateway.json:7:22: routes[0].id: {problem}; write an id from 1 to 0xffffffff, such as \"0x6ad4023d\", \"1792279101\" or 1792279101"],
        Given.Mistakes(Given.With(routes: $$"""{ "name": "n", "id": {{id}}, "backend": "storage" }""")));

    [Fact]
    public void A_route_says_its_method() => Assert.Equal(
        ["gateway.json:7:1: routes[0]: does not say its method; write \"endpoint\" (frame), \"service\", \"method\", \"request\" and \"reply\" (smf), \"schema\" and \"service\" (smf), or \"id\" (smf)"],
        Given.Mistakes(Given.With(routes: """{ "name": "n", "backend": "storage" }""")));

    [Theory]
    [InlineData("\"id\": 7", "\"id\"")]
    [InlineData("\"endpoint\": \"Echo\"", "\"endpoint\"")]
    public void A_route_says_its_method_in_one_way(string other, string name) => Assert.Equal(
        [$"gateway.json:7:1: routes[0]: says its method in more than one way; keep either {name} or \"service\", \"method\", \"request\" and \"reply\""],
        Given.Mistakes(Given.With(routes: $$"""{ "name": "n", {{Method}}, {{other}}, "backend": "storage" }""")));

    [Fact]
    public void The_four_names_of_a_method_belong_together() => Assert.Equal(
        [
            "gateway.json:7:1: routes[0].method: missing; an id is computed from \"service\", \"method\", \"request\" and \"reply\"",
            "gateway.json:7:1: routes[0].reply: missing; an id is computed from \"service\", \"method\", \"request\" and \"reply\"",
        ],
        Given.Mistakes(Given.With(routes: """{ "name": "n", "service": "S", "request": "R", "backend": "storage" }""")));

    [Fact]
    public void An_id_beside_an_endpoint_is_the_endpoints() => Assert.Equal(
        ["gateway.json:7:42: routes[0].id: 0x00000007 is not the id of endpoint \"Echo\", which is 0xb7369f0c; leave \"id\" out"],
        Given.Mistakes(Given.With(routes: """{ "name": "n", "endpoint": "Echo", "id": 7, "backend": "files" }""")));

    [Fact]
    public void An_id_alone_is_not_enough_for_a_frame_backend() => Assert.Equal(
        ["gateway.json:7:1: routes[0].endpoint: missing; backend \"files\" speaks frame, where the endpoint's name is compared beside the id"],
        Given.Mistakes(Given.With(routes: """{ "name": "n", "id": 7, "backend": "files" }""")));

    [Fact]
    public void A_backend_speaks_the_protocol_of_the_route()
    {
        string text = Given.With(routes: $$"""
            { "name": "a", "endpoint": "Echo", "backend": "storage" },
            { "name": "b", "backend": "files", {{Method}} }
            """);

        Assert.Equal(
            [
                "gateway.json:7:47: routes[0].backend: backend \"storage\" speaks smf (gateway.json:5:26), but the route is of frame, because it has an \"endpoint\"",
                "gateway.json:8:27: routes[1].backend: backend \"files\" speaks frame (gateway.json:5:85), but the route is of smf",
            ],
            Given.Mistakes(text));
    }

    [Theory]
    [InlineData("storag", "; did you mean \"storage\"?")]
    [InlineData("Storage", "; did you mean \"storage\"?")]
    [InlineData("elsewhere", "; the backends are storage, files")]
    public void An_unknown_backend_is_told_with_the_one_that_was_meant(string backend, string suggestion) => Assert.Equal(
        [$"gateway.json:7:36: routes[0].backend: there is no backend \"{backend}\"{suggestion}"],
        Given.Mistakes(Given.With(routes: $$"""{ "name": "n", "id": 7, "backend": "{{backend}}" }""")));

    [Fact]
    public void Without_backends_a_route_has_none() => Assert.Equal(
        ["gateway.json:7:38: routes[0].backend: there is no backend \"storage\"; there are no backends"],
        Given.Mistakes(Given.With(backends: "")));

    [Fact]
    public void Two_routes_with_one_id_are_both_named()
    {
        string text = Given.With(routes: $$"""
            { "name": "by-names", "backend": "storage", {{Method}} },
            { "name": "by-number", "id": "0x6ad4023d", "backend": "storage" }
            """);

        Assert.Equal(
            ["gateway.json:8:1: routes[1]: \"by-number\" has the request id 0x6ad4023d, which is already that of \"by-names\" at gateway.json:7:1"],
            Given.Mistakes(text));
    }

    [Fact]
    public void An_id_is_one_of_both_protocols() => Assert.Equal(
        ["gateway.json:8:1: routes[1]: \"b\" has the request id 0xb7369f0c, which is already that of \"a\" at gateway.json:7:1"],
        Given.Mistakes(Given.With(routes: """
            { "name": "a", "endpoint": "Echo", "backend": "files" },
            { "name": "b", "id": "0xb7369f0c", "backend": "storage" }
            """)));

    [Fact]
    public void Two_routes_do_not_share_a_name() => Assert.Equal(
        ["gateway.json:8:11: routes[1].name: \"a\" is already the name at gateway.json:7:11"],
        Given.Mistakes(Given.With(routes: """
            { "name": "a", "id": 7, "backend": "storage" },
            { "name": "a", "id": 8, "backend": "storage" }
            """)));

    [Fact]
    public void Octets_are_bounded_only_where_there_are_octets() => Assert.Equal(
        ["gateway.json:7:65: routes[0].octetsBytesMax: only frame messages have octets; leave it out, \"messageBytesMax\" bounds an smf body"],
        Given.Mistakes(Given.With(routes: """{ "name": "n", "id": 7, "backend": "storage", "octetsBytesMax": 1 }""")));

    [Fact]
    public void Octets_are_bounded_only_where_requests_hold_them() => Assert.Equal(
        ["gateway.json:7:71: routes[0].octetsBytesMax: bounds octets, and the requests of this route hold none; write \"requestBody\": \"octets\", or leave it out"],
        Given.Mistakes(Given.With(routes: """{ "name": "n", "endpoint": "E", "backend": "files", "octetsBytesMax": 1 }""")));

    [Theory]
    [InlineData("requestBody", "octets")]
    [InlineData("replyBody", "json")]
    [InlineData("headerLikeBodies", "pass")]
    public void What_bodies_hold_is_said_of_frame_methods_only(string option, string value) => Assert.Equal(
        [$"gateway.json:7:{51 + option.Length}: routes[0].{option}: only messages of the frame format say what they hold; leave it out"],
        Given.Mistakes(Given.With(routes: $$"""{ "name": "n", "id": 7, "backend": "storage", "{{option}}": "{{value}}" }""")));

    [Theory]
    [InlineData("requestBody", "unknown value \"text\"; write \"json\", \"octets\" or \"none\"")]
    [InlineData("replyBody", "unknown value \"text\"; write \"json\", \"octets\" or \"none\"")]
    [InlineData("headerLikeBodies", "unknown value \"text\"; write \"refuse\" or \"pass\"")]
    public void What_bodies_hold_is_one_of_a_few_words(string option, string mistake) => Assert.Equal(
        [$"gateway.json:7:{57 + option.Length}: routes[0].{option}: {mistake}"],
        Given.Mistakes(Given.With(routes: $$"""{ "name": "n", "endpoint": "E", "backend": "files", "{{option}}": "text" }""")));

    [Fact]
    public void Frame_methods_hold_json_both_ways_and_refuse_what_looks_like_a_header_unless_it_is_written()
    {
        GatewayOptions options = Given.Options(Given.With(routes: """
            { "name": "a", "endpoint": "A", "backend": "files" },
            { "name": "b", "endpoint": "B", "backend": "files", "requestBody": "octets", "replyBody": "none", "headerLikeBodies": "pass" }
            """));

        Assert.Equal([(DataType.Json, DataType.Json, HeaderLikeBodies.Refuse), (DataType.Octets, DataType.None, HeaderLikeBodies.Pass)],
            options.Routes.Select(route => (route.RequestBody, route.ReplyBody, route.HeaderLikeBodies)));
    }

    [Theory]
    [InlineData("""{ "protocol": "x", "servers": ["x:1"] }""", "5:26: backends.storage.protocol: unknown value \"x\"; write \"frame\" or \"smf\"")]
    [InlineData("7", "5:12: backends.storage: is a number; write an object")]
    public void A_mistake_in_a_backend_is_not_told_again_for_its_routes(string backend, string mistake) => Assert.Equal(
        [$"gateway.json:{mistake}"],
        Given.Mistakes(Given.With(backends: $"\"storage\": {backend}", routes: """{ "name": "n", "endpoint": "E", "backend": "storage" }""")));

    [Fact]
    public void A_route_may_have_a_smaller_or_a_larger_bound_than_the_gateway()
    {
        GatewayOptions options = Given.Options(Given.With(
            routes: """
                { "name": "a", "id": 7, "backend": "storage", "messageBytesMax": 10 },
                { "name": "b", "id": 8, "backend": "storage", "messageBytesMax": "1GiB" },
                { "name": "c", "id": 9, "backend": "storage" },
                { "name": "d", "endpoint": "D", "backend": "files", "requestBody": "octets", "octetsBytesMax": "3GiB", "timeout": "2s" }
                """,
            rest: """ "limits": { "messageBytesMax": "1MiB" }"""));

        Assert.Equal([10, 1 << 30, 1 << 20, 1 << 20], options.Routes.Select(r => r.MessageBytesMax));
        Assert.Equal([null, null, null, 3L << 30], options.Routes.Select(r => r.OctetsBytesMax));
        Assert.Equal([30, 30, 30, 2], options.Routes.Select(r => r.Timeout.TotalSeconds));
    }
}
