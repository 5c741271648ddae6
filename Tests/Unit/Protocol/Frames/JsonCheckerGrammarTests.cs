using System.Text;

namespace FrameRpc.Tests.Protocol.Frames;

/// <summary>The kinds of texts that the well-known corpora for parsers of JSON are made of, each beside the grammar's rule.</summary>
/// <remarks>After N. Seriot, "Parsing JSON is a minefield", and the suite of json.org's JSON_checker; the texts are this project's own.</remarks>
public sealed class JsonCheckerGrammarTests
{
    // Long enough for the vectors, in front and behind.
    private static readonly (string Before, string After)[] Surroundings =
    [
        ("", ""), ("[", "]"), ("{\"a\":", "}"), (" \t\r\n", "\n"), ("[\"a text that is longer than a block\",", ",\"a text that is longer than a block\"]"),
        ("[1,2,3.5,", ",4,-5e6,7,8,9,10,11,12,13,14,15,16,17,18]"), ("[[{\"b\":[", "]}]]"), ("[true,", " , null ]"),
    ];

    public static IEnumerable<string> RightValues => [
        // Structure.
        "{}", "[]", "[[]]", "[{}]", "{\"a\":{}}", "{\"\":0}", "{\"a\":1,\"a\":2}", "[ ]", "{ }", "[\n]", "{\"a\"\t:\r1 , \"b\" : 2}", "[1,[2,[3,[4]]],{\"a\":[]}]", "[null,1,\"1\",{}]",
        "{\"a name that is longer than a block\":\"a text that is longer than a block\"}", "[       \n               \r\n                                  1]",
        // Literals.
        "true", "false", "null",
        // Numbers.
        "0", "-0", "1", "-1", "10", "1234567890", "0.1", "-0.0", "0.00", "1.5", "-12.375", "0e0", "0E+1", "1e1", "1E1", "1e+1", "1E-1", "1.5e10", "-1.5E-10", "1e00", "1e-007",
        "123456789012345678901234567890123456789012345678901234567890", "0.000000000000000000000000000000000000000000000000000000000000001", "1e999999999999999999999999999999999",
        "-1234567890.12345678901234567890e-12345678901234567890", "123e45", "9007199254740993",
        // Strings.
        "\"\"", "\" \"", "\"a\"", "\"\x7f\"", "\"/\"", "\"'\"", "\"a text that is longer than a block\"", "\"exactly 15 byte\"", "\"exactly 16 bytes\"", "\"exactly 17 bytes!\"",
        "\"\\\"\"", "\"\\\\\"", "\"\\/\"", "\"\\b\\f\\n\\r\\t\"", "\"\\\\u0000\"", "\"\\\\\\\"\"", "\"// /* no comment */ # {}[],:\"",
        "\"\\u0000\"", "\"\\u0022\"", "\"\\u005C\"", "\"\\uaBcD\"", "\"\\u0123\\u4567\\u89AB\\uCDEF\"", "\"\\uFFFF\\uFFFE\\uFDD0\"", "\"\\ud83d\\ude00\"",
        // Halves of surrogate pairs, which decoders replace or refuse when they take the text.
        "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\ud800\"", "\"\\udc00\\ud800\"", "\"\\ud83dx\"", "\"\\ud83d\\n\"",
        // UTF-8, at the borders of each length.
        "\"\u0080\"", "\"\u07ff\"", "\"\u0800\"", "\"\ud7ff\"", "\"\ue000\"", "\"\ufeff\"", "\"\ufffe\uffff\"", "\"\U00010000\"", "\"\U0010ffff\"", "\"\u2028\u2029\"",
        "\"é\"", "\"Gürtel, Größe, naïve\"", "\"Жили-были дед да баба\"", "\"的一是不了人我在有他这中大来上个国到说们\"", "\"😀a😀b😀c😀d😀e😀f\"", "{\"é\":\"漢\"}"];

