using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Cli;

/// <summary>Methods of a schema and their ids, as a table or as JSON.</summary>
internal static class MethodReport
{
    private static readonly string[] Heading = ["ID", "DECIMAL", "METHOD", "REQUEST → REPLY"];

    public static void Write(TextWriter output, IEnumerable<SchemaMethod> methods) => TextTable.Write(output, [Heading, .. methods.Select(Row)]);

    public static void WriteJson(TextWriter output, IEnumerable<SchemaMethod> methods)
    {
        MethodJson[] list = [.. methods.Select(m => new MethodJson(m.Id.ToString(), m.Id.Value, m.Service, m.Name, m.Request, m.Reply))];
        output.WriteLine(JsonSerializer.Serialize(list, MethodJsonContext.Default.MethodJsonArray));
    }

    private static string[] Row(SchemaMethod method) =>
    [
        method.Id.ToString(),
        method.Id.Value.ToString(CultureInfo.InvariantCulture),
        $"{method.Service}.{method.Name}",
        $"{method.Request} → {method.Reply}",
    ];
}

/// <summary>The JSON of <c>id --schema FILE --json</c>.</summary>
internal sealed record MethodJson(string Id, uint Decimal, string Service, string Method, string Request, string Reply);

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(MethodJson[]))]
internal sealed partial class MethodJsonContext : JsonSerializerContext;
