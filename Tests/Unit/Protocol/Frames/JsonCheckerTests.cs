using System.Runtime.CompilerServices;
using System.Text;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Tests.Protocol.Frames;

public sealed class JsonCheckerTests
{
    private static (bool Good, bool Complete, int Trailing) Scan(params ReadOnlySpan<string> chunks)
    {
        JsonVerdict verdict = JsonVerdict.OfChunks(chunks);
        return (verdict.Good, verdict.Complete, verdict.TrailingWhitespace);
    }

    [Test]
    [Arguments("{}")]
    [Arguments("[]")]
    [Arguments("\"\"")]
    [Arguments("true")]
    [Arguments("false")]
    [Arguments("null")]
    [Arguments("0")]
    [Arguments("-0")]
    [Arguments("120")]
    [Arguments("-1.05e+10")]
    [Arguments("0E5")]
    [Arguments("""{"Msg":"a\"}b\\","n":[1,{"x":"]"}],"t":true}""")]
    [Arguments("""["\u0022","\\\"","}"]""")]
    public async Task One_value_is_complete_with_and_without_white_space(string value)
    {
        await Assert.That(Scan(value)).IsEqualTo((true, true, 0));
        await Assert.That(Scan(value + "\n")).IsEqualTo((true, true, 1));
        await Assert.That(Scan(" \t\r\n" + value + " \t\r\n")).IsEqualTo((true, true, 4));
    }

    [Test]
    [Arguments("")]
    [Arguments(" \n")]
    [Arguments("{")]
    [Arguments("[[]")]
    [Arguments("\"abc")]
    [Arguments("\"abc\\\"")]
    [Arguments("\"abc\\")]
    [Arguments("{\"a\":\"}")]
    [Arguments("tru")]
    [Arguments("-")]
    [Arguments("1.")]
    [Arguments("1e")]
    [Arguments("1e-")]
    public async Task The_beginning_of_a_value_is_not_complete(string beginning)
    {
        (bool good, bool complete, _) = Scan(beginning);
        await Assert.That(good).IsTrue();
        await Assert.That(complete).IsFalse();
    }

    [Test]
    [Arguments("{}{}")]
    [Arguments("{} {}")]
    [Arguments("{}\n{\"Endpoint\":\"x\"}")]
    [Arguments("[]]")]
    [Arguments("{}\0")]
    [Arguments("\"a\"\"b\"")]
    [Arguments("\"a\\\\\"x")]
    [Arguments("{\"a\":\"\\\\\"}x")]
    [Arguments("{}\v")]
    public async Task Bytes_after_the_value_are_refused(string part) => await Assert.That(Scan(part).Good).IsFalse();

    // Go's decoder ends such a value as soon as a byte cannot continue it, and leaves that byte in the connection.
    [Test]
    [Arguments("01")]
    [Arguments("00")]
    [Arguments("-01")]
    [Arguments("1\"a\"")]
    [Arguments("1{}")]
    [Arguments("1-")]
    [Arguments("1.5.3")]
    [Arguments("1e5.0")]
    [Arguments("1e5e5")]
    [Arguments("12 3")]
    [Arguments("truefalse")]
    [Arguments("true1")]
    [Arguments("nulll")]
    [Arguments("null,")]
    public async Task Numbers_and_literals_end_where_Go_ends_them(string part) => await Assert.That(Scan(part).Good).IsFalse();

    [Test]
    [Arguments("]")]
    [Arguments("}")]
    [Arguments("x")]
    [Arguments(",1")]
    [Arguments("+1")]
    [Arguments("-x")]
    [Arguments("1.e")]
    [Arguments("1ex")]
    [Arguments("True")]
    [Arguments("trve")]
    [Arguments("\ufeff{}")]
    public async Task What_begins_no_value_is_refused(string part)
    {
        (bool good, bool complete, _) = Scan(part);
        await Assert.That(good).IsFalse();
        await Assert.That(complete).IsFalse();
    }

    [Test]
    public async Task Once_refused_it_stays_refused()
    {
        await Assert.That(Scan("{}x", "{}")).IsEqualTo((false, false, 0));
        await Assert.That(Scan("{}x", "", " ")).IsEqualTo((false, false, 1));
    }

    [Test]
    public async Task White_space_is_counted_over_chunks_and_forgotten_at_the_next_byte()
    {
        await Assert.That(Scan("{}  ", "", "\r\n", "\t ").Trailing).IsEqualTo(6);
        await Assert.That(Scan("{  ", "  \"a\":1} ").Trailing).IsEqualTo(1);
        await Assert.That(Scan("[1  ", "  ]").Trailing).IsEqualTo(0);
    }

    [Test]
    public async Task What_has_come_is_told_before_the_value_ends()
    {
        await Assert.That(Begun("")).IsEqualTo((false, false));
        await Assert.That(Begun(" \r\n\t")).IsEqualTo((false, false));
        await Assert.That(Begun(" {")).IsEqualTo((true, true));
        await Assert.That(Begun("{\"a\":[1]} ")).IsEqualTo((true, true));
        await Assert.That(Begun("{]")).IsEqualTo((true, true));
        await Assert.That(Begun("[")).IsEqualTo((true, false));
        await Assert.That(Begun("[{")).IsEqualTo((true, false));
        await Assert.That(Begun("-")).IsEqualTo((true, false));
        await Assert.That(Begun("}")).IsEqualTo((true, false));
    }

    [Test]
    public async Task A_chunk_may_end_anywhere()
    {
        byte[] text = Encoding.UTF8.GetBytes("""
            { "plain" : "a text that is longer than a block of sixteen", "escaped\"\u00e9\ud83d\uDE00" : "\\\/\b\f\n\r\t",
              "UTF-8: é漢😀" : [ -0, 120, -1.05e+10, 0E5, 123456789012345678901234567890.123456789, true, false, null, {}, [] ] }

            """);
        await Assert.That(JsonVerdict.SystemTextJsonAccepts(text)).IsTrue();
        JsonVerdict whole = JsonVerdict.Of(text);
        await Assert.That(whole.Accepted).IsTrue();
        for (int first = 0; first <= text.Length; first++)
        {
            for (int second = first; second <= text.Length; second++)
            {
                JsonChecker checker = default;
                bool good = checker.Feed(text.AsSpan(0, first)) & checker.Feed(text.AsSpan(first, second - first)) & checker.Feed(text.AsSpan(second));
                await Assert.That(good && checker.Complete && checker.TrailingWhitespace == whole.TrailingWhitespace).IsTrue()
                    .Because($"cut at {first} and {second}");
            }
        }
    }

    [Test]
    public async Task White_space_beyond_what_can_be_counted_is_counted_as_that()
    {
        byte[] white = new byte[1 << 20];
        white.AsSpan().Fill((byte)' ');
        JsonChecker checker = default;
        await Assert.That(checker.Feed("1"u8)).IsTrue();
        for (int times = 0; times < 2048; times++)
            await Assert.That(checker.Feed(white)).IsTrue();
        await Assert.That(checker.TrailingWhitespace).IsEqualTo(int.MaxValue);
        await Assert.That(checker.Complete).IsTrue();
    }

    [Test]
    public async Task It_is_small_enough_to_be_part_of_every_connection() => await Assert.That(Unsafe.SizeOf<JsonChecker>()).IsBetween(1, 64);

    private static (bool HasBegun, bool IsObject) Begun(string text)
    {
        JsonVerdict verdict = JsonVerdict.Of(text);
        return (verdict.HasBegun, verdict.IsObject);
    }
}
