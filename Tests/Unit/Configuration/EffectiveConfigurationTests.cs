using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Configuration.Forms;

namespace FrameRpc.Tests.Configuration;

public sealed class EffectiveConfigurationTests
{
    private const string Everything = """
        {
          "workers": 2,
          "listeners": [{ "name": "a \"b\" \\ →", "address": "unix:/run/\"a\".sock", "protocol": "frame", "connectionsMax": 5, "mode": "0606", "owner": "1:callers" }],
          "backends": {
            "smf \"servers\"": {
              "protocol": "smf",
              "servers": [{ "address": "h:1", "weight": 1 }, { "address": "[::1]:2", "weight": 3 }],
              "balancing": "roundRobin", "connectTimeout": "250ms", "idleTimeout": "5s", "connectionsPerServerMax": 12, "callsWaitingMax": 0,
              "payload": "any", "compression": "refuse"
            },
            "frames": {
              "protocol": "frame", "servers": [{ "address": "demo:echo", "weight": 1 }],
              "balancing": "leastCalls", "connectTimeout": "1s", "connectionsPerServerMax": 256, "callsWaitingMax": 1024, "drainsOctets": true
            }
          },
          "routes": [
            {
              "name": "names", "service": "SmfStorage", "method": "Get", "request": "smf_gen::demo::Request", "reply": "smf_gen::demo::Response",
              "backend": "smf \"servers\"", "timeout": "2s", "deadline": "3s", "messageBytesMax": "1MiB"
            },
            { "name": "number", "id": "0x00000007", "backend": "smf \"servers\"", "timeout": "1500ms", "messageBytesMax": "64MiB" },
            { "name": "echo", "endpoint": "Echo", "backend": "frames", "timeout": "1h", "messageBytesMax": 1000, "octetsBytesMax": "1GiB", "requestBody": "octets", "replyBody": "none", "headerLikeBodies": "pass" }
          ],
          "limits": {
            "messageBytesMax": "64MiB", "connectionsMax": 7, "replyBufferMax": "1MiB", "idleTimeout": "2m", "requestTimeout": "3s", "writeTimeout": "1s",
            "bytesPerSecondMin": "2KiB", "sharedBodyMax": 1000, "pipesMax": 3
          },
          "relay": "splice",
          "spliceBytesMin": "1MiB",
          "admin": {
            "address": "0.0.0.0:9901", "allowRemote": true, "tokenFile": "/run/frpc/\"token\"", "createToken": true, "hosts": ["gateway.internal", "[::2]"]
          },
          "accessLog": { "to": "/var/log/\"calls\".log", "oneIn": 10, "linesWaitingMax": 100 },
          "drainTimeout": "0s"
        }
        """;

    /// <summary>What a Unix socket has and TCP has not.</summary>
    private static readonly (string, string)[] AdminOverUnix = [("ADMIN__ADDRESS", "unix:/run/admin.sock"), ("ADMIN__OWNER", "frpc")];

    /// <summary>Names that are only another way to write others: what a schema says is written out.</summary>
    private static readonly string[] NotWritten = [GatewaySection.Schema.Name, $"routes[].{RouteSection.Schema.Name}"];

    [Test]
    public async Task What_is_written_comes_out_as_it_went_in()
    {
        string written = Write(Given.Options(Everything));

        await Assert.That(Lost(JsonNode.Parse(Everything), JsonNode.Parse(written), "")).IsEmpty();
        await Assert.That(Write(Given.Options(written))).IsEqualTo(written);
    }

    [Test]
    public async Task Every_option_there_is_comes_out_where_it_applies()
    {
        string[] written = [.. Wholes().SelectMany(OptionAt.In).Select(place => place.At.Path).Distinct()];

        await Assert.That(OptionAt.All.Select(at => at.Path).Except(written).Order()).IsSequence(NotWritten.Order());
    }

    public static IEnumerable<string> WithDefaults => OptionAt.All.Where(at => at.Option is ValueOption { DefaultJson: not null }).Select(at => at.Path);

