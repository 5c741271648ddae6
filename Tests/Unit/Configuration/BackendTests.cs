using FrameRpc.Gateway.Configuration;

namespace FrameRpc.Tests.Configuration;

public sealed class BackendTests
{
    private const string Forms = "write \"127.0.0.1:11225\", \"[::1]:11225\", \"name:port\", \"unix:/run/x.sock\" or \"demo:echo\"";

    [Test]
    public async Task A_backend_without_servers_is_a_mistake() =>
        await Assert.That(Given.Mistakes(Given.With(backends: """ "storage": { "protocol": "smf", "servers": [] }""")))
            .IsSequence(["gateway.json:5:44: backends.storage.servers: is empty; write a list of at least one"]);

    [Test]
    [Arguments("\"x\"", "5:45: backends.storage.servers[0]: an address has the form HOST:PORT, [IPV6]:PORT or unix:PATH; " + Forms)]
    [Arguments("\"x:0\"", "5:45: backends.storage.servers[0]: \"x:0\" has port 0, which no server listens on; " + Forms)]
    [Arguments("1", "5:45: backends.storage.servers[0]: is a number; write an object, or " + "\"127.0.0.1:11225\", \"[::1]:11225\", \"name:port\", \"unix:/run/x.sock\" or \"demo:echo\"")]
    [Arguments("""{ "address": "x" }""", "5:58: backends.storage.servers[0].address: an address has the form HOST:PORT, [IPV6]:PORT or unix:PATH; " + Forms)]
    [Arguments("""{ "weight": 1 }""", "5:45: backends.storage.servers[0].address: missing; " + Forms)]
    [Arguments("""{ "address": "x:1", "weight": 0 }""", "5:75: backends.storage.servers[0].weight: 0 is out of range; write a whole number from 1 to 1000")]
    [Arguments("""{ "address": "x:1", "weight": 1001 }""", "5:75: backends.storage.servers[0].weight: 1001 is out of range; write a whole number from 1 to 1000")]
    public async Task Servers_are_checked(string server, string mistake) =>
        await Assert.That(Given.Mistakes(Given.With(backends: $$""" "storage": { "protocol": "smf", "servers": [{{server}}] }""")))
            .IsSequence([$"gateway.json:{mistake}"]);

    [Test]
    public async Task A_server_that_comes_twice_is_told_with_both_places() =>
        await Assert.That(Given.Mistakes(Given.With(backends: """ "storage": { "protocol": "smf", "servers": ["x:1", { "address":  "x:1" }] }""")))
            .IsSequence(["gateway.json:5:66: backends.storage.servers[1].address: x:1 is already a server of this backend at gateway.json:5:45; give it a \"weight\" for a larger share"]);

    [Test]
    public async Task Only_frame_servers_drain_octets() =>
        await Assert.That(Given.Mistakes(Given.With(backends: """ "storage": { "protocol": "smf", "servers": ["x:1"], "drainsOctets": true }""")))
            .IsSequence(["gateway.json:5:69: backends.storage.drainsOctets: applies only to frame backends, and this backend uses smf; leave it out"]);

    [Test]
    [Arguments("smf", 5, 3, "5 is too few for 3 workers: each needs one that its small calls share, and one for a large body; write at least 6, or fewer \"workers\"")]
    [Arguments("frame", 2, 3, "2 is too few for 3 workers: each needs one; write at least 3, or fewer \"workers\"")]
    public async Task Fewer_connections_to_a_server_than_the_workers_need_are_a_mistake(string protocol, int max, int workers, string mistake) =>
        await Assert.That(Given.Mistakes(Given.With(
            backends: $$""" "x": { "protocol": "{{protocol}}", "servers": ["x:1"], "connectionsPerServerMax": {{max}} }""",
            routes: "",
            rest: $$""" "workers": {{workers}} """))).IsSequence([$"gateway.json:5:{71 + protocol.Length}: backends.x.connectionsPerServerMax: {mistake}"]);

    [Test]
    [Arguments("smf", 6, 1, 1)]
    [Arguments("frame", 3, 0, 1)]
    public async Task As_many_as_they_need_are_enough(string protocol, int max, int shared, int exclusive) => await Assert.That(Given.Options(Given.With(
            backends: $$""" "x": { "protocol": "{{protocol}}", "servers": ["x:1"], "connectionsPerServerMax": {{max}} }""",
            routes: "",
            rest: """ "workers": 3 """)).Backends[0].ConnectionLimits).IsEqualTo(new ConnectionLimits(shared + exclusive, shared, exclusive));

    /// <summary>Nobody wrote that number, so it is no mistake of theirs.</summary>
    [Test]
    public async Task Where_the_default_is_too_few_for_the_workers_they_have_what_they_need() =>
        await Assert.That(Given.Options(Given.With(rest: """ "workers": 1000 """)).Backends[0].ConnectionLimits).IsEqualTo(new ConnectionLimits(Total: 2, SharedMax: 1, ExclusiveMax: 1));

    [Test]
    public async Task Payloads_of_smf_are_tables_and_packed_requests_pass_unless_it_is_said_otherwise()
    {
        BackendOptions untold = Given.Options(Given.With()).Backends[0];
        await Assert.That((untold.Payload, untold.Compression)).IsEqualTo((PayloadKind.Table, CompressedRequests.Pass));
        BackendOptions told = Given.Options(Given.With(
            backends: """ "storage": { "protocol": "smf", "servers": ["x:1"], "payload": "any", "compression": "refuse" }""")).Backends[0];
        await Assert.That((told.Payload, told.Compression)).IsEqualTo((PayloadKind.Any, CompressedRequests.Refuse));
    }

    [Test]
    public async Task Bodies_of_frame_backends_are_no_tables_and_never_packed() => await Assert.That(Given.Mistakes(Given.With(
            backends: """ "files": { "protocol": "frame", "servers": ["x:1"], "payload": "table", "compression": "pass" }""",
            routes: ""))).IsSequence([
            "gateway.json:5:64: backends.files.payload: applies only to smf backends, and this backend uses frame; leave it out",
            "gateway.json:5:88: backends.files.compression: applies only to smf backends, and this backend uses frame; leave it out",
        ]);

    [Test]
    [Arguments("payload", "\"none\"", "unknown value \"none\"; write \"table\" or \"any\"")]
    [Arguments("compression", "\"zstd\"", "unknown value \"zstd\"; write \"pass\" or \"refuse\"")]
    public async Task Other_words_are_mistakes(string option, string value, string mistake) =>
        await Assert.That(Given.Mistakes(Given.With(backends: $$""" "storage": { "protocol": "smf", "servers": ["x:1"], "{{option}}": {{value}} }""")))
            .IsSequence([$"gateway.json:5:{57 + option.Length}: backends.storage.{option}: {mistake}"]);

    [Test]
    public async Task Bounds_have_their_ranges() => await Assert.That(Given.Mistakes(Given.With(backends: """
            "storage": { "protocol": "smf", "servers": ["10.0.0.1:1"],  "connectTimeout": "6m",  "connectionsPerServerMax": 0, "callsWaitingMax": -1 }
            """))).IsSequence([
            "gateway.json:5:79: backends.storage.connectTimeout: \"6m\" is too long; write a duration from \"1ms\" to \"5m\", such as \"250ms\", \"5s\" or \"2m\"",
            "gateway.json:5:113: backends.storage.connectionsPerServerMax: 0 is out of range; write a whole number from 1 to 1000000",
            "gateway.json:5:135: backends.storage.callsWaitingMax: -1 is out of range; write a whole number from 0 to 1000000",
        ]);
}