    public static IEnumerable<string> WrongValues => [
        // Brackets and what is between them.
        "[1}", "{\"a\":1]", "[1", "[", "{", "[[]", "{\"a\":1", "[1]]", "{}}", "]", "}", "[,]", "[,1]", "[1,]", "[1,,2]", "[,", "{,}", "{\"a\":1,}", "{,\"a\":1}", "{\"a\":1,,\"b\":2}", "[1 2]", "[\"a\" \"b\"]",
        "[1:2]", "[\"a\":1]", "{\"a\"}", "{\"a\",1}", "{\"a\":}", "{\"a\"::1}", "{\"a\":1 \"b\":2}", "{\"a\":1:2}", "{:1}", "{1:1}", "{null:1}", "{[]:1}", "{{}:1}", "{a:1}", "{'a':1}", "{\"a\" 1}",
        "{\"a\":\"b\":\"c\"}", "{}[]", "[][]", "{}{}", "1 2", "\"a\" 1", "null null", "[]\0", "[1]x", "{}#", "{}//", "/**/{}", "{}/**/", "[1,//\n2]", "(1)", "<1>", ":", ",", "[1;2]",
        // Literals.
        "True", "TRUE", "tru", "truee", "nul", "nulll", "Null", "nil", "undefined", "fals", "falsee", "fals3", "NaN", "Infinity", "-Infinity", "-NaN", "t", "f", "n", "truefalse", "true1", "trUe",
        // Numbers.
        "-", "+1", "+", "--1", "- 1", "01", "-01", "00", "-00", "1.", "-1.", ".1", "-.1", ".", "1.e1", "1.2.3", "1..2", "1e", "1E", "1e+", "1e-", "1e.5", "1e5.5", "1e5e5", "1ee5", "1e+-5", "1e++5", "e1", "0x10", "0b1",
        "1_000", "1 000", "1a", "1f", "0.1.", "012", "0e", "1+1", "1-1", "1/2", "２", "１２３", "1e１", "0.١", "1.2e3.4", "-a", "-1a", "1\0", "9.9.9", "12e", "123.e5", "1e5-", "0.0e+", "1.5E+",
        // Strings.
        "\"", "\"a", "a\"", "'a'", "\"\"\"", "\"a\"b\"", "\"\n\"", "\"\r\"", "\"\t\"", "\"\0\"", "\"\x1f\"", "\"a text that is longer than a block\n\"", "\"exactly 16 bytes\t\"",
        "\"\\\"", "\"\\", "\"\\a\"", "\"\\x00\"", "\"\\'\"", "\"\\0\"", "\"\\U0000\"", "\"\\ \"", "\"\\é\"", "\"\\\n\"", "\"\\u\"", "\"\\u1\"", "\"\\u12\"", "\"\\u123\"", "\"\\u123g\"", "\"\\uG000\"", "\"\\u 123\"", "\"\\u-123\"",
        "\"\\u00é\"", "\"\\ud83d\\u\"", "\"\\ud83d\\ude0\"", "\"\\u:000\"", "\"\\u/000\"", "\"\\u@000\"", "\"\\u`000\"",
        // White space that is none, and marks.
        "\v1", "\f1", "1\v", "\u00a01", "[\u2003]", "\u20281", "[\u0085]", "\u3000", "\u200b{}", "\b1", "[\v]", "[\0]", "\ufeff", "\ufeff{}", "{}\ufeff", "[\ufeff]", "\x7f"];

    public static IEnumerable<string> BrokenUtf8 => [
        // Continuations alone, and too many.
        "80", "BF", "8080", "C3A980", "E6BCA280", "F09F988080",
        // First bytes with too little behind.
        "C3", "E6BC", "E6", "F09F98", "F09F", "F0", "C3C3A9", "E6BCC3A9", "F09F9861", "C361", "E661BC", "F061",
        // Overlong.
        "C080", "C1BF", "C0AF", "E08080", "E09FBF", "F0808080", "F08FBFBF", "F8808080AF", "FC80808080AF",
        // Surrogates, alone and in pairs.
        "EDA080", "EDADBF", "EDAE80", "EDBFBF", "EDA0BDEDB880",
        // Beyond U+10FFFF, and bytes of no sequence.
        "F4908080", "F5808080", "F7BFBFBF", "F888808080", "FBBFBFBFBF", "FC8480808080", "FE", "FF", "FEFF", "C0", "C1", "F5"];

    [Test]
    [MethodDataSource(nameof(RightValues))]
    public async Task A_right_value_is_accepted_wherever_it_stands(string value)
    {
        foreach ((string before, string after) in Surroundings)
            await AssertAccepted(true, Encoding.UTF8.GetBytes(before + value + after));
    }

    [Test]
    [MethodDataSource(nameof(WrongValues))]
    public async Task A_wrong_value_is_refused_wherever_it_stands(string value)
    {
        foreach ((string before, string after) in Surroundings)
        {
            // Some are wrong as a value, and right as two or as part of what is around.
            byte[] text = Encoding.UTF8.GetBytes(before + value + after);
            await AssertAccepted(JsonVerdict.SystemTextJsonAccepts(text), text);
        }
        await Assert.That(JsonVerdict.Of(value).Accepted).IsFalse();
        await Assert.That(JsonVerdict.Of($"[{{\"a\":{value}}}]").Accepted).IsFalse();
    }

