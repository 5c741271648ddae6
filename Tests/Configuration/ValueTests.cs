using Xunit;

namespace FrameRpc.Tests.Configuration;

public sealed class ValueTests
{
    [Theory]
    [InlineData("\"4\"", "is a string")]
    [InlineData("true", "is a boolean")]
    [InlineData("null", "is null")]
    [InlineData("[]", "is a list")]
    [InlineData("{}", "is an object")]
    [InlineData("1.5", "1.5 is not a whole number")]
    [InlineData("1e3", "1e3 is not a whole number")]
    [InlineData("-1", "-1 is out of range")]
    [InlineData("1025", "1025 is out of range")]
    [InlineData("99999999999999999999", "99999999999999999999 is out of range")]
    public void A_count_is_a_whole_number_in_its_range(string value, string problem) => Assert.Equal(
        [$"gateway.json:9:12: workers: {problem}; write a whole number from 0 to 1024"],
        Given.Mistakes(Given.With(rest: $"\"workers\": {value}")));

    [Theory]
    [InlineData("5", "is a number")]
    [InlineData("\"5\"", "\"5\" is not a duration")]
    [InlineData("\"5 s\"", "\"5 s\" is not a duration")]
    [InlineData("\"s\"", "\"s\" is not a duration")]
    [InlineData("\"1.5s\"", "\"1.5s\" is not a duration")]
    [InlineData("\"-1s\"", "\"-1s\" is not a duration")]
    [InlineData("\"5sec\"", "\"5sec\" is not a duration")]
    [InlineData("\"5S\"", "\"5S\" is not a duration")]
    [InlineData("\"0s\"", "\"0s\" is too short")]
    [InlineData("\"11m\"", "\"11m\" is too long")]
    [InlineData("\"9999999999999999999999h\"", "\"9999999999999999999999h\" is too long")]
    public void A_duration_is_a_whole_number_and_a_unit(string value, string problem) => Assert.Equal(
        [$"gateway.json:9:28: limits.writeTimeout: {problem}; write a duration from \"1ms\" to \"10m\", such as \"250ms\", \"5s\" or \"2m\""],
        Given.Mistakes(Given.With(rest: $$""" "limits": {"writeTimeout": {{value}} }""")));

