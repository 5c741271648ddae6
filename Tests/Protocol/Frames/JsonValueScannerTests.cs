using System.Text;
using System.Text.Json;
using FrameRpc.Protocol.Frames;
using Xunit;

namespace FrameRpc.Tests.Protocol.Frames;

public sealed class JsonValueScannerTests
{
    private static (bool Good, bool Complete, int Trailing) Scan(params ReadOnlySpan<string> chunks)
    {
        JsonValueScanner scanner = default;
        bool good = true;
        foreach (string chunk in chunks)
            good = scanner.Feed(Encoding.UTF8.GetBytes(chunk));
        return (good, scanner.Complete, scanner.TrailingWhitespace);
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
    public void Depth_is_bounded_by_nothing_but_the_part()
    {
        byte[] part = new byte[2_000_000];
        part.AsSpan(0, 1_000_000).Fill((byte)'[');
        part.AsSpan(1_000_000).Fill((byte)']');
        JsonValueScanner scanner = default;
        Assert.True(scanner.Feed(part.AsSpan(0, part.Length - 1)));
        Assert.False(scanner.Complete);
        Assert.True(scanner.Feed(part.AsSpan(part.Length - 1)));
        Assert.True(scanner.Complete);
    }

    [Fact]
    public void Chunks_make_no_difference()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] part = RandomPart(random);
            JsonValueScanner whole = default;
            bool good = whole.Feed(part);
            JsonValueScanner pieces = default;
            bool goodInPieces = true;
            for (int at = 0; at < part.Length;)
            {
                int length = random.Next(0, Math.Min(4, part.Length - at) + 1);
                goodInPieces = pieces.Feed(part.AsSpan(at, length));
                at += length;
            }
            Assert.True(
                (good, whole.Complete, whole.TrailingWhitespace) == (goodInPieces, pieces.Complete, pieces.TrailingWhitespace),
                $"seed {seed}, round {round}: {Encoding.UTF8.GetString(part)}");
        }
    }

    [Fact]
    public void A_value_ends_where_System_Text_Json_ends_it()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        int values = 0;
        for (int round = 0; round < 50_000; round++)
        {
            byte[] part = RandomPart(random);
            int end = EndOfFirstValue(part);
            if (end < 0)
                continue;
            values++;
            string where = $"seed {seed}, round {round}: {Encoding.UTF8.GetString(part)}";
            JsonValueScanner scanner = default;
            Assert.True(scanner.Feed(part.AsSpan(0, end)) && scanner.Complete, where);
            for (int before = 0; before < end; before++)
                Assert.False(CompleteForGood(part.AsSpan(0, before), part[before]), where);
            bool onlyWhiteSpaceFollows = part.AsSpan(end).IndexOfAnyExcept(" \t\r\n"u8) < 0;
            Assert.True(scanner.Feed(part.AsSpan(end)) == onlyWhiteSpaceFollows, where);
        }
        Assert.True(values > 5_000, $"seed {seed}: only {values} of the parts began with a value");
    }

    /// <summary>Whether the scanner takes the value to be over after these bytes, even though <paramref name="next"/> follows.</summary>
    private static bool CompleteForGood(ReadOnlySpan<byte> bytes, byte next)
    {
        JsonValueScanner scanner = default;
        return scanner.Feed(bytes) && scanner.Complete && !scanner.Feed([next]);
    }

    private static int EndOfFirstValue(byte[] part)
    {
        try
        {
            var reader = new Utf8JsonReader(part, new JsonReaderOptions { AllowMultipleValues = true });
            if (!reader.Read())
                return -1;
            reader.Skip();
            return (int)reader.BytesConsumed;
        }
        catch (JsonException)
        {
            return -1;
        }
    }

    private static byte[] RandomPart(Random random)
    {
        string[] tokens = ["{", "}", "[", "]", "\"", "\"a\":", "\"b\"", "\\", "\\\"", ",", ":", " ", "\n", "0", "1", "-", ".", "e", "E+", "true", "false", "null", "nul"];
        if (random.Next(2) == 0)
            return Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => tokens[random.Next(tokens.Length)])));
        return Encoding.UTF8.GetBytes(RandomValue(random, 0) + (random.Next(2) == 0 ? "\n" : "") + (random.Next(2) == 0 ? RandomValue(random, 0) : ""));
    }

    private static string RandomValue(Random random, int depth) => random.Next(depth > 3 ? 3 : 5) switch
    {
        0 => random.Next(3) switch { 0 => "true", 1 => "false", _ => "null" },
        1 => $"{random.Next(-50, 50)}{(random.Next(2) == 0 ? ".25" : "")}{(random.Next(2) == 0 ? "e-1" : "")}",
        2 => random.Next(4) switch { 0 => "\"\"", 1 => """ "\\" """, 2 => "\"\\\"]\"", _ => "\"{[\"" },
        3 => "[" + string.Join(',', Enumerable.Range(0, random.Next(3)).Select(_ => RandomValue(random, depth + 1))) + "]",
        _ => "{" + string.Join(", ", Enumerable.Range(0, random.Next(3)).Select(i => $"\"m{i}\" :{RandomValue(random, depth + 1)}")) + "}",
    };
}
