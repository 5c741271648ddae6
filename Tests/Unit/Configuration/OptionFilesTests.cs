namespace FrameRpc.Tests.Configuration;

/// <summary>
/// What is written from the options: <c>gateway.schema.json</c>, and the tables of docs/configuration.md, one for each object of
/// gateway.json, between two comments.
/// </summary>
public sealed class OptionFilesTests
{
    private const string Schema = "gateway.schema.json", Page = "docs/configuration.md";

    /// <summary>Set to write both files anew.</summary>
    private const string Write = "FRPC_WRITE_DOCS";

    private const string Command = $"{Write}=1 ./test.sh --unit '*OptionFiles*'";

    [Test]
    [Arguments(Schema)]
    [Arguments(Page)]
    public async Task The_schema_and_the_tables_of_the_page_say_what_the_options_are(string file)
    {
        string path = Path.Combine(Repository.Root, file);
        string text = await File.ReadAllTextAsync(path);
        string now = file == Schema ? OptionSchema.Write() : WithTables(text);
        if (Environment.GetEnvironmentVariable(Write) is not null)
            await File.WriteAllTextAsync(path, now);
        else
            await Assert.That(now == text).IsTrue().Because($"{file} differs from the options. To write the schema and the tables from them: {Command}\n{Difference(text, now)}");
    }

    [Test]
    public async Task A_difference_is_shown_by_its_lines() =>
        await Assert.That(Difference("same\nold\n", "same\nnew\n")).IsEqualTo("- old\n+ new");

    [Test]
    public async Task A_table_that_is_missing_is_told_with_what_to_add() =>
        await Assert.That(Assert.ThrowsExactly<FormatException>(() => Put("# A page", "limits", "")).Message)
            .IsEqualTo($"{Page} has no table of limits: add a heading, and the lines <!-- options of limits --> and <!-- end of options -->");

    [Test]
    public async Task Every_option_has_a_meaning_in_whole_sentences()
    {
        foreach (OptionAt at in OptionAt.All)
            await Assert.That(at.Option.Meaning).Matches("^[A-Z].*[^.]\\.$").Because(at.Path);
    }

    private static string WithTables(string page) => OptionTables.All.Aggregate(page, (text, table) => Put(text, table.Key, table.Value));

    private static string Put(string page, string path, string table)
    {
        string begin = $"<!-- options of {path} -->\n\n";
        const string end = "\n<!-- end of options -->\n";
        int at = page.IndexOf(begin, StringComparison.Ordinal);
        int until = at < 0 ? -1 : page.IndexOf(end, at, StringComparison.Ordinal);
        return until >= 0
            ? string.Concat(page.AsSpan(0, at + begin.Length), table, page.AsSpan(until))
            : throw new FormatException($"{Page} has no table of {path}: add a heading, and the lines {begin.Trim()} and {end.Trim()}");
    }

    private static string Difference(string text, string now) =>
        string.Join('\n', [.. text.Split('\n').Except(now.Split('\n')).Select(line => $"- {line}"), .. now.Split('\n').Except(text.Split('\n')).Select(line => $"+ {line}")]);
}