    [Test]
    [MethodDataSource(nameof(WithDefaults))]
    public async Task A_value_other_than_the_default_comes_out_from_the_file_and_from_a_variable(string path)
    {
        var places = from whole in Wholes() from place in OptionAt.In(whole) where place.At.Path == path select (Whole: whole, place.Holder, place.Variables, place.At);

        await Assert.That(places.Any(place => Samples((ValueOption)place.At.Option).Any(sample => ComesOut(place, sample)))).IsTrue()
            .Because($"{path} does not come out: either what reads it or what writes it does not use the same property, or no value of its form is right in the configurations here");
    }

    [Test]
    public async Task Defaults_are_written_out_and_a_gateway_that_is_given_all_of_it_does_the_same()
    {
        string written = Write(Given.Options(Given.With()));

        await Assert.That(written).Contains("\"drainTimeout\": \"10s\"", StringComparison.Ordinal);
        await Assert.That(written).Contains($"\"workers\": {Environment.ProcessorCount}", StringComparison.Ordinal);
        await Assert.That(Write(Given.Options(written))).IsEqualTo(written);
    }

    [Test]
    public async Task Nothing_else_of_the_file_or_the_environment_is_in_it()
    {
        string written = Write(Given.Options(
            Given.With(rest: """ "$schema": "hush-schema", // hush-comment """),
            ("WORKERS", "3"), ("LIMITS__CONNECTIONSMAX", "11")));

        await Assert.That(written).DoesNotContain("hush", StringComparison.Ordinal);
        using var json = JsonDocument.Parse(written);
        await Assert.That((json.RootElement.GetProperty("workers").GetInt32(), json.RootElement.GetProperty("limits").GetProperty("connectionsMax").GetInt32()))
            .IsEqualTo((3, 11));
    }

    private static string Write(GatewayOptions options) => Encoding.UTF8.GetString(EffectiveConfiguration.Write(options));

    /// <summary>Configurations that have every option in effect somewhere.</summary>
    private static IEnumerable<JsonObject> Wholes() =>
        [JsonNode.Parse(Write(Given.Options(Everything)))!.AsObject(), JsonNode.Parse(Write(Given.Options(Everything, AdminOverUnix)))!.AsObject()];

    /// <summary>Whether the sample is in effect where it was written, and a variable has the same effect.</summary>
    private static bool ComesOut((JsonObject Whole, JsonObject Holder, string Variables, OptionAt At) place, string sample)
    {
        string name = place.At.Option.Name;
        string before = place.Whole.ToJsonString();
        place.Holder[name] = JsonNode.Parse(sample);
        string after = place.Whole.ToJsonString();
        if (Given.Read(after).Options is not { } options || Lost(place.Whole, JsonNode.Parse(Write(options)), "").Any())
            return false;
        string variable = $"{place.Variables}{name}".ToUpperInvariant(), text = place.Holder[name]!.ToString();
        return Write(Given.Options(before, (variable, text))) == Write(options);
    }

    /// <summary>Values of the form that are not the default, as JSON.</summary>
    private static IEnumerable<string> Samples(ValueOption option)
    {
        IEnumerable<string> samples = option.Form switch
        {
            CountForm form => [form.Write(form.Minimum), form.Write(form.Minimum + 1), form.Write(form.Maximum)],
            SizeForm form => [form.Write(form.Minimum), form.Write(form.Maximum)],
            DurationForm form => [form.Write(form.Minimum), form.Write(form.Maximum)],
            IChoices form => form.Words.Select(word => $"\"{word}\""),
            FlagForm => ["true", "false"],
            ModeForm => ["\"0600\""],
            TextForm or HostForm or OwnerForm => ["\"sample\""],
            _ => throw new InvalidOperationException($"No sample of {option.Form}."),
        };
        return samples.Where(sample => sample != option.DefaultJson);
    }

    /// <summary>Paths of what one configuration says and the other does not.</summary>
    private static IEnumerable<string> Lost(JsonNode? said, JsonNode? written, string path) => (said, written) switch
    {
        (JsonObject one, JsonObject other) => one.SelectMany(member => Lost(member.Value, other[member.Key], $"{path}.{member.Key}")),
        (JsonArray one, JsonArray other) when one.Count == other.Count => one.Zip(other).SelectMany((pair, i) => Lost(pair.First, pair.Second, $"{path}[{i}]")),
        _ => said?.ToJsonString() == written?.ToJsonString() ? [] : [path],
    };
}
