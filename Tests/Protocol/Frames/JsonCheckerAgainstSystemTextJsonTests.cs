using System.Text;
using FrameRpc.Protocol.Frames;
using Xunit;

namespace FrameRpc.Tests.Protocol.Frames;

/// <summary>The checker accepts exactly what System.Text.Json accepts by default and is UTF-8, however the text is cut.</summary>
public sealed class JsonCheckerAgainstSystemTextJsonTests
{
    private const int Rounds = 30_000;

    private readonly int _seed = Environment.TickCount;
    private readonly Random _random;
    private readonly RandomJson _json;

    public JsonCheckerAgainstSystemTextJsonTests()
    {
        _random = new Random(_seed);
        _json = new RandomJson(_random);
    }

    [Fact]
    public void Generated_texts_are_accepted_by_both()
    {
        for (int round = 0; round < Rounds; round++)
        {
            byte[] text = _json.Text();
            Assert.True(JsonVerdict.SystemTextJsonAccepts(text), Where(round, text));
            AssertSame(round, text);
        }
    }

    [Fact]
    public void Mutated_texts_are_accepted_by_both_or_by_none()
    {
        int accepted = 0;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] text = _json.Mutated(_json.Text());
            accepted += AssertSame(round, text) ? 1 : 0;
        }
        Assert.True(accepted is > Rounds / 50 and < Rounds * 9 / 10, $"seed {_seed}: {accepted} of {Rounds} mutated texts were accepted");
    }

    [Fact]
    public void What_System_Text_Json_refuses_before_its_end_is_refused_by_then()
    {
        int refused = 0;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] text = _json.Mutated(_json.Text());
            if (JsonVerdict.SystemTextJsonReads(text, isWhole: false))
                continue;
            refused++;
            Assert.False(JsonVerdict.Of(text).Good, Where(round, text));
        }
        Assert.True(refused > Rounds / 4, $"seed {_seed}: only {refused} of {Rounds} texts were refused");
    }

    [Fact]
    public void A_broken_text_is_refused_at_the_byte_that_breaks_it()
    {
        for (int round = 0; round < Rounds; round++)
        {
            byte[] text = _json.Text();
            JsonChecker checker = default;
            foreach (byte next in text)
            {
                Assert.True(checker.Feed([next]), Where(round, text));
                JsonChecker broken = checker;
                Assert.False(broken.Feed([1]), Where(round, text));
            }
        }
    }

    // Numbers in a list are checked many at once, by arithmetic that has cases of its own.
    [Fact]
    public void Every_short_sequence_of_the_characters_of_numbers_is_accepted_in_a_list_by_both_or_by_none()
    {
        const string Characters = "017-+.eE, ";
        const int Length = 5;
        int accepted = 0;
        int sequences = (int)Math.Pow(Characters.Length, Length);
        for (int number = 0; number < sequences; number++)
        {
            string sequence = string.Create(Length, number, static (span, rest) =>
            {
                foreach (ref char character in span)
                    (character, rest) = (Characters[rest % Characters.Length], rest / Characters.Length);
            });
            byte[] text = Encoding.UTF8.GetBytes($"[{sequence},1,22,-3.5e+6,4444,55555,666666,7777777]");
            bool both = JsonVerdict.SystemTextJsonAccepts(text);
            accepted += both ? 1 : 0;
            Assert.True(JsonVerdict.Of(text).Accepted == both, Encoding.UTF8.GetString(text));
        }
        Assert.InRange(accepted, sequences / 100, sequences);
    }

    private bool AssertSame(int round, byte[] text)
    {
        JsonVerdict whole = JsonVerdict.Of(text);
        Assert.True(whole.Accepted == JsonVerdict.SystemTextJsonAccepts(text), Where(round, text));
        Assert.True(whole == JsonVerdict.Of(text, 1), $"{Where(round, text)}\nbyte by byte");
        Assert.True(whole == JsonVerdict.OfRandomChunks(text, _random), $"{Where(round, text)}\nin random chunks");
        return whole.Accepted;
    }

    private string Where(int round, byte[] text) => $"seed {_seed}, round {round}, in Base64: {Convert.ToBase64String(text)}";
}
