using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Configuration.Forms;
using Xunit;

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

    [Fact]
    public void What_is_written_with_every_option_comes_out_as_it_went_in() =>
        Assert.Equal(JsonNode.Parse(Everything)!.ToJsonString(), JsonNode.Parse(Write(Given.Options(Everything)))!.ToJsonString());

    [Fact]
    public void Every_option_there_is_was_among_them()
    {
        string written = Write(Given.Options(Everything));

        Assert.All(
            Names(OptionTable.Gateway.Members).Except(NotWritten),
            option => Assert.Contains($"\"{option.Name}\":", written, StringComparison.Ordinal));
    }

    [Fact]
    public void Defaults_are_written_out_and_a_gateway_that_is_given_all_of_it_does_the_same()
    {
        string written = Write(Given.Options(Given.With()));

        Assert.Contains("\"drainTimeout\": \"10s\"", written, StringComparison.Ordinal);
        Assert.Contains($"\"workers\": {Environment.ProcessorCount}", written, StringComparison.Ordinal);
        Assert.Equal(written, Write(Given.Options(written)));
    }

    [Fact]
    public void Nothing_else_of_the_file_or_the_environment_is_in_it()
    {
        string written = Write(Given.Options(
            Given.With(rest: """ "$schema": "hush-schema", // hush-comment """),
            ("WORKERS", "3"), ("LIMITS__CONNECTIONSMAX", "11")));

        Assert.DoesNotContain("hush", written, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(written);
        Assert.Equal((3, 11), (json.RootElement.GetProperty("workers").GetInt32(), json.RootElement.GetProperty("limits").GetProperty("connectionsMax").GetInt32()));
    }

    [Fact]
    public void A_secret_stays_one()
    {
        var option = new ValueOption<string>("password", "", new TextForm());

        Assert.Equal("\"hush\"", option.Show("hush"));
        Assert.Equal("\"(secret)\"", (option with { IsSecret = true }).Show("hush"));
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