    [Theory]
    [InlineData("250ms", 250)]
    [InlineData("5s", 5_000)]
    [InlineData("2m", 120_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("0s", 0)]
    public void Durations_are_read(string text, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Given.Options(Given.With(rest: $"\"drainTimeout\": \"{text}\"")).DrainTimeout);

    [Theory]
    [InlineData("true", "is a boolean")]
    [InlineData("\"64MB\"", "\"64MB\" is not a size")]
    [InlineData("\"64\"", "\"64\" is not a size")]
    [InlineData("\"MiB\"", "\"MiB\" is not a size")]
    [InlineData("\"\"", "\"\" is not a size")]
    [InlineData("1.5", "1.5 is not a size")]
    [InlineData("-1", "-1 is not a size")]
    [InlineData("0", "0 is too small")]
    [InlineData("2147483648", "2147483648 is too large")]
    [InlineData("\"2GiB\"", "\"2GiB\" is too large")]
    [InlineData("\"99999999999999999GiB\"", "\"99999999999999999GiB\" is too large")]
    public void A_size_is_a_number_of_bytes_or_has_a_unit(string value, string problem) => Assert.Equal(
        [$"gateway.json:9:31: limits.messageBytesMax: {problem}; write a size from 1 byte to 2147483647 bytes (2 GiB - 1), such as \"64KiB\", \"4MiB\" or \"1GiB\", or a number of bytes"],
        Given.Mistakes(Given.With(rest: $$""" "limits": {"messageBytesMax": {{value}} }""")));

    [Theory]
    [InlineData("1", 1)]
    [InlineData("\"64KiB\"", 65_536)]
    [InlineData("\"4MiB\"", 4_194_304)]
    [InlineData("\"1GiB\"", 1_073_741_824)]
    [InlineData("2147483647", 2_147_483_647)]
    public void Sizes_are_read(string value, long bytes) =>
        Assert.Equal(bytes, Given.Options(Given.With(rest: $$""" "limits": {"messageBytesMax": {{value}} }""")).Limits.MessageBytesMax);

    [Fact]
    public void The_other_limits_have_their_ranges() => Assert.Equal(
        [
            "gateway.json:9:29: limits.connectionsMax: 0 is out of range; write a whole number from 1 to 1000000",
            "gateway.json:9:50: limits.replyBufferMax: \"1KiB\" is too small; write a size from 64KiB to 1GiB, such as \"64KiB\", \"4MiB\" or \"1GiB\", or a number of bytes",
            "gateway.json:9:75: limits.sharedBodyMax: \"2MiB\" is too large; write a size from 1 byte to 1MiB, such as \"64KiB\", \"4MiB\" or \"1GiB\", or a number of bytes",
            "gateway.json:9:95: limits.pipesMax: 65536 is out of range; write a whole number from 0 to 65535",
        ],
        Given.Mistakes(Given.With(rest: """ "limits": {"connectionsMax":0, "replyBufferMax": "1KiB", "sharedBodyMax": "2MiB", "pipesMax": 65536 }""")));

    [Theory]
    [InlineData("0", "0 is too small")]
    [InlineData("\"2GiB\"", "\"2GiB\" is too large")]
    [InlineData("\"128KB\"", "\"128KB\" is not a size")]
    public void The_length_to_splice_from_is_a_size(string value, string problem) => Assert.Equal(
        [$"gateway.json:9:19: spliceBytesMin: {problem}; write a size from 1 byte to 1GiB, such as \"64KiB\", \"4MiB\" or \"1GiB\", or a number of bytes"],
        Given.Mistakes(Given.With(rest: $"\"spliceBytesMin\": {value}")));

    [Theory]
    [InlineData("\"Splice\"", "unknown value \"Splice\"")]
    [InlineData("\"sendfile\"", "unknown value \"sendfile\"")]
    [InlineData("true", "is a boolean")]
    public void Relay_takes_no_other_words(string value, string problem) => Assert.Equal(
        [$"gateway.json:9:10: relay: {problem}; write \"auto\", \"splice\" or \"copy\""],
        Given.Mistakes(Given.With(rest: $"\"relay\": {value}")));

    [Theory]
    [InlineData("""{ "name": "a", "address": "127.0.0.1:1", "protocol": "http" }""", "3:54: listeners[0].protocol: unknown value \"http\"; write \"frame\" or \"smf\"")]
    [InlineData("""{ "name": "a", "address": "127.0.0.1:1", "protocol": "SMF" }""", "3:54: listeners[0].protocol: unknown value \"SMF\"; write \"frame\" or \"smf\"")]
    [InlineData("""{ "name": "a", "address": "127.0.0.1:1", "protocol": 1 }""", "3:54: listeners[0].protocol: is a number; write \"frame\" or \"smf\"")]
    [InlineData("""{ "name": "", "address": "127.0.0.1:1", "protocol": "smf" }""", "3:11: listeners[0].name: is empty; write a string of 1 to 255 characters")]
    [InlineData("""{ "name": "a\n", "address": "127.0.0.1:1", "protocol": "smf" }""",
        "3:11: listeners[0].name: \"a\\u000a\" has a control character in it; write a string of 1 to 255 characters")]
    public void Words_and_names_are_checked(string listener, string mistake) =>
        Assert.Equal([$"gateway.json:{mistake}"], Given.Mistakes(Given.With(listeners: listener)));

    [Fact]
    public void An_unknown_way_of_balancing_is_told_with_those_there_are() => Assert.Equal(
        ["gateway.json:5:47: backends.storage.balancing: unknown value \"random\"; write \"roundRobin\" or \"leastCalls\""],
        Given.Mistakes(Given.With(backends: """ "storage": { "protocol": "smf", "balancing":  "random", "servers": ["10.0.0.1:1"] }""")));

    [Theory]
    [InlineData("limits", "[]", "is a list; write an object")]
    [InlineData("limits", "\"x\"", "is a string; write an object")]
    [InlineData("admin", "null", "is null; write an object")]
    public void An_object_is_asked_for_where_there_is_none(string name, string value, string problem) => Assert.Equal(
        [$"gateway.json:9:{name.Length + 5}: {name}: {problem}"],
        Given.Mistakes(Given.With(rest: $"\"{name}\": {value}")));

    [Fact]
    public void Lists_and_maps_are_told_apart() => Assert.Equal(
        [
            "gateway.json:1:15: listeners: is an object; write a list of at least one",
            "gateway.json:1:31: backends: is a list; write an object with a name for each",
            "gateway.json:1:45: routes: is a string; write a list",
        ],
        Given.Mistakes("""{"listeners": {}, "backends": [], "routes": ""}"""));

    [Fact]
    public void Entries_that_are_no_objects_are_told() => Assert.Equal(
        [
            "gateway.json:1:16: listeners[0]: is a number; write an object",
            "gateway.json:1:38: backends.a: is a string; write an object",
            "gateway.json:1:55: routes[0]: is a list; write an object",
        ],
        Given.Mistakes("""{"listeners": [1], "backends": {"a": "x"}, "routes": [[]]}"""));
}
