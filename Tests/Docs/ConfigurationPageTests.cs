namespace FrameRpc.Tests.Docs;

/// <summary>The reference of gateway.json has a table for each of its objects, between two comments, made of the table of options.</summary>
public sealed class ConfigurationPageTests
{
    private const string Path = "docs/configuration.md";

    /// <summary>Set to write the tables anew: <c>FRPC_WRITE_DOCS=1 ./test.sh '*ConfigurationPage*'</c>.</summary>
    private const string Write = "FRPC_WRITE_DOCS";

    [Test]
    public async Task The_tables_say_what_the_options_are()
    {
        var page = Page.Read(Path);
        string now = OptionTables.All.Aggregate(page.Text, (text, table) => Put(text, table.Key, table.Value));
        if (Environment.GetEnvironmentVariable(Write) is not null)
            File.WriteAllText(System.IO.Path.Combine(Repository.Root, Path), now);
        else
            await Assert.That(now == page.Text).IsTrue()
                .Because($"{Path} does not say what the options are now; {Write}=1 ./test.sh '*ConfigurationPage*' writes it anew\n{Difference(page.Text, now)}");
    }

    [Test]
    public async Task A_table_that_is_missing_is_told_with_what_to_add() =>
        await Assert.That(Assert.ThrowsExactly<FormatException>(() => Put("# A page", "limits", "")).Message)
            .IsEqualTo($"{Path} has no table of limits: add a heading, and the lines <!-- options of limits --> and <!-- end of options -->");

    private static string Put(string page, string path, string table)
    {
        string begin = $"<!-- options of {path} -->\n\n";
        const string end = "\n<!-- end of options -->\n";
        int at = page.IndexOf(begin, StringComparison.Ordinal);
        int until = at < 0 ? -1 : page.IndexOf(end, at, StringComparison.Ordinal);
        return until >= 0
            ? string.Concat(page.AsSpan(0, at + begin.Length), table, page.AsSpan(until))
            : throw new FormatException($"{Path} has no table of {path}: add a heading, and the lines {begin.Trim()} and {end.Trim()}");
    }

    private static string Difference(string page, string now) =>
        string.Join('\n', [.. page.Split('\n').Except(now.Split('\n')).Select(line => $"- {line}"), .. now.Split('\n').Except(page.Split('\n')).Select(line => $"+ {line}")]);
}
