using System.Text;
using System.Text.Json;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Tests.Cli;
using FrameRpc.Tests.Configuration;
using Xunit;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>Runs what the README says, so that it stays true: blocks marked <c>sh</c> are commands, a block marked <c>text</c> right behind one is what they print.</summary>
public sealed class ReadmeTests : IDisposable
{
    private const string Wildcard = "…";

    private readonly ScratchCopy _copy = new();

    public static TheoryData<string> Commands => [.. Blocks().Where(block => block.Language == "sh").Select(block => block.Text)];

    public void Dispose() => _copy.Dispose();

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_block_of_commands_works_and_prints_what_is_shown(string commands)
    {
        Assert.SkipWhen(commands == "./test.sh\n", "test.sh is what runs this test");
        (_, _, string? shown) = Blocks().First(block => block.Text == commands);
        if (commands.Contains(" call ", StringComparison.Ordinal) || commands.Contains(" bench ", StringComparison.Ordinal))
            _copy.StartGateway();

        Result result = _copy.Shell(_copy.Here(commands));

        Assert.SkipWhen(commands.StartsWith("bench/run.sh", StringComparison.Ordinal) && ComparisonTests.LacksPrograms(result), result.Error);
        Assert.True(result.Status == 0, $"status {result.Status}\n{result.Output}{result.Error}");
        AssertPrints(_copy.Here(shown ?? ""), result.Output);
    }

    [Fact]
    public void The_configuration_that_is_shown_is_right()
    {
        foreach ((string _, string text, string? _) in Blocks().Where(block => block.Language == "json"))
        {
            File.WriteAllText(Path.Combine(_copy.Folder, "shown.json"), _copy.Here(text));
            Result check = _copy.Shell("./frpc-gateway check --config shown.json");
            Assert.Equal((0, ""), (check.Status, check.Error));
        }
    }

    [Fact]
    public void Every_option_of_the_schema_is_in_the_table()
    {
        string readme = Encoding.UTF8.GetString(Repository.Read("README.md"));
        using var schema = JsonDocument.Parse(Repository.Read("gateway.schema.json"));
        Assert.All(
            Names(schema.RootElement).Where(name => name is not "$schema"),
            name => Assert.True(readme.Contains($"{name}`", StringComparison.Ordinal) || readme.Contains($"`{name}", StringComparison.Ordinal), name));
    }

    [Fact]
    public void The_defaults_in_the_table_are_those_of_the_options()
    {
        string readme = Encoding.UTF8.GetString(Repository.Read("README.md"));
        (string Prefix, OptionGroup Group)[] groups = [("", OptionTable.Gateway.Members), ("limits.", OptionTable.Limit.Members), ("backends.NAME.", OptionTable.Backend.Members), ("admin.", OptionTable.Admin.Members)];
        Assert.All(
            groups.SelectMany(group => group.Group.Options.OfType<ValueOption>().Where(option => option.DefaultJson is not null).Select(option => (group.Prefix, option))),
            entry =>
            {
                string value = entry.option.DefaultJson!;
                string shown = value.StartsWith('"') ? $"`{value.Trim('"')}`" : value;
                Assert.Contains($"\n| `{entry.Prefix}{entry.option.Name}` | {shown} |", readme, StringComparison.Ordinal);
            });
    }

    /// <summary>The lines that are shown, in this order, each whole but for its wildcards; others may stand between them.</summary>
    private static void AssertPrints(string shown, string printed)
    {
        var lines = new Queue<string>(printed.Split('\n'));
        foreach (string line in shown.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            bool found = false;
            while (!found && lines.TryDequeue(out string? candidate))
                found = Matches(candidate, line.Split(Wildcard));
            Assert.True(found, $"\"{line}\" is not among what was printed:\n{printed}");
        }
    }

    private static bool Matches(string line, string[] pieces)
    {
        if (pieces.Length == 1)
            return line == pieces[0];
        if (!line.StartsWith(pieces[0], StringComparison.Ordinal) || !line.EndsWith(pieces[^1], StringComparison.Ordinal))
            return false;
        int at = 0;
        foreach (string piece in pieces)
        {
            at = line.IndexOf(piece, at, StringComparison.Ordinal);
            if (at < 0)
                return false;
            at += piece.Length;
        }
        return true;
    }

    private static IEnumerable<string> Names(JsonElement schema)
    {
        foreach (JsonProperty member in schema.ValueKind == JsonValueKind.Object ? schema.EnumerateObject() : default)
        {
            if (member.Name == "properties")
            {
                foreach (JsonProperty option in member.Value.EnumerateObject())
                    yield return option.Name;
            }
            foreach (string name in Names(member.Value))
                yield return name;
        }
    }

    /// <summary>The fenced blocks, each with the <c>text</c> block that follows it with nothing but an empty line between.</summary>
    internal static List<(string Language, string Text, string? Shown)> Blocks()
    {
        var blocks = new List<(string Language, string Text, string? Shown)>();
        string[] lines = Encoding.UTF8.GetString(Repository.Read("README.md")).Split('\n');
        int lastEnd = -1;
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith("```", StringComparison.Ordinal))
                continue;
            string language = lines[i][3..];
            int end = Array.IndexOf(lines, "```", i + 1);
            string text = string.Concat(lines[(i + 1)..end].Select(line => line + "\n"));
            if (language == "text" && lastEnd == i - 2 && blocks is [.., { Language: "sh" } last])
                blocks[^1] = last with { Shown = text };
            else
                blocks.Add((language, text, null));
            lastEnd = i = end;
        }
        return blocks;
    }
}
