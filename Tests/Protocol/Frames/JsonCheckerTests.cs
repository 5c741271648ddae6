using System.Runtime.CompilerServices;
using System.Text;
using FrameRpc.Protocol.Frames;
using Xunit;

namespace FrameRpc.Tests.Protocol.Frames;

public sealed class JsonCheckerTests
{
    private static (bool Good, bool Complete, int Trailing) Scan(params ReadOnlySpan<string> chunks)
    {
        JsonVerdict verdict = JsonVerdict.OfChunks(chunks);
        return (verdict.Good, verdict.Complete, verdict.TrailingWhitespace);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("\"\"")]
    [InlineData("true")]
    [InlineData("false")]
    [InlineData("null")]
    [InlineData("0")]
    [InlineData("-0")]
    [InlineData("120")]
    [InlineData("-1.05e+10")]
    [InlineData("0E5")]
    [InlineData("""{"Msg":"a\"}b\\","n":[1,{"x":"]"}],"t":true}""")]
    [InlineData("""["\u0022","\\\"","}"]""")]
    public void One_value_is_complete_with_and_without_white_space(string value)
    {
        Assert.Equal((true, true, 0), Scan(value));
        Assert.Equal((true, true, 1), Scan(value + "\n"));
        Assert.Equal((true, true, 4), Scan(" \t\r\n" + value + " \t\r\n"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n")]
    [InlineData("{")]
    [InlineData("[[]")]
    [InlineData("\"abc")]
    [InlineData("\"abc\\\"")]
    [InlineData("\"abc\\")]
    [InlineData("{\"a\":\"}")]
    [InlineData("tru")]
    [InlineData("-")]
    [InlineData("1.")]
    [InlineData("1e")]
    [InlineData("1e-")]
    public void The_beginning_of_a_value_is_not_complete(string beginning)
    {
        (bool good, bool complete, _) = Scan(beginning);
        Assert.True(good);
        Assert.False(complete);
    }

    [Theory]
    [InlineData("{}{}")]
    [InlineData("{} {}")]
    [InlineData("{}\n{\"Endpoint\":\"x\"}")]
    [InlineData("[]]")]
    [InlineData("{}\0")]
    [InlineData("\"a\"\"b\"")]
    [InlineData("\"a\\\\\"x")]
    [InlineData("{\"a\":\"\\\\\"}x")]
    [InlineData("{}\v")]
    public void Bytes_after_the_value_are_refused(string part) => Assert.False(Scan(part).Good);

    // Go's decoder ends such a value as soon as a byte cannot continue it, and leaves that byte in the connection.
    [Theory]
    [InlineData("01")]
    [InlineData("00")]
    [InlineData("-01")]
    [InlineData("1\"a\"")]
    [InlineData("1{}")]
    [InlineData("1-")]
    [InlineData("1.5.3")]
    [InlineData("1e5.0")]
    [InlineData("1e5e5")]
    [InlineData("12 3")]
    [InlineData("truefalse")]
    [InlineData("true1")]
    [InlineData("nulll")]
    [InlineData("null,")]
    public void Numbers_and_literals_end_where_Go_ends_them(string part) => Assert.False(Scan(part).Good);

    [Theory]
    [InlineData("]")]
    [InlineData("}")]
    [InlineData("x")]
    [InlineData(",1")]
    [InlineData("+1")]
    [InlineData("-x")]
    [InlineData("1.e")]
    [InlineData("1ex")]
    [InlineData("True")]
    [InlineData("trve")]
    [InlineData("\ufeff{}")]
    public void What_begins_no_value_is_refused(string part)
    {
        (bool good, bool complete, _) = Scan(part);
        Assert.False(good);
        Assert.False(complete);
    }

    [Fact]
    public void Once_refused_it_stays_refused()
    {
        Assert.Equal((false, false, 0), Scan("{}x", "{}"));
        Assert.Equal((false, false, 1), Scan("{}x", "", " "));
    }

    [Fact]
    public void White_space_is_counted_over_chunks_and_forgotten_at_the_next_byte()
    {
        Assert.Equal(6, Scan("{}  ", "", "\r\n", "\t ").Trailing);
        Assert.Equal(1, Scan("{  ", "  \"a\":1} ").Trailing);
        Assert.Equal(0, Scan("[1  ", "  ]").Trailing);
    }

    [Fact]
    public void What_has_come_is_told_before_the_value_ends()
    {
        Assert.Equal((false, false), Begun(""));
        Assert.Equal((false, false), Begun(" \r\n\t"));
        Assert.Equal((true, true), Begun(" {"));
        Assert.Equal((true, true), Begun("{\"a\":[1]} "));
        Assert.Equal((true, true), Begun("{]"));
        Assert.Equal((true, false), Begun("["));
        Assert.Equal((true, false), Begun("[{"));
        Assert.Equal((true, false), Begun("-"));
        Assert.Equal((true, false), Begun("}"));
    }

    [Fact]
    public void A_chunk_may_end_anywhere()
    {
        byte[] text = Encoding.UTF8.GetBytes("""
            { "plain" : "a text that is longer than a block of sixteen", "escaped\"\u00e9\ud83d\uDE00" : "\\\/\b\f\n\r\t",
              "UTF-8: é漢😀" : [ -0, 120, -1.05e+10, 0E5, 123456789012345678901234567890.123456789, true, false, null, {}, [] ] }

            """);
        Assert.True(JsonVerdict.SystemTextJsonAccepts(text));
        JsonVerdict whole = JsonVerdict.Of(text);
        Assert.True(whole.Accepted);
        for (int first = 0; first <= text.Length; first++)
        {
            for (int second = first; second <= text.Length; second++)
            {
                JsonChecker checker = default;
                bool good = checker.Feed(text.AsSpan(0, first)) & checker.Feed(text.AsSpan(first, second - first)) & checker.Feed(text.AsSpan(second));
                Assert.True(good && checker.Complete && checker.TrailingWhitespace == whole.TrailingWhitespace, $"cut at {first} and {second}");
            }
        }
    }

    [Fact]
    public void White_space_beyond_what_can_be_counted_is_counted_as_that()
    {
        byte[] white = new byte[1 << 20];
        white.AsSpan().Fill((byte)' ');
        JsonChecker checker = default;
        Assert.True(checker.Feed("1"u8));
        for (int times = 0; times < 2048; times++)
            Assert.True(checker.Feed(white));
        Assert.Equal(int.MaxValue, checker.TrailingWhitespace);
        Assert.True(checker.Complete);
    }

    [Fact]
    public void It_is_small_enough_to_be_part_of_every_connection() => Assert.InRange(Unsafe.SizeOf<JsonChecker>(), 1, 64);

    private static (bool HasBegun, bool IsObject) Begun(string text)
    {
        JsonVerdict verdict = JsonVerdict.Of(text);
        return (verdict.HasBegun, verdict.IsObject);
    }
}
