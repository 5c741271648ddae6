using System.Text;
using System.Text.RegularExpressions;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Configuration.Forms;

namespace FrameRpc.Tests.Configuration;

/// <summary>The tables of the configuration's reference, one for each object of the file, as they follow from the options.</summary>
internal static partial class OptionTables
{
    /// <summary>Objects are named by their path, as in a message about a mistake: <c>backends.NAME.servers[]</c>; the file itself by its name.</summary>
    public const string WholeFile = "gateway.json";

    public static IReadOnlyDictionary<string, string> All { get; } =
        Groups(WholeFile, GatewaySection.Options).ToDictionary(group => group.Path, group => Table(group.Path, group.Members));

    private static IEnumerable<(string Path, OptionGroup Members)> Groups(string path, OptionGroup members) =>
        members.Options.SelectMany(option => Below(path, option) is { } below ? Groups(below.Path, below.Members) : []).Prepend((path, members));

    private static (string Path, OptionGroup Members)? Below(string path, NamedOption option) => option switch
    {
        ObjectOption group => (PathOf(path, option), group.Members),
        MapOption map => ($"{PathOf(path, option)}.NAME", map.Members),
        ListOption list => ($"{PathOf(path, option)}[]", list.Members),
        _ => null,
    };

    private static string PathOf(string path, NamedOption option) => path == WholeFile ? option.Name : $"{path}.{option.Name}";

    private static string Table(string path, OptionGroup members)
    {
        var table = new StringBuilder("| option | value | default | meaning |\n|---|---|---|---|\n");
        foreach (NamedOption option in members.Options)
            _ = table.Append($"| {Name(path, option)} | {InCode(Value(option))} | {Default(option)} | {Meaning(option)} |\n");
        return table.ToString();
    }

    private static string Name(string path, NamedOption option)
    {
        string name = $"`{PathOf(path, option)}`";
        return Below(path, option) is { } below ? $"[{name}](#{AnchorOf(below.Path)})" : name;
    }

    /// <summary>The heading above a table as GitHub makes an anchor of it.</summary>
    private static string AnchorOf(string path) => string.Concat(path.ToLowerInvariant().Where(char.IsAsciiLetterOrDigit));

    private static string Value(NamedOption option) => option is ValueOption value ? value.Form.Summary : option.Phrase;

    private static string Default(NamedOption option) => option switch
    {
        { Required: true } => "required",
        ValueOption { DefaultJson: { } json } => $"`{json}`",
        ValueOption { DefaultInWords: { } words } => WithPaths(words),
        _ => "",
    };

    private static string Meaning(NamedOption option)
    {
        string meaning = WithPaths(InCode(option.Meaning));
        string[] words = option is ValueOption { Form: IChoices choices } ? [.. choices.Words] : [];
        return words.Aggregate(meaning, (text, word) => Regex.Replace(text, $@"(?<=^|\s){word}(?=[\s,])", $"`{word}`"));
    }

    private static string WithPaths(string text) =>
        Path().Replace(text, path => OptionAt.All.Any(at => at.Path == path.Value) ? $"`{path}`" : path.Value);

    /// <summary>What is in quotes is written so in the file.</summary>
    private static string InCode(string text) => Quoted().Replace(text, "`$0`");

    [GeneratedRegex("\"[^\"]+\"")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\w+\.\w+")]
    private static partial Regex Path();
}
