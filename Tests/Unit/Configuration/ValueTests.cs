namespace FrameRpc.Tests.Configuration;

public sealed class ValueTests
{
    [Test]
    [Arguments("\"4\"", "is a string")]
    [Arguments("true", "is a boolean")]
    [Arguments("null", "is null")]
    [Arguments("[]", "is a list")]
    [Arguments("{}", "is an object")]
    [Arguments("1.5", "1.5 is not a whole number")]
    [Arguments("1e3", "1e3 is not a whole number")]
    [Arguments("-1", "-1 is out of range")]
    [Arguments("1025", "1025 is out of range")]
    [Arguments("99999999999999999999", "99999999999999999999 is out of range")]
    public async Task A_count_is_a_whole_number_in_its_range(string value, string problem) =>
        await Assert.That(Given.Mistakes(Given.With(rest: $"\"workers\": {value}")))
            .IsSequence([$"gateway.json:9:12: workers: {problem}; write a whole number from 0 to 1024"]);

    [Test]
    [Arguments("5", "is a number")]
    [Arguments("\"5\"", "\"5\" is not a duration")]
    [Arguments("\"5 s\"", "\"5 s\" is not a duration")]
    [Arguments("\"s\"", "\"s\" is not a duration")]
    [Arguments("\"1.5s\"", "\"1.5s\" is not a duration")]
    [Arguments("\"-1s\"", "\"-1s\" is not a duration")]
    [Arguments("\"5sec\"", "\"5sec\" is not a duration")]
    [Arguments("\"5S\"", "\"5S\" is not a duration")]
    [Arguments("\"0s\"", "\"0s\" is too short")]
    [Arguments("\"11m\"", "\"11m\" is too long")]
    [Arguments("\"9999999999999999999999h\"", "\"9999999999999999999999h\" is too long")]
    public async Task A_duration_is_a_whole_number_and_a_unit(string value, string problem) =>
        await Assert.That(Given.Mistakes(Given.With(rest: $$""" "limits": {"writeTimeout": {{value}} }""")))
            .IsSequence([$"gateway.json:9:28: limits.writeTimeout: {problem}; write a duration from \"1ms\" to \"10m\", such as \"250ms\", \"5s\" or \"2m\""]);

    [Test]
    [Arguments("250ms", 250)]
    [Arguments("5s", 5_000)]
    [Arguments("2m", 120_000)]
    [Arguments("1h", 3_600_000)]
    [Arguments("0s", 0)]
    public async Task Durations_are_read(string text, int milliseconds) =>
        await Assert.That(Given.Options(Given.With(rest: $"\"drainTimeout\": \"{text}\"")).DrainTimeout).IsEqualTo(TimeSpan.FromMilliseconds(milliseconds));

    [Test]
    [Arguments("true", "is a boolean")]
    [Arguments("\"64MB\"", "\"64MB\" is not a size")]
    [Arguments("\"64\"", "\"64\" is not a size")]
    [Arguments("\"MiB\"", "\"MiB\" is not a size")]
    [Arguments("\"\"", "\"\" is not a size")]
    [Arguments("1.5", "1.5 is not a size")]
    [Arguments("-1", "-1 is not a size")]
    [Arguments("0", "0 is too small")]
    [Arguments("2147483648", "2147483648 is too large")]
    [Arguments("\"2GiB\"", "\"2GiB\" is too large")]
    [Arguments("\"99999999999999999GiB\"", "\"99999999999999999GiB\" is too large")]
    public async Task A_size_is_a_number_of_bytes_or_has_a_unit(string value, string problem) =>
        await Assert.That(Given.Mistakes(Given.With(rest: $$""" "limits": {"messageBytesMax": {{value}} }""")))
            .IsSequence([$"gateway.json:9:31: limits.messageBytesMax: {problem}; write a size from 1 byte to 2147483647 bytes (2 GiB - 1), such as \"64KiB\", \"4MiB\" or \"1GiB\", or a number of bytes"]);

    [Test]
    [Arguments("1", 1)]
    [Arguments("\"64KiB\"", 65_536)]
    [Arguments("\"4MiB\"", 4_194_304)]
    [Arguments("\"1GiB\"", 1_073_741_824)]
    [Arguments("2147483647", 2_147_483_647)]
    public async Task Sizes_are_read(string value, long bytes) =>
        await Assert.That(Given.Options(Given.With(rest: $$""" "limits": {"messageBytesMax": {{value}} }""")).Limits.MessageBytesMax).IsEqualTo(bytes);

