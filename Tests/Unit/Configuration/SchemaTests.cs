using System.Text.Json;

namespace FrameRpc.Tests.Configuration;

public sealed class SchemaTests
{
    [Test]
    public async Task The_shipped_schema_says_what_the_table_of_options_says()
    {
        using JsonDocument expected = JsonDocument.Parse(TableSchema.Build().ToJsonString());
        using JsonDocument shipped = JsonDocument.Parse(Repository.Read("gateway.schema.json"));

        await Assert.That(Differences(expected.RootElement, shipped.RootElement, "schema")).IsEmpty();
    }

    [Test]
    public async Task A_difference_is_found_wherever_it_is()
    {
        using JsonDocument expected = JsonDocument.Parse("""{ "a": [1, { "b": "x", "c": true }], "d": 1 }""");
        using JsonDocument shipped = JsonDocument.Parse("""{ "a": [1, { "b": "y", "e": 1 }, 3], "d": "1" }""");

        await Assert.That(Differences(expected.RootElement, shipped.RootElement, "schema"))
            .IsSequence(["schema.a: 2 entries, but 3 shipped", "schema.a[1].b: \"x\", but shipped \"y\"", "schema.a[1].c: not shipped", "schema.a[1].e: extra", "schema.d: 1, but shipped \"1\""]);
    }

    private static IEnumerable<string> Differences(JsonElement expected, JsonElement shipped, string path) => (expected.ValueKind, shipped.ValueKind) switch
    {
        (JsonValueKind.Object, JsonValueKind.Object) => ObjectDifferences(expected, shipped, path),
        (JsonValueKind.Array, JsonValueKind.Array) => ArrayDifferences(expected, shipped, path),
        _ => expected.GetRawText() == shipped.GetRawText() || JsonElement.DeepEquals(expected, shipped)
            ? []
            : [$"{path}: {expected.GetRawText()}, but shipped {shipped.GetRawText()}"],
    };

    private static IEnumerable<string> ObjectDifferences(JsonElement expected, JsonElement shipped, string path)
    {
        foreach (JsonProperty member in expected.EnumerateObject())
        {
            if (!shipped.TryGetProperty(member.Name, out JsonElement value))
                yield return $"{path}.{member.Name}: not shipped";
            else
            {
                foreach (string difference in Differences(member.Value, value, $"{path}.{member.Name}"))
                    yield return difference;
            }
        }
        foreach (JsonProperty member in shipped.EnumerateObject())
        {
            if (!expected.TryGetProperty(member.Name, out _))
                yield return $"{path}.{member.Name}: extra";
        }
    }

    private static IEnumerable<string> ArrayDifferences(JsonElement expected, JsonElement shipped, string path)
    {
        if (expected.GetArrayLength() != shipped.GetArrayLength())
            yield return $"{path}: {expected.GetArrayLength()} entries, but {shipped.GetArrayLength()} shipped";
        foreach ((int index, (JsonElement one, JsonElement other)) in expected.EnumerateArray().Zip(shipped.EnumerateArray()).Index())
        {
            foreach (string difference in Differences(one, other, $"{path}[{index}]"))
                yield return difference;
        }
    }
}
