using System.Text.Json.Nodes;
using FrameRpc.Gateway.Configuration;

namespace FrameRpc.Tests.Configuration;

/// <summary>An option, and where it stands: by its path as in a mistake, with <c>NAME</c> and <c>[]</c> for what the user chooses.</summary>
internal sealed record OptionAt(string Path, NamedOption Option)
{
    public static IReadOnlyList<OptionAt> All { get; } = [.. Below("", GatewaySection.Options)];

    private static IEnumerable<OptionAt> Below(string path, OptionGroup group)
    {
        foreach (NamedOption option in group.Options)
        {
            yield return new OptionAt(path + option.Name, option);
            if (option is not GroupOption inner)
                continue;
            string infix = inner switch { MapOption => ".NAME.", ListOption => "[].", _ => "." };
            foreach (OptionAt below in Below(path + option.Name + infix, inner.Members))
                yield return below;
        }
    }

    /// <summary>Where a whole configuration has the options: the object, its path in variables, and the option.</summary>
    public static IEnumerable<(JsonObject Holder, string Variables, OptionAt At)> In(JsonObject configuration) => In(configuration, "", "", GatewaySection.Options);

    private static IEnumerable<(JsonObject Holder, string Variables, OptionAt At)> In(JsonObject holder, string variables, string path, OptionGroup group)
    {
        foreach (NamedOption option in group.Options.Where(option => holder.ContainsKey(option.Name)))
        {
            yield return (holder, variables, new OptionAt(path + option.Name, option));
            IEnumerable<(string Infix, string Key, JsonNode? Inner)> objects = option switch
            {
                MapOption => holder[option.Name]!.AsObject().Select(entry => (".NAME.", $"__{entry.Key}__", entry.Value)),
                ListOption => holder[option.Name]!.AsArray().Select((entry, i) => ("[].", $"__{i}__", entry)),
                ObjectOption => [(".", "__", holder[option.Name])],
                _ => [],
            };
            foreach ((string infix, string key, JsonNode? inner) in objects)
            {
                foreach (var below in In(inner!.AsObject(), variables + option.Name + key, path + option.Name + infix, ((GroupOption)option).Members))
                    yield return below;
            }
        }
    }
}