    [Test]
    public async Task The_other_limits_have_their_ranges() =>
        await Assert.That(Given.Mistakes(Given.With(rest: """ "limits": {"connectionsMax":0, "replyBufferMax": "1KiB", "sharedBodyMax": "2MiB", "pipesMax": 65536 }""")))
            .IsSequence([
            "gateway.json:9:29: limits.connectionsMax: 0 is out of range; write a whole number from 1 to 1000000",
            "gateway.json:9:50: limits.replyBufferMax: \"1KiB\" is too small; write a size from 64KiB to 1GiB, such as \"64KiB\", \"4MiB\" or \"1GiB\", or a number of bytes",
            "gateway.json:9:75: limits.sharedBodyMax: \"2MiB\" is too large; write a size from 1 byte to 1MiB, such as \"64KiB\", \"4MiB\" or \"1GiB\", or a number of bytes",
            "gateway.json:9:95: limits.pipesMax: 65536 is out of range; write a whole number from 0 to 65535",
        ]);

    [Test]
    [Arguments("0", "0 is too small")]
    [Arguments("\"2GiB\"", "\"2GiB\" is too large")]
    [Arguments("\"128KB\"", "\"128KB\" is not a size")]
    public async Task The_length_to_splice_from_is_a_size(string value, string problem) =>
        await Assert.That(Given.Mistakes(Given.With(rest: $"\"spliceBytesMin\": {value}")))
            .IsSequence([$"gateway.json:9:19: spliceBytesMin: {problem}; write a size from 1 byte to 1GiB, such as \"64KiB\", \"4MiB\" or \"1GiB\", or a number of bytes"]);

    [Test]
    [Arguments("\"Splice\"", "unknown value \"Splice\"")]
    [Arguments("\"sendfile\"", "unknown value \"sendfile\"")]
    [Arguments("true", "is a boolean")]
    public async Task Relay_takes_no_other_words(string value, string problem) =>
        await Assert.That(Given.Mistakes(Given.With(rest: $"\"relay\": {value}")))
            .IsSequence([$"gateway.json:9:10: relay: {problem}; write \"auto\", \"splice\" or \"copy\""]);

    [Test]
    [Arguments("""{ "name": "a", "address": "127.0.0.1:1", "protocol": "http" }""", "3:54: listeners[0].protocol: unknown value \"http\"; write \"frame\" or \"smf\"")]
    [Arguments("""{ "name": "a", "address": "127.0.0.1:1", "protocol": "SMF" }""", "3:54: listeners[0].protocol: unknown value \"SMF\"; write \"frame\" or \"smf\"")]
    [Arguments("""{ "name": "a", "address": "127.0.0.1:1", "protocol": 1 }""", "3:54: listeners[0].protocol: is a number; write \"frame\" or \"smf\"")]
    [Arguments("""{ "name": "", "address": "127.0.0.1:1", "protocol": "smf" }""", "3:11: listeners[0].name: is empty; write a string of 1 to 255 characters")]
    [Arguments("""{ "name": "a\n", "address": "127.0.0.1:1", "protocol": "smf" }""",
        "3:11: listeners[0].name: \"a\\u000a\" contains a control character; write a string of 1 to 255 characters")]
    public async Task Words_and_names_are_checked(string listener, string mistake) =>
        await Assert.That(Given.Mistakes(Given.With(listeners: listener))).IsSequence([$"gateway.json:{mistake}"]);

    [Test]
    public async Task An_unknown_way_of_balancing_is_told_with_those_there_are() =>
        await Assert.That(Given.Mistakes(Given.With(backends: """ "storage": { "protocol": "smf", "balancing":  "random", "servers": ["10.0.0.1:1"] }""")))
            .IsSequence(["gateway.json:5:47: backends.storage.balancing: unknown value \"random\"; write \"roundRobin\", \"leastCalls\", \"peakEwma\" or \"hash\""]);

    [Test]
    [Arguments("limits", "[]", "is a list; write an object")]
    [Arguments("limits", "\"x\"", "is a string; write an object")]
    [Arguments("admin", "null", "is null; write an object")]
    public async Task An_object_is_asked_for_where_there_is_none(string name, string value, string problem) =>
        await Assert.That(Given.Mistakes(Given.With(rest: $"\"{name}\": {value}"))).IsSequence([$"gateway.json:9:{name.Length + 5}: {name}: {problem}"]);

    [Test]
    public async Task Lists_and_maps_are_told_apart() => await Assert.That(Given.Mistakes("""{"listeners": {}, "backends": [], "routes": ""}""")).IsSequence([
            "gateway.json:1:15: listeners: is an object; write a list of at least one",
            "gateway.json:1:31: backends: is a list; write an object with a name for each",
            "gateway.json:1:45: routes: is a string; write a list",
        ]);

    [Test]
    public async Task Entries_that_are_no_objects_are_told() =>
        await Assert.That(Given.Mistakes("""{"listeners": [1], "backends": {"a": "x"}, "routes": [[]]}""")).IsSequence([
            "gateway.json:1:16: listeners[0]: is a number; write an object",
            "gateway.json:1:38: backends.a: is a string; write an object",
            "gateway.json:1:55: routes[0]: is a list; write an object",
        ]);
}