    [Test]
    [MethodDataSource(nameof(BrokenUtf8))]
    public async Task Broken_UTF8_is_refused_wherever_it_stands(string hexadecimal)
    {
        byte[] broken = Convert.FromHexString(hexadecimal);
        foreach (string before in (string[])["", "a", "é", "漢", "😀", "a text that is longer than a block", "Жили-были дед да баба", "的一是不了人我在有他这中大来", "\\u00e9\\n"])
        {
            foreach (string after in (string[])["", "a", "é", "漢字", "\\n", "a text that is longer than a block", "Жили-были дед да баба"])
            {
                byte[] contents = [.. Encoding.UTF8.GetBytes(before), .. broken, .. Encoding.UTF8.GetBytes(after)];
                await AssertAccepted(false, [(byte)'"', .. contents, (byte)'"']);
                await AssertAccepted(false, [.. "{\"a\":\""u8, .. contents, .. "\",\"b\":\"a text that is longer than a block\"}"u8]);
                await AssertAccepted(false, [.. "{\""u8, .. contents, .. "\":\"a text that is longer than a block\"}"u8]);
            }
        }
        await AssertAccepted(false, broken);
        await AssertAccepted(false, [.. "[1,"u8, .. broken, .. "]"u8]);
    }

    [Test]
    public async Task Every_character_is_accepted_and_no_surrogate()
    {
        byte[] text = new byte[3 + 4 + 16];
        for (int value = 0x20; value <= 0x10FFFF; value++)
        {
            bool surrogate = value is >= 0xD800 and <= 0xDFFF;
            if (value is '"' or '\\')
                continue;
            text.AsSpan().Fill((byte)' ');
            text[0] = (byte)'"';
            int length = surrogate ? EncodeSurrogate(value, text.AsSpan(4)) : new Rune(value).EncodeToUtf8(text.AsSpan(4));
            text[^1] = (byte)'"';
            await Assert.That(JsonVerdict.Of(text).Accepted == !surrogate).IsTrue().Because($"U+{value:X4}, {length} bytes");
        }
    }

    [Test]
    public async Task Brackets_nest_as_deep_as_System_Text_Json_allows_and_no_deeper()
    {
        for (int depth = 60; depth <= 70; depth++)
        {
            foreach ((string open, string close) in ((string, string)[])[("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")])
            {
                int times = depth / open.Count(bracket => bracket is '[' or '{');
                foreach (string inside in (string[])["1", "[]", "{}"])
                {
                    byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(open, times)) + inside + string.Concat(Enumerable.Repeat(close, times)));
                    await AssertAccepted(JsonVerdict.SystemTextJsonAccepts(text), text);
                }
            }
        }
        await Assert.That(JsonVerdict.Of(new string('[', 64) + new string(']', 64)).Accepted).IsTrue();
        await Assert.That(JsonVerdict.Of(new string('[', 65)).Good).IsFalse();
    }

    [Test]
    public async Task What_was_closed_does_not_count_as_depth()
    {
        string wide = "[" + string.Join(',', Enumerable.Repeat(new string('[', 63) + new string(']', 63), 50)) + "]";
        await AssertAccepted(true, Encoding.UTF8.GetBytes(wide));
    }

    [Test]
    public async Task Text_of_other_encodings_is_refused()
    {
        await AssertAccepted(false, Encoding.Unicode.GetBytes("[\"a\"]"));
        await AssertAccepted(false, Encoding.BigEndianUnicode.GetBytes("[\"a\"]"));
        await AssertAccepted(false, Encoding.UTF32.GetBytes("[\"a\"]"));
        await AssertAccepted(false, Encoding.Latin1.GetBytes("[\"é\"]"));
        await AssertAccepted(false, [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("[]")]);
    }

    private static int EncodeSurrogate(int value, Span<byte> to)
    {
        to[0] = (byte)(0xE0 | value >> 12);
        to[1] = (byte)(0x80 | value >> 6 & 0x3F);
        to[2] = (byte)(0x80 | value & 0x3F);
        return 3;
    }

    private static async Task AssertAccepted(bool accepted, byte[] text)
    {
        await Assert.That(accepted == JsonVerdict.SystemTextJsonAccepts(text)).IsTrue()
            .Because($"System.Text.Json says {!accepted}: {Convert.ToHexString(text)}");
        JsonVerdict whole = JsonVerdict.Of(text);
        await Assert.That(whole.Accepted == accepted).IsTrue().Because(Encoding.UTF8.GetString(text));
        foreach (int chunkBytes in (int[])[1, 2, 3, 5, 17, 33])
            await Assert.That(whole == JsonVerdict.Of(text, chunkBytes)).IsTrue().Because($"{Encoding.UTF8.GetString(text)} in chunks of {chunkBytes}");
    }
}
