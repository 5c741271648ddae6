using System.Text;
using System.Text.Unicode;

namespace FrameRpc.Tests.Protocol.Frames;

/// <summary>
/// What the checker accepts, Go's <c>encoding/json</c> takes as one value to its end, and both see the same headers. Of what Go accepts only broken UTF-8 and brackets
/// that nest too deep are refused.
/// </summary>
public sealed class JsonCheckerAgainstGoTests
{
    private const int Texts = 40_000;
    private const int DepthMax = 64;

    private readonly int _seed = Environment.TickCount;

    [Test]
    public async Task Generated_and_mutated_texts_are_read_by_Go_as_the_checker_says()
    {
        var random = new Random(_seed);
        var json = new RandomJson(random);
        byte[][] texts = [.. Enumerable.Range(0, Texts).Select(number => number % 3 == 0 ? json.Text() : json.Mutated(json.Text()))];
        await AssertSame(texts);
    }

    [Test]
    public async Task The_kinds_of_the_corpora_are_read_by_Go_as_the_checker_says()
    {
        IEnumerable<string> values = [.. JsonCheckerGrammarTests.RightValues, .. JsonCheckerGrammarTests.WrongValues];
        IEnumerable<byte[]> broken = JsonCheckerGrammarTests.BrokenUtf8.Select(bytes => (byte[])[(byte)'"', .. Convert.FromHexString(bytes), (byte)'"']);
        await AssertSame([.. values.Select(Encoding.UTF8.GetBytes), .. broken]);
    }

    [Test]
    public async Task Names_that_look_like_a_headers_are_folded_by_Go_as_the_checker_says()
    {
        var random = new Random(_seed);
        await AssertSame([.. Enumerable.Range(0, Texts).Select(_ => Encoding.UTF8.GetBytes($$"""{"{{Name(random)}}":{},"{{Name(random)}}":null}"""))]);
    }

    [Test]
    public async Task No_character_but_the_ASCII_letters_folds_to_a_letter_of_Endpoint()
    {
        const string Name = "Endpoint";
        const int CharactersAText = 64;
        int[] others = [.. Enumerable.Range(0x20, 0x110000 - 0x20).Where(value => Rune.IsValid(value) && value is not ('"' or '\\') && !IsLetterOf(Name, value))];
        var texts = others.Chunk(CharactersAText).Select(chunk => Encoding.UTF8.GetBytes(
            $"{{{string.Join(',', chunk.SelectMany(value => Enumerable.Range(0, Name.Length).Select(letter => $"\"{Name[..letter]}{new Rune(value)}{Name[(letter + 1)..]}\":1")))}}}"));
        byte[][] all = [.. texts];
        await AssertSame(all);
        foreach (byte[] text in all)
            await Assert.That(JsonVerdict.Of(text).CouldBeHeader).IsFalse();
    }

    private static bool IsLetterOf(string name, int value) => value < 0x80 && name.Contains((char)value, StringComparison.OrdinalIgnoreCase);

    private static string Name(Random random)
    {
        var name = new StringBuilder();
        foreach (char letter in "Endpoint")
        {
            char written = random.Next(2) == 0 ? char.ToUpperInvariant(letter) : char.ToLowerInvariant(letter);
            name.Append(random.Next(40) switch
            {
                < 20 => $"{written}",
                < 36 => $"\\u{(int)written:x4}",
                36 => "\\u0131",
                37 => "\\n",
                38 => "ı",
                _ => "",
            });
        }
        return name.ToString();
    }

    private async Task AssertSame(byte[][] texts)
    {
        GoAnswer[] answers = GoJson.Ask(texts);
        for (int number = 0; number < texts.Length; number++)
        {
            JsonVerdict verdict = JsonVerdict.Of(texts[number]);
            string where = $"seed {_seed}, text {number}, in Base64: {Convert.ToBase64String(texts[number])}\nGo: {answers[number]}; the checker: {verdict}";
            bool valid = answers[number].HasFlag(GoAnswer.Valid);
            await Assert.That(valid == answers[number].HasFlag(GoAnswer.DecodesToItsEnd)).IsTrue().Because(where);
            await Assert.That(verdict.Accepted == (valid && Utf8.IsValid(texts[number]) && Depth(texts[number]) <= DepthMax)).IsTrue().Because(where);
            await Assert.That(!verdict.Accepted || verdict.CouldBeHeader == answers[number].HasFlag(GoAnswer.IsHeader)).IsTrue().Because(where);
        }
    }

    /// <summary>How deep the brackets of a valid text nest.</summary>
    private static int Depth(byte[] text)
    {
        int depth = 0;
        int deepest = 0;
        bool inString = false;
        for (int at = 0; at < text.Length; at++)
        {
            if (text[at] == '"')
                inString = !inString;
            else if (inString)
                at += text[at] == '\\' ? 1 : 0;
            else if (text[at] is (byte)'[' or (byte)'{')
                deepest = Math.Max(deepest, ++depth);
            else if (text[at] is (byte)']' or (byte)'}')
                depth--;
        }
        return deepest;
    }
}
