using FrameRpc.Protocol.Identity;

namespace FrameRpc.Tests.Protocol.Identity;

public sealed class SchemaFuzzTests
{
    /// <summary>What a hand that slips puts into a schema: structure, half of a comment or a string, words in the wrong place.</summary>
    private static readonly string[] Splinters =
    [
        "{", "}", "(", ")", "[", "]", ";", ":", ",", ".", "=", "-", "\"", "'", "\\", "/*", "*/", "//", "\n", "\0", "\uFEFF", "\ud800", "é😀", "0x", "1e+", "\"\\u00\"",
        "table ", "rpc_service ", "namespace ", "include \"catalog.fbs\";", "include \"storage.fbs\";", "include \"../storage.fbs\";", "enum T:", "Get(Request):Response;",
    ];

    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "examples/storage/storage.fbs"));

    private static readonly string Included = File.ReadAllText(Path.Combine(Repository.Root, "examples/storage/catalog.fbs"));

    [Test]
    [Arguments(1)]
    [Arguments(2)]
    [Arguments(3)]
    [Arguments(4)]
    public async Task However_a_schema_is_broken_it_reads_or_says_where_it_does_not(int seed)
    {
        var random = new Random(seed);
        int wrong = 0;
        for (int i = 0; i < 2000; i++)
            wrong += (await ReadsOrSaysWhere(BrokenText.Of(Text, Splinters, random), random.Next(4) == 0 ? BrokenText.Of(Included, Splinters, random) : Included)) ? 0 : 1;
        await Assert.That(wrong).IsBetween(1000, 1999);
    }

    [Test]
    public async Task A_schema_that_ends_early_reads_or_says_where()
    {
        for (int length = 0; length < Text.Length; length++)
            await ReadsOrSaysWhere(Text[..length], Included);
    }

    /// <summary>Any other exception fails the test.</summary>
    private static async Task<bool> ReadsOrSaysWhere(string text, string included)
    {
        try
        {
            var schema = Schema.Parse(text, "storage.fbs", path => path == "catalog.fbs" ? included : path == "storage.fbs" ? text : null);
            foreach (SchemaMethod m in schema.Services.SelectMany(s => s.Methods))
                await Assert.That(m.Id).IsEqualTo(RequestId.ForMethod(m.Service, m.Name, m.Request, m.Reply));
            return true;
        }
        catch (SchemaException e)
        {
            await Assert.That(e.Mistakes).IsNotEmpty();
            foreach (SchemaMistake mistake in e.Mistakes)
                await AssertIsIn(mistake, mistake.File == "catalog.fbs" ? included : text);
            return false;
        }
    }

    /// <summary>Every word of these texts is one that no message has of its own.</summary>
    [Test]
    [Arguments(1)]
    [Arguments(2)]
    public async Task What_breaks_the_grammar_is_never_quoted(int seed)
    {
        var random = new Random(seed);
        string[] pieces = ["hush", "Hush1 ", "hush.hush", "{", "}", "(", ")", ";", ":", "=", "#", "\"hush\"", "'", "12hush", "\\", "/*", "\n", " ", "table ", "enum ", "rpc_service ", "namespace "];
        int wrong = 0;
        for (int i = 0; i < 20_000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => pieces[random.Next(pieces.Length)]));
            wrong += (await BreaksTheGrammarUnquoted(text)) ? 1 : 0;
        }
        await Assert.That(wrong).IsBetween(10_000, 19_999);
    }

    private static async Task<bool> BreaksTheGrammarUnquoted(string text)
    {
        try
        {
            _ = Schema.Parse(text, "other.fbs");
            return false;
        }
        catch (SchemaException e)
        {
            // Only whole declarations can contradict each other, and those may be named.
            if (e.Mistakes.All(mistake => mistake.Text.Contains("already", StringComparison.Ordinal) || mistake.Text.Contains("is not defined", StringComparison.Ordinal) || mistake.Text.Contains("a method takes a table", StringComparison.Ordinal)))
                return false;
            await Assert.That(e.Message).DoesNotContain("hush", StringComparison.OrdinalIgnoreCase);
            return true;
        }
    }

    private static async Task AssertIsIn(SchemaMistake mistake, string text)
    {
        await Assert.That((string[])["storage.fbs", "catalog.fbs"]).Contains(mistake.File);
        string[] lines = text.Split('\n');
        await Assert.That(mistake.Line).IsBetween(1, lines.Length);
        await Assert.That(mistake.Column).IsBetween(1, lines[mistake.Line - 1].Length + 1);
        await Assert.That(mistake.Text.Any(char.IsControl)).IsFalse().Because(mistake.Text);
    }
}
