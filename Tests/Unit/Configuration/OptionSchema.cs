using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Configuration.Forms;

namespace FrameRpc.Tests.Configuration;

/// <summary>The JSON Schema that follows from the options.</summary>
internal static class OptionSchema
{
    /// <summary>The text of <c>gateway.schema.json</c>.</summary>
    public static string Write()
    {
        var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            Build().WriteTo(json);
        return Encoding.UTF8.GetString(text.ToArray()) + "\n";
    }

    private static JsonObject Build()
    {
        JsonObject schema = new()
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "gateway.json of frpc-gateway",
            // Words of VS Code's: the gateway allows both.
            ["allowComments"] = true,
            ["allowTrailingCommas"] = true,
        };
        foreach ((string name, JsonNode? value) in OfGroup(GatewaySection.Options).ToArray())
            schema[name] = value!.DeepClone();
        return schema;
    }

    private static JsonObject OfGroup(OptionGroup group)
    {
        var properties = new JsonObject();
        foreach (NamedOption option in group.Options)
        {
            JsonObject schema = OfOption(option);
            schema.Insert(0, "description", Description(option));
            properties[option.Name] = schema;
        }
        var result = new JsonObject { ["type"] = "object", ["additionalProperties"] = false };
        string[] required = [.. group.Options.Where(o => o.Required).Select(o => o.Name)];
        if (required.Length > 0)
            result["required"] = Strings(required);
        if (group == RouteSection.Options)
            result["anyOf"] = WaysToSayAMethod();
        result["properties"] = properties;
        return result;
    }

    private static string Description(NamedOption option) =>
        option is ValueOption { DefaultInWords: { } words } ? $"{option.Meaning} By default {words}." : option.Meaning;

    /// <summary>That no two of them are mixed is left to the gateway, which can say it better than a schema.</summary>
    private static JsonArray WaysToSayAMethod() => new(
        new JsonObject { ["required"] = Strings(["endpoint"]) },
        new JsonObject { ["required"] = Strings(["service", "method", "request", "reply"]) },
        new JsonObject { ["required"] = Strings(["schema", "service"]) },
        new JsonObject { ["required"] = Strings(["id"]) });

    private static JsonObject OfOption(NamedOption option) => option switch
    {
        ObjectOption o => OfGroup(o.Members),
        MapOption map => new JsonObject
        {
            ["type"] = "object",
            ["propertyNames"] = new JsonObject { ["pattern"] = "^[^:]+$" },
            ["additionalProperties"] = OfGroup(map.Members),
        },
        ListOption list => OfList(list),
        ValueListOption list => new JsonObject { ["type"] = "array", ["items"] = OfForm(list.EntryForm) },
        ValueOption value => OfValue(value),
        _ => throw new InvalidOperationException($"No schema for {option}."),
    };

    private static JsonObject OfList(ListOption list)
    {
        var schema = new JsonObject { ["type"] = "array" };
        if (!list.MayBeEmpty)
            schema["minItems"] = 1;
        schema["items"] = list.Short is null ? OfGroup(list.Members) : new JsonObject { ["oneOf"] = new JsonArray(OfForm(list.Short.Form), OfGroup(list.Members)) };
        return schema;
    }

    private static JsonObject OfValue(ValueOption option)
    {
        JsonObject schema = OfForm(option.Form);
        if (option.DefaultJson is { } json)
            schema["default"] = JsonNode.Parse(json);
        return schema;
    }

    private static JsonObject OfForm(ValueForm form) => form switch
        {
        TextForm => new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = TextForm.CharsMax },
        AddressForm => new JsonObject { ["type"] = "string", ["minLength"] = 1 },
        DurationForm => new JsonObject { ["type"] = "string", ["pattern"] = DurationForm.Pattern },
        CountForm count => new JsonObject { ["type"] = "integer", ["minimum"] = count.Minimum, ["maximum"] = count.Maximum },
        // A largest long is no limit, and more than editors count to.
        SizeForm { Maximum: long.MaxValue } size => new JsonObject
        {
            ["type"] = Strings(["string", "integer"]),
            ["pattern"] = SizeForm.Pattern,
            ["minimum"] = size.Minimum,
        },
        SizeForm size => new JsonObject
        {
            ["type"] = Strings(["string", "integer"]),
            ["pattern"] = SizeForm.Pattern,
            ["minimum"] = size.Minimum,
            ["maximum"] = size.Maximum,
        },
        RequestIdForm => new JsonObject
        {
            ["type"] = Strings(["string", "integer"]),
            ["pattern"] = RequestIdForm.Pattern,
            ["minimum"] = 1,
            ["maximum"] = uint.MaxValue,
        },
        CodeRangesForm => new JsonObject { ["type"] = "string", ["pattern"] = CodeRangesForm.Pattern },
        ModeForm => new JsonObject { ["type"] = "string", ["pattern"] = ModeForm.Pattern },
        OwnerForm => new JsonObject { ["type"] = "string", ["pattern"] = OwnerForm.Pattern },
        HostForm => new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = TextForm.CharsMax },
        FlagForm => new JsonObject { ["type"] = "boolean" },
        IChoices choices => new JsonObject { ["enum"] = Strings(choices.Words) },
        _ => throw new InvalidOperationException($"No schema for {form}."),
    };

    private static JsonArray Strings(IEnumerable<string> strings) => [.. strings.Select(s => (JsonNode)s)];
}
