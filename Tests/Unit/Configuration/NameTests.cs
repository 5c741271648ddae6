namespace FrameRpc.Tests.Configuration;

public sealed class NameTests
{
    [Test]
    public async Task An_unknown_name_is_told_with_the_one_that_was_meant()
    {
        string text = """
            {
              "listeners": [
                { "name": "smf", "address": "127.0.0.1:1", "protocol": "smf" }
              ],
              "backends": {
                // Servers of storage.
                "storage": {
                  "protocol": "smf",
                  "servers": ["10.0.0.1:1"],
                  "balancing": "leastCalls",
                },
                "storage2": { "servrs": ["10.0.0.1:1"], "protocol": "smf", "servers": ["10.0.0.1:1"] },
              },
              "routes": [],
            }
            """;

        await Assert.That(Given.Mistakes(text)).IsSequence(["gateway.json:12:19: backends.storage2.servrs: unknown name; did you mean \"servers\"?"]);
    }

    [Test]
    public async Task Unknown_names_are_found_at_every_level()
    {
        string text = Given.With(
            listeners: """{ "name": "a", "address": "127.0.0.1:1", "protocol": "smf", "protocl": "smf" }""",
            backends: """ "storage": { "protocol": "smf", "servers": [{ "address": "10.0.0.1:1", "wieght": 2 }] }""",
            routes: """{ "name": "get", "id": 7, "backend": "storage", "timout": "1s" }""",
            rest: """ "limits": { "connectionMax": 1 }, "admin": { "address": "127.0.0.1:2", "adress": "" }, "wrkers": 1, "schema": "x" """);

        await Assert.That(Given.Mistakes(text)).IsSequence([
                "gateway.json:3:61: listeners[0].protocl: unknown name; did you mean \"protocol\"?",
                "gateway.json:5:72: backends.storage.servers[0].wieght: unknown name; did you mean \"weight\"?",
                "gateway.json:7:49: routes[0].timout: unknown name; did you mean \"timeout\"?",
                "gateway.json:9:13: limits.connectionMax: unknown name; did you mean \"connectionsMax\"?",
                "gateway.json:9:72: admin.adress: unknown name; did you mean \"address\"?",
                "gateway.json:9:88: wrkers: unknown name; did you mean \"workers\"?",
                "gateway.json:9:101: schema: unknown name; did you mean \"$schema\"?",
            ]);
    }

    [Test]
    public async Task An_unknown_name_that_is_like_none_is_told_with_all_of_them() =>
        await Assert.That(Given.Mistakes(Given.With(rest: """ "admin": {"address": "127.0.0.1:2",  "tls": true}""")))
            .IsSequence(["gateway.json:9:38: admin.tls: unknown name; the names here are address, allowRemote, tokenFile, createToken, hosts, mode, owner"]);

    [Test]
    public async Task Names_of_the_file_are_taken_by_their_case() =>
        await Assert.That(Given.Mistakes(Given.With(rest: """ "Workers": 2""")))
            .IsSequence(["gateway.json:9:1: Workers: unknown name; did you mean \"workers\"?"]);

    [Test]
    public async Task A_name_with_a_colon_is_refused_and_the_rest_still_checked() =>
        await Assert.That(Given.Mistakes(Given.With(rest: """ "limits:writeTimeout": "5s", /* , */  "wrkers": 1""")))
            .IsSequence(["gateway.json:9:1: limits:writeTimeout: a name cannot contain \":\"", "gateway.json:9:39: wrkers: unknown name; did you mean \"workers\"?"]);

    [Test]
    public async Task An_empty_name_is_refused() =>
        await Assert.That(Given.Mistakes(Given.With(backends: """ "": {}, """ + Given.Backends)))
            .IsSequence(["gateway.json:5:1: backends.: a name cannot be empty"]);

    [Test]
    public async Task What_is_missing_is_told_at_the_object_that_lacks_it()
    {
        string text = """
            {
              "listeners": [ { "name": "smf" } ],
              "backends": { "storage": { } },
              "routes": [ { "id": 7 } ]
            }
            """;

        await Assert.That(Given.Mistakes(text)).IsSequence([
                "gateway.json:2:18: listeners[0].address: missing; write \"127.0.0.1:11225\", \"[::1]:11225\", \"name:port\" or \"unix:/run/x.sock\"",
                "gateway.json:2:18: listeners[0].protocol: missing; write \"frame\" or \"smf\"",
                "gateway.json:3:28: backends.storage.protocol: missing; write \"frame\" or \"smf\"",
                "gateway.json:3:28: backends.storage.servers: missing; write a list of at least one",
                "gateway.json:4:15: routes[0].name: missing; write a string of 1 to 255 characters",
                "gateway.json:4:15: routes[0].backend: missing; write a string of 1 to 255 characters",
            ]);
    }

    [Test]
    public async Task An_empty_object_lacks_the_three_names_that_nothing_runs_without() => await Assert.That(Given.Mistakes("{}")).IsSequence([
            "gateway.json:1:1: listeners: missing; write a list of at least one",
            "gateway.json:1:1: backends: missing; write an object with a name for each",
            "gateway.json:1:1: routes: missing; write a list",
        ]);
}
