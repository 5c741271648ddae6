using FrameRpc.Gateway.Configuration;
using Xunit;

namespace FrameRpc.Tests.Configuration;

public sealed class BackendTests
{
    private const string Forms = "write \"127.0.0.1:11225\", \"[::1]:11225\", \"name:port\", \"unix:/run/x.sock\" or \"demo:echo\"";

    [Fact]
    public void A_backend_without_servers_is_a_mistake() => Assert.Equal(
        ["gateway.json:5:44: backends.storage.servers: is empty; write a list of at least one"],
        Given.Mistakes(Given.With(backends: """ "storage": { "protocol": "smf", "servers": [] }""")));

    [Theory]
    [InlineData("\"x\"", "5:45: backends.storage.servers[0]: an address is written HOST:PORT, [IPV6]:PORT or unix:PATH; " + Forms)]
    [InlineData("\"x:0\"", "5:45: backends.storage.servers[0]: \"x:0\" has port 0, which no server listens on; " + Forms)]
    [InlineData("1", "5:45: backends.storage.servers[0]: is a number; write an object, or " + "\"127.0.0.1:11225\", \"[::1]:11225\", \"name:port\", \"unix:/run/x.sock\" or \"demo:echo\"")]
    [InlineData("""{ "address": "x" }""", "5:58: backends.storage.servers[0].address: an address is written HOST:PORT, [IPV6]:PORT or unix:PATH; " + Forms)]
    [InlineData("""{ "weight": 1 }""", "5:45: backends.storage.servers[0].address: missing; " + Forms)]
    [InlineData("""{ "address": "x:1", "weight": 0 }""", "5:75: backends.storage.servers[0].weight: 0 is out of range; write a whole number from 1 to 1000")]
    [InlineData("""{ "address": "x:1", "weight": 1001 }""", "5:75: backends.storage.servers[0].weight: 1001 is out of range; write a whole number from 1 to 1000")]
    public void Servers_are_checked(string server, string mistake) => Assert.Equal(
        [$"gateway.json:{mistake}"],
        Given.Mistakes(Given.With(backends: $$""" "storage": { "protocol": "smf", "servers": [{{server}}] }""")));

    [Fact]
    public void A_server_that_comes_twice_is_told_with_both_places() => Assert.Equal(
        ["gateway.json:5:66: backends.storage.servers[1].address: x:1 is already a server of this backend at gateway.json:5:45; give it a \"weight\" for a larger share"],
        Given.Mistakes(Given.With(backends: """ "storage": { "protocol": "smf", "servers": ["x:1", { "address":  "x:1" }] }""")));

    [Fact]
    public void Only_frame_servers_drain_octets() => Assert.Equal(
        ["gateway.json:5:69: backends.storage.drainsOctets: only frame backends have it, and this one speaks smf; leave it out"],
        Given.Mistakes(Given.With(backends: """ "storage": { "protocol": "smf", "servers": ["x:1"], "drainsOctets": true }""")));

    [Theory]
    [InlineData("smf", 5, 3, "5 is too few for 3 workers: each needs one that its small calls share, and one for a large body; write at least 6, or fewer \"workers\"")]
    [InlineData("frame", 2, 3, "2 is too few for 3 workers: each needs one; write at least 3, or fewer \"workers\"")]
    public void Fewer_connections_to_a_server_than_the_workers_need_are_a_mistake(string protocol, int max, int workers, string mistake) => Assert.Equal(
        [$"gateway.json:5:{71 + protocol.Length}: backends.x.connectionsPerServerMax: {mistake}"],
        Given.Mistakes(Given.With(
            backends: $$""" "x": { "protocol": "{{protocol}}", "servers": ["x:1"], "connectionsPerServerMax": {{max}} }""",
            routes: "",
            rest: $$""" "workers": {{workers}} """)));

    [Theory]
    [InlineData("smf", 6, 1, 1)]
    [InlineData("frame", 3, 0, 1)]
    public void As_many_as_they_need_are_enough(string protocol, int max, int shared, int exclusive) => Assert.Equal(
        new LaneShare(shared, exclusive),
        Given.Options(Given.With(
            backends: $$""" "x": { "protocol": "{{protocol}}", "servers": ["x:1"], "connectionsPerServerMax": {{max}} }""",
            routes: "",
            rest: """ "workers": 3 """)).Backends[0].Lanes);

    /// <summary>Nobody wrote that number, so it is no mistake of theirs.</summary>
    [Fact]
    public void Where_the_default_is_too_few_for_the_workers_they_have_what_they_need() => Assert.Equal(
        new LaneShare(Shared: 1, Exclusive: 1),
        Given.Options(Given.With(rest: """ "workers": 1000 """)).Backends[0].Lanes);

    [Fact]
    public void Payloads_of_smf_are_tables_and_packed_requests_pass_unless_it_is_said_otherwise()
    {
        BackendOptions untold = Given.Options(Given.With()).Backends[0];
        Assert.Equal((PayloadKind.Table, PackedRequests.Pass), (untold.Payload, untold.Compression));
        BackendOptions told = Given.Options(Given.With(
            backends: """ "storage": { "protocol": "smf", "servers": ["x:1"], "payload": "any", "compression": "refuse" }""")).Backends[0];
        Assert.Equal((PayloadKind.Any, PackedRequests.Refuse), (told.Payload, told.Compression));
    }

    [Fact]
    public void Bodies_of_frame_backends_are_no_tables_and_never_packed() => Assert.Equal(
        [
            "gateway.json:5:64: backends.files.payload: only smf backends have it, and this one speaks frame; leave it out",
            "gateway.json:5:88: backends.files.compression: only smf backends have it, and this one speaks frame; leave it out",
        ],
        Given.Mistakes(Given.With(
            backends: """ "files": { "protocol": "frame", "servers": ["x:1"], "payload": "table", "compression": "pass" }""",
            routes: "")));

    [Theory]
    [InlineData("payload", "\"none\"", "unknown value \"none\"; write \"table\" or \"any\"")]
    [InlineData("compression", "\"zstd\"", "unknown value \"zstd\"; write \"pass\" or \"refuse\"")]
    public void Other_words_are_mistakes(string option, string value, string mistake) => Assert.Equal(
        [$"gateway.json:5:{57 + option.Length}: backends.storage.{option}: {mistake}"],
        Given.Mistakes(Given.With(backends: $$""" "storage": { "protocol": "smf", "servers": ["x:1"], "{{option}}": {{value}} }""")));

    [Fact]
    public void Bounds_have_their_ranges() => Assert.Equal(
        [
            "gateway.json:5:79: backends.storage.connectTimeout: \"6m\" is too long; write a duration from \"1ms\" to \"5m\", such as \"250ms\", \"5s\" or \"2m\"",
            "gateway.json:5:113: backends.storage.connectionsPerServerMax: 0 is out of range; write a whole number from 1 to 1000000",
            "gateway.json:5:135: backends.storage.callsWaitingMax: -1 is out of range; write a whole number from 0 to 1000000",
        ],
        Given.Mistakes(Given.With(backends: """
            "storage": { "protocol": "smf", "servers": ["10.0.0.1:1"],  "connectTimeout": "6m",  "connectionsPerServerMax": 0, "callsWaitingMax": -1 }
            """)));
}
