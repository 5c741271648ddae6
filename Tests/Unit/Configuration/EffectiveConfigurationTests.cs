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
              "balancing": "roundRobin", "connectTimeout": "250ms", "connectionsPerServerMax": 12, "callsWaitingMax": 0,
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
              "backend": "smf \"servers\"", "timeout": "2s", "messageBytesMax": "1MiB"
            },
            { "name": "number", "id": "0x00000007", "backend": "smf \"servers\"", "timeout": "1500ms", "messageBytesMax": "64MiB" },
            { "name": "echo", "endpoint": "Echo", "backend": "frames", "timeout": "1h", "messageBytesMax": 1000, "octetsBytesMax": "1GiB", "requestBody": "octets", "replyBody": "none", "headerLikeBodies": "pass" }
          ],
          "limits": {
            "messageBytesMax": "64MiB", "connectionsMax": 7, "replyBufferMax": "1MiB", "writeTimeout": "1s", "sharedBodyMax": 1000, "pipesMax": 3
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

    /// <summary>Names that are only another way to write others: what a schema says is written out.</summary>
    private static readonly NamedOption[] NotWritten = [OptionTable.Gateway.Schema, OptionTable.Route.Schema];

    [Test]
    public async Task What_is_written_with_every_option_comes_out_as_it_went_in() =>
        await Assert.That(JsonNode.Parse(Write(Given.Options(Everything)))!.ToJsonString()).IsEqualTo(JsonNode.Parse(Everything)!.ToJsonString());

    [Test]
    public async Task Every_option_there_is_was_among_them()
    {
        string written = Write(Given.Options(Everything));

        foreach (NamedOption option in Names(OptionTable.Gateway.Members).Except(NotWritten))
            await Assert.That(written).Contains($"\"{option.Name}\":", StringComparison.Ordinal);
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

    [Test]
    public async Task A_secret_stays_one()
    {
        var option = new ValueOption<string>("password", "", new TextForm());

        await Assert.That(option.Show("hush")).IsEqualTo("\"hush\"");
        await Assert.That((option with { IsSecret = true }).Show("hush")).IsEqualTo("\"(secret)\"");
    }

    private static string Write(GatewayOptions options) => Encoding.UTF8.GetString(EffectiveConfiguration.Write(options));

    private static IEnumerable<NamedOption> Names(OptionGroup group) => group.Options.SelectMany(option => option switch
    {
        ObjectOption inner => Names(inner.Members).Prepend(option),
        MapOption inner => Names(inner.Members).Prepend(option),
        ListOption inner => Names(inner.Members).Prepend(option),
        _ => [option],
    });
}
