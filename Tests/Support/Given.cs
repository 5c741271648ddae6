using System.Text;
using FrameRpc.Gateway.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;

namespace FrameRpc.Tests;

/// <summary>A configuration for a test, valid except for what the test inserts.</summary>
internal static class Given
{
    public const string Listeners = """{ "name": "smf", "address": "127.0.0.1:1", "protocol": "smf" }""";
    public const string Backends =
        """ "storage": { "protocol": "smf", "servers": ["10.0.0.1:1"] }, "files": { "protocol": "frame", "servers": ["demo:echo"] }""";
    public const string Routes = """{ "name": "get", "id": 7, "backend": "storage" }""";

    /// <summary>
    /// Each part begins in the first column: the listeners on line 3, the backends on line 5, the routes on line 7, the rest on line 9.
    /// </summary>
    public static string With(string listeners = Listeners, string backends = Backends, string routes = Routes, string rest = "") => $$"""
        {
        "listeners": [
        {{listeners.Trim()}}
        ], "backends": {
        {{backends.Trim()}}
        }, "routes": [
        {{routes.Trim()}}
        ],
        {{rest.Trim()}}
        }
        """;

    /// <summary>Variables are given without the prefix: <c>("LIMITS__WRITETIMEOUT", "1s")</c>.</summary>
    public static GatewayConfiguration Read(string text, params (string Variable, string Value)[] variables) =>
        GatewayConfiguration.Read(Encoding.UTF8.GetBytes(text), "gateway.json", Environment(variables), NoSchemas);

    public static string? NoSchemas(string path) => null;

    public static IConfigurationSource Environment(params (string Variable, string Value)[] variables) => new MemoryConfigurationSource
    {
        InitialData = variables.Select(v => KeyValuePair.Create(v.Variable.Replace("__", ":", StringComparison.Ordinal), (string?)v.Value)),
    };

    public static string[] Mistakes(string text, params (string Variable, string Value)[] variables) =>
        [.. Read(text, variables).Mistakes.Select(m => m.ToString())];

    public static GatewayOptions Options(string text, params (string Variable, string Value)[] variables)
    {
        GatewayConfiguration configuration = Read(text, variables);
        return configuration.Options ?? throw new InvalidOperationException(string.Join("\n", configuration.Mistakes));
    }
}
