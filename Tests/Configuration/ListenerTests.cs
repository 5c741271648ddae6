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

    [Theory]
    [InlineData("\"0660\"", null)]
    [InlineData("\"777\"", null)]
    [InlineData("\"0000\"", null)]
    [InlineData("\"0668\"", "\"0668\" is not a mode")]
    [InlineData("\"1777\"", "\"1777\" is not a mode")]
    [InlineData("\"66\"", "\"66\" is not a mode")]
    [InlineData("\"rw-rw----\"", "\"rw-rw----\" is not a mode")]
    [InlineData("432", "is a number")]
    public void A_mode_is_octal_digits_in_a_string(string mode, string? problem) => Assert.Equal(
        problem is null ? [] : [$"gateway.json:3:67: listeners[0].mode: {problem}; write an octal mode from \"0000\" to \"0777\", such as \"0660\" or \"0666\""],
        Given.Mistakes(Given.With(listeners: $$"""{ "name": "a", "address": "unix:/a", "protocol": "smf", "mode":   {{mode}} }""")));

    [Theory]
    [InlineData("\"frpc\"", null)]
    [InlineData("\"frpc:callers\"", null)]
    [InlineData("\":callers\"", null)]
    [InlineData("\"1000:1000\"", null)]
    [InlineData("\"\"", "\"\" is not an owner")]
    [InlineData("\"frpc:\"", "\"frpc:\" is not an owner")]
    [InlineData("\"a:b:c\"", "\"a:b:c\" is not an owner")]
    [InlineData("\"a b\"", "\"a b\" is not an owner")]
    [InlineData("1000", "is a number")]
    public void An_owner_is_a_user_a_group_or_both(string owner, string? problem) => Assert.Equal(
        problem is null ? [] : [$"gateway.json:3:67: listeners[0].owner: {problem}; write a user and a group, names or numbers, such as \"frpc\", \"frpc:callers\", \":callers\" or \"1000:1000\""],
        Given.Mistakes(Given.With(listeners: $$"""{ "name": "a", "address": "unix:/a", "protocol": "smf", "owner":  {{owner}} }""")));

    [Theory]
    [InlineData("\"mode\": \"0660\"", "mode")]
    [InlineData("\"owner\": \"root\"", "owner")]
    public void Only_a_unix_socket_has_a_file_with_a_mode_and_an_owner(string option, string name)
    {
        const string what = "127.0.0.1:1 has no file that could have it; leave it out, or listen on a Unix socket, such as \"unix:/run/x.sock\"";

        Assert.Equal(
            [$"gateway.json:3:{65 + name.Length}: listeners[0].{name}: {what}"],
            Given.Mistakes(Given.With(listeners: $$"""{ "name": "a", "address": "127.0.0.1:1", "protocol": "smf", {{option}} }""")));
        Assert.Equal(
            [$"gateway.json:9:{41 + name.Length}: admin.{name}: 127.0.0.1:2 has no file that could have it; leave it out, or listen on a Unix socket, such as \"unix:/run/x.sock\""],
            Given.Mistakes(Given.With(rest: $$""" "admin": {"address": "127.0.0.1:2", {{option}}}""")));
    }

    [Fact]
    public void A_gateway_without_listeners_is_a_mistake() => Assert.Equal(
        ["gateway.json:2:14: listeners: is empty; write a list of at least one"],
        Given.Mistakes(Given.With(listeners: "")));
}
