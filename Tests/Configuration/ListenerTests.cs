using Xunit;

namespace FrameRpc.Tests.Configuration;

public sealed class ListenerTests
{
    private const string Forms = "write \"127.0.0.1:11225\", \"[::1]:11225\", \"name:port\" or \"unix:/run/x.sock\"";

    [Theory]
    [InlineData("\"\"", "an address is written HOST:PORT, [IPV6]:PORT or unix:PATH")]
    [InlineData("\"127.0.0.1\"", "an address is written HOST:PORT, [IPV6]:PORT or unix:PATH")]
    [InlineData("\":80\"", "an address is written HOST:PORT, [IPV6]:PORT or unix:PATH")]
    [InlineData("\"::1:80\"", "an IPv6 address stands in brackets: [::1]:11225")]
    [InlineData("\"127.0.0.1:99999\"", "the port \"99999\" is not a number from 0 to 65535")]
    [InlineData("\"127.0.0.1:http\"", "the port \"http\" is not a number from 0 to 65535")]
    [InlineData("\"unix:\"", "the path after \"unix:\" is missing")]
    [InlineData("\"demo:ech\"", "there is no embedded server \"demo:ech\"; the one there is is \"demo:echo\"")]
    [InlineData("\"demo:echo\"", "\"demo:echo\" is an embedded server, for the servers of a backend, and cannot be listened on")]
    [InlineData("80", "is a number")]
    public void A_bad_address_is_told_with_the_forms_there_are(string address, string problem) => Assert.Equal(
        [$"gateway.json:3:27: listeners[0].address: {problem}; {Forms}"],
        Given.Mistakes(Given.With(listeners: $$"""{ "name": "a", "address": {{address}}, "protocol": "smf" }""")));

    [Fact]
    public void The_admin_endpoint_has_an_address_of_a_listener() => Assert.Equal(
        [$"gateway.json:9:22: admin.address: \"demo:echo\" is an embedded server, for the servers of a backend, and cannot be listened on; {Forms}"],
        Given.Mistakes(Given.With(rest: """ "admin": {"address": "demo:echo"}""")));

    [Fact]
    public void Two_listeners_do_not_share_a_name() => Assert.Equal(
        ["gateway.json:4:11: listeners[1].name: \"a\" is already the name at gateway.json:3:11"],
        Given.Mistakes(Given.With(listeners: """
            { "name": "a", "address": "127.0.0.1:1", "protocol": "smf" },
            { "name": "a", "address": "127.0.0.1:2", "protocol": "smf" }
            """)));

    [Fact]
    public void Two_listeners_do_not_share_an_address_however_its_host_is_written() => Assert.Equal(
        ["gateway.json:4:27: listeners[1].address: LocalHost:1 is already the address of listener \"a\" at gateway.json:3:27"],
        Given.Mistakes(Given.With(listeners: """
            { "name": "a", "address": "localhost:1", "protocol": "smf" },
            { "name": "b", "address": "LocalHost:1", "protocol": "frame" }
            """)));

    [Fact]
    public void The_admin_endpoint_does_not_share_an_address_with_a_listener() => Assert.Equal(
        ["gateway.json:9:22: admin.address: 127.0.0.1:1 is already the address of listener \"smf\" at gateway.json:3:29"],
        Given.Mistakes(Given.With(rest: """ "admin": {"address": "127.0.0.1:1"}""")));

    [Fact]
    public void Port_0_may_be_given_twice_and_paths_differ_by_case() => Assert.Equal(4, Given.Options(Given.With(listeners: """
        { "name": "a", "address": "127.0.0.1:0", "protocol": "smf" },
        { "name": "b", "address": "127.0.0.1:0", "protocol": "smf" },
        { "name": "c", "address": "unix:/run/a.sock", "protocol": "smf" },
        { "name": "d", "address": "unix:/run/A.sock", "protocol": "smf" }
        """)).Listeners.Count);

    [Fact]
    public void A_gateway_without_listeners_is_a_mistake() => Assert.Equal(
        ["gateway.json:2:14: listeners: is empty; write a list of at least one"],
        Given.Mistakes(Given.With(listeners: "")));
}
