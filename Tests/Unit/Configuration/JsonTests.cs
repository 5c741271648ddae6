using System.Text;
using FrameRpc.Gateway.Configuration;

namespace FrameRpc.Tests.Configuration;

public sealed class JsonTests
{
    [Test]
    public async Task A_missing_comma_is_told_where_it_is_missed() =>
        await Assert.That(Given.Mistakes("{\n  \"workers\": 1\n  \"listeners\": []\n}"))
            .IsSequence(["gateway.json:3:3: not valid JSON: '\"' is invalid after a value. Expected either ',', '}', or ']'."]);

    [Test]
    public async Task A_file_that_ends_too_early_is_told_at_its_end() =>
        await Assert.That(Given.Mistakes("{\n  \"$schema\": \"\""))
            .IsSequence(["gateway.json:2:16: not valid JSON: Expected depth to be zero at the end of the JSON payload. There is an open JSON object or array that should be closed."]);

    [Test]
    [Arguments("")]
    [Arguments(" \r\n\t\n")]
    [Arguments("\uFEFF")]
    public async Task An_empty_file_is_told_with_what_to_do_in_a_container(string text) =>
        await Assert.That(Given.Mistakes(text))
            .IsSequence(["gateway.json:1:1: the file is empty; in a container, mount a configuration in its place (--volume ./gateway.json:/etc/frpc/gateway.json:ro, or a ConfigMap on /etc/frpc); "
            + "elsewhere begin with the gateway.json that comes with frpc-gateway"]);

    [Test]
    public async Task What_follows_the_object_is_told() =>
        await Assert.That(Given.Mistakes("{}\n{}"))
            .IsSequence(["gateway.json:2:1: not valid JSON: '{' is invalid after a single JSON value. Expected end of data."]);

    [Test]
    public async Task Anything_but_an_object_is_told() =>
        await Assert.That(Given.Mistakes(" []")).IsSequence(["gateway.json:1:2: the file is a list; write an object: { \"listeners\": [ … ], … }"]);

    [Test]
    public async Task Half_of_a_surrogate_pair_is_told() =>
        await Assert.That(Given.Mistakes("""{"$schema": "\ud800"}"""))
            .IsSequence(["gateway.json:1:13: not valid JSON: the text here is not UTF-8, or escapes half of a surrogate pair"]);

    [Test]
    public async Task Bytes_that_are_not_UTF8_are_told() =>
        await Assert.That(GatewayConfiguration.Read([.. "{\"$schema\": \""u8, 0xff, .. "\"}"u8], "gateway.json", Given.Environment(), Given.NoSchemas).Mistakes.Select(m => m.ToString()))
            .IsSequence(["gateway.json:1:13: not valid JSON: the text here is not UTF-8, or escapes half of a surrogate pair"]);

    [Test]
    public async Task A_name_that_comes_twice_is_told_with_both_places_and_the_rest_still_checked() =>
        await Assert.That(Given.Mistakes(Given.With(rest: """ "workers": 2, "workers": "3", "drainTimeout": "x" """))).IsSequence([
            "gateway.json:9:15: workers: is given twice, first at gateway.json:9:1; keep one of them",
            "gateway.json:9:47: drainTimeout: \"x\" is not a duration; write a duration from \"0s\" to \"1h\", such as \"250ms\", \"5s\" or \"2m\"",
        ]);

    [Test]
    public async Task Names_that_differ_only_in_case_are_told() =>
        await Assert.That(Given.Mistakes(Given.With(backends: Given.Backends + """, "STORAGE": { "protocol": 1 }""")))
            .IsSequence(["gateway.json:5:122: backends.STORAGE: differs only in case from \"storage\" at gateway.json:5:1; environment variables could not tell them apart"]);

    [Test]
    public async Task Columns_count_characters_and_not_bytes() =>
        await Assert.That(Given.Mistakes(Given.With(rest: """ "$schema": "äöü€", "wrkers": 1""")))
            .IsSequence(["gateway.json:9:20: wrkers: unknown name; did you mean \"workers\"?"]);

    [Test]
    public async Task Comments_trailing_commas_carriage_returns_and_a_byte_order_mark_are_allowed()
    {
        string text = "\uFEFF// one\n" + Given.With(rest: "\"workers\": 3, /* two */").Replace("\n", "\r\n", StringComparison.Ordinal);

        await Assert.That(Given.Options(text).Workers).IsEqualTo(3);
    }

    [Test]
    public async Task A_byte_order_mark_takes_no_column() =>
        await Assert.That(Given.Mistakes("\uFEFF{\"wrkers\": 1," + Given.With()[1..]))
            .IsSequence(["gateway.json:1:2: wrkers: unknown name; did you mean \"workers\"?"]);

    [Test]
    public async Task A_mistake_is_one_printable_line() =>
        await Assert.That(Given.Mistakes(Given.With(rest: """ "a\n\u001b[2Jb": 1"""))).IsSequence(["gateway.json:9:1: a\\u000a\\u001b[2Jb: unknown name; the names here are $schema, workers, listeners, backends, routes, limits, relay, spliceBytesMin, admin, accessLog, drainTimeout"]);

    [Test]
    public async Task A_file_nested_past_all_reason_is_refused()
    {
        string text = new StringBuilder().Insert(0, "{\"a\":", 5000).ToString();

        await Assert.That(await Assert.That(Given.Mistakes(text)).HasSingleItem()).StartsWith("gateway.json:1:", StringComparison.Ordinal);
    }
}
