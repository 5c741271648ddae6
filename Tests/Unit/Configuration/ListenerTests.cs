namespace FrameRpc.Tests.Configuration;

public sealed class ListenerTests
{
    private const string Forms = "write \"127.0.0.1:11225\", \"[::1]:11225\", \"name:port\" or \"unix:/run/x.sock\"";

    [Test]
    [Arguments("\"\"", "an address has the form HOST:PORT, [IPV6]:PORT or unix:PATH")]
    [Arguments("\"127.0.0.1\"", "an address has the form HOST:PORT, [IPV6]:PORT or unix:PATH")]
    [Arguments("\":80\"", "an address has the form HOST:PORT, [IPV6]:PORT or unix:PATH")]
    [Arguments("\"::1:80\"", "an IPv6 address must be in brackets: [::1]:11225")]
    [Arguments("\"127.0.0.1:99999\"", "the port \"99999\" is not a number from 0 to 65535")]
    [Arguments("\"127.0.0.1:http\"", "the port \"http\" is not a number from 0 to 65535")]
    [Arguments("\"unix:\"", "the path after \"unix:\" is missing")]
    [Arguments("\"demo:ech\"", "unknown embedded server \"demo:ech\"; the only one is \"demo:echo\"")]
    [Arguments("\"demo:echo\"", "\"demo:echo\" is an embedded server, for the servers of a backend, and cannot be listened on")]
    [Arguments("80", "is a number")]
    public async Task A_bad_address_is_told_with_the_forms_there_are(string address, string problem) =>
        await Assert.That(Given.Mistakes(Given.With(listeners: $$"""{ "name": "a", "address": {{address}}, "protocol": "smf" }""")))
            .IsSequence([$"gateway.json:3:27: listeners[0].address: {problem}; {Forms}"]);

    [Test]
    public async Task The_admin_endpoint_has_an_address_of_a_listener() =>
        await Assert.That(Given.Mistakes(Given.With(rest: """ "admin": {"address": "demo:echo"}""")))
            .IsSequence([$"gateway.json:9:22: admin.address: \"demo:echo\" is an embedded server, for the servers of a backend, and cannot be listened on; {Forms}"]);

    [Test]
    public async Task Two_listeners_do_not_share_a_name() => await Assert.That(Given.Mistakes(Given.With(listeners: """
            { "name": "a", "address": "127.0.0.1:1", "protocol": "smf" },
            { "name": "a", "address": "127.0.0.1:2", "protocol": "smf" }
            """))).IsSequence(["gateway.json:4:11: listeners[1].name: \"a\" is already the name at gateway.json:3:11"]);

    [Test]
    public async Task Two_listeners_do_not_share_an_address_however_its_host_is_written() => await Assert.That(Given.Mistakes(Given.With(listeners: """
            { "name": "a", "address": "localhost:1", "protocol": "smf" },
            { "name": "b", "address": "LocalHost:1", "protocol": "frame" }
            """))).IsSequence(["gateway.json:4:27: listeners[1].address: LocalHost:1 is already the address of listener \"a\" at gateway.json:3:27"]);

    [Test]
    public async Task The_admin_endpoint_does_not_share_an_address_with_a_listener() =>
        await Assert.That(Given.Mistakes(Given.With(rest: """ "admin": {"address": "127.0.0.1:1"}""")))
            .IsSequence(["gateway.json:9:22: admin.address: 127.0.0.1:1 is already the address of listener \"smf\" at gateway.json:3:29"]);

    [Test]
    public async Task Port_0_may_be_given_twice_and_paths_differ_by_case() => await Assert.That(Given.Options(Given.With(listeners: """
        { "name": "a", "address": "127.0.0.1:0", "protocol": "smf" },
        { "name": "b", "address": "127.0.0.1:0", "protocol": "smf" },
        { "name": "c", "address": "unix:/run/a.sock", "protocol": "smf" },
        { "name": "d", "address": "unix:/run/A.sock", "protocol": "smf" }
        """)).Listeners.Count).IsEqualTo(4);

    [Test]
    [Arguments("\"0660\"", null)]
    [Arguments("\"777\"", null)]
    [Arguments("\"0000\"", null)]
    [Arguments("\"0668\"", "\"0668\" is not a mode")]
    [Arguments("\"1777\"", "\"1777\" is not a mode")]
    [Arguments("\"66\"", "\"66\" is not a mode")]
    [Arguments("\"rw-rw----\"", "\"rw-rw----\" is not a mode")]
    [Arguments("432", "is a number")]
    public async Task A_mode_is_octal_digits_in_a_string(string mode, string? problem) =>
        await Assert.That(Given.Mistakes(Given.With(listeners: $$"""{ "name": "a", "address": "unix:/a", "protocol": "smf", "mode":   {{mode}} }""")))
            .IsSequence(problem is null ? [] : [$"gateway.json:3:67: listeners[0].mode: {problem}; write an octal mode from \"0000\" to \"0777\", such as \"0660\" or \"0666\""]);

    [Test]
    [Arguments("\"frpc\"", null)]
    [Arguments("\"frpc:callers\"", null)]
    [Arguments("\":callers\"", null)]
    [Arguments("\"1000:1000\"", null)]
    [Arguments("\"\"", "\"\" is not an owner")]
    [Arguments("\"frpc:\"", "\"frpc:\" is not an owner")]
    [Arguments("\"a:b:c\"", "\"a:b:c\" is not an owner")]
    [Arguments("\"a b\"", "\"a b\" is not an owner")]
    [Arguments("1000", "is a number")]
    public async Task An_owner_is_a_user_a_group_or_both(string owner, string? problem) =>
        await Assert.That(Given.Mistakes(Given.With(listeners: $$"""{ "name": "a", "address": "unix:/a", "protocol": "smf", "owner":  {{owner}} }""")))
            .IsSequence(problem is null ? [] : [$"gateway.json:3:67: listeners[0].owner: {problem}; write a user and a group, names or numbers, such as \"frpc\", \"frpc:callers\", \":callers\" or \"1000:1000\""]);

    [Test]
    [Arguments("\"mode\": \"0660\"", "mode")]
    [Arguments("\"owner\": \"root\"", "owner")]
    public async Task Only_a_unix_socket_has_a_file_with_a_mode_and_an_owner(string option, string name)
    {
        const string what = "applies only to Unix sockets, and 127.0.0.1:1 is none; leave it out, or listen on a Unix socket, such as \"unix:/run/x.sock\"";

        await Assert.That(Given.Mistakes(Given.With(listeners: $$"""{ "name": "a", "address": "127.0.0.1:1", "protocol": "smf", {{option}} }""")))
            .IsSequence([$"gateway.json:3:{65 + name.Length}: listeners[0].{name}: {what}"]);
        await Assert.That(Given.Mistakes(Given.With(rest: $$""" "admin": {"address": "127.0.0.1:2", {{option}}}""")))
            .IsSequence([$"gateway.json:9:{41 + name.Length}: admin.{name}: applies only to Unix sockets, and 127.0.0.1:2 is none; leave it out, or listen on a Unix socket, such as \"unix:/run/x.sock\""]);
    }

    [Test]
    public async Task A_gateway_without_listeners_is_a_mistake() =>
        await Assert.That(Given.Mistakes(Given.With(listeners: ""))).IsSequence(["gateway.json:2:14: listeners: is empty; write a list of at least one"]);
}
