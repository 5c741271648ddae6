using System.Text.RegularExpressions;

namespace FrameRpc.Tests.Docs;

/// <summary>The pages name the commands that there are, and no others.</summary>
public sealed partial class CommandLinePageTests
{
    private static readonly string[] Commands = ReadCommands();

    [Test]
    [Arguments("README.md")]
    [Arguments("docs/command-line.md")]
    public async Task Every_command_is_in_the_table(string path)
    {
        string[] rows = [.. Page.Read(path).Text.Split('\n').Where(line => line.StartsWith("| `frpc-gateway ", StringComparison.Ordinal))];

        foreach (string command in Commands)
            await Assert.That(rows).Contains(row => Regex.IsMatch(row.Split('|')[1], $@"\b{command}\b"));
    }

    [Test]
    public async Task No_page_names_a_command_that_is_not_there()
    {
        IEnumerable<string> named = Page.All.SelectMany(page => page.CodeSpans.Concat(page.Blocks.Select(block => block.Text)).SelectMany(text => NamedCommand().Matches(text)))
            .Select(command => command.Groups[1].Value);

        await Assert.That(named.Except(Commands)).IsEmpty();
    }

    /// <summary>From the list in <c>frpc-gateway --help</c>: a command begins its line behind two spaces.</summary>
    private static string[] ReadCommands()
    {
        using var command = new Command();
        string help = command.Run("--help").Output;
        return [.. ListedCommand().Matches(help[help.IndexOf("Commands:", StringComparison.Ordinal)..]).Select(listed => listed.Groups[1].Value)];
    }

    [GeneratedRegex(@"(?:^|[\s/])frpc-gateway ([a-z]+)\b(?!:)")]
    private static partial Regex NamedCommand();

    [GeneratedRegex("^  ([a-z]+) .* {2,}[A-Z]", RegexOptions.Multiline)]
    private static partial Regex ListedCommand();
}
