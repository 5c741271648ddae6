using System.Text;
using FrameRpc.Protocol.Frames;

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

    [Test]
    public async Task Generated_texts_are_accepted_by_both()
    {
        for (int round = 0; round < Rounds; round++)
        {
            byte[] text = _json.Text();
            await Assert.That(JsonVerdict.SystemTextJsonAccepts(text)).IsTrue().Because(Where(round, text));
            await AssertSame(round, text);
        }
    }

    [Test]
    public async Task Mutated_texts_are_accepted_by_both_or_by_none()
    {
        int accepted = 0;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] text = _json.Mutated(_json.Text());
            accepted += (await AssertSame(round, text)) ? 1 : 0;
        }
        await Assert.That(accepted is > Rounds / 50 and < Rounds * 9 / 10).IsTrue()
            .Because($"seed {_seed}: {accepted} of {Rounds} mutated texts were accepted");
    }

    [Test]
    public async Task What_System_Text_Json_refuses_before_its_end_is_refused_by_then()
    {
        int refused = 0;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] text = _json.Mutated(_json.Text());
            if (JsonVerdict.SystemTextJsonReads(text, isWhole: false))
                continue;
            refused++;
            await Assert.That(JsonVerdict.Of(text).Good).IsFalse().Because(Where(round, text));
        }
        await Assert.That(refused > Rounds / 4).IsTrue().Because($"seed {_seed}: only {refused} of {Rounds} texts were refused");
    }

    [Test]
    public async Task A_broken_text_is_refused_at_the_byte_that_breaks_it()
    {
        for (int round = 0; round < Rounds; round++)
        {
            byte[] text = _json.Text();
            JsonChecker checker = default;
            foreach (byte next in text)
            {
                await Assert.That(checker.Feed([next])).IsTrue().Because(Where(round, text));
                JsonChecker broken = checker;
                await Assert.That(broken.Feed([1])).IsFalse().Because(Where(round, text));
            }
        }
    }

    // Numbers in a list are checked many at once, by arithmetic that has cases of its own.
    [Test]
    public async Task Every_short_sequence_of_the_characters_of_numbers_is_accepted_in_a_list_by_both_or_by_none()
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
            await Assert.That(JsonVerdict.Of(text).Accepted == both).IsTrue().Because(Encoding.UTF8.GetString(text));
        }
        await Assert.That(accepted).IsBetween(sequences / 100, sequences);
    }

    private async Task<bool> AssertSame(int round, byte[] text)
    {
        JsonVerdict whole = JsonVerdict.Of(text);
        await Assert.That(whole.Accepted == JsonVerdict.SystemTextJsonAccepts(text)).IsTrue().Because(Where(round, text));
        await Assert.That(whole == JsonVerdict.Of(text, 1)).IsTrue().Because($"{Where(round, text)}\nbyte by byte");
        await Assert.That(whole == JsonVerdict.OfRandomChunks(text, _random)).IsTrue().Because($"{Where(round, text)}\nin random chunks");
        return whole.Accepted;
    }

    private string Where(int round, byte[] text) => $"seed {_seed}, round {round}, in Base64: {Convert.ToBase64String(text)}";
}
