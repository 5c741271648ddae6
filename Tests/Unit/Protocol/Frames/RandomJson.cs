using System.Globalization;
using System.Text;

namespace FrameRpc.Tests.Protocol.Frames;

/// <summary>Texts that are JSON, or were before something happened to them. The same random numbers make the same texts.</summary>
internal sealed class RandomJson(Random random)
{
    private const int DepthMax = 5;

    private static readonly string[] Characters =
        ["a", "Z", "7", " ", "\x7f", "é", "ß", "Ж", "\u0080", "\u07ff", "\u0800", "漢", "\ud7ff", "\ue000", "\ufeff", "\uffff", "\U00010000", "😀", "\U0010ffff"];

    private static readonly string[] Escapes =
        ["\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t", "\\u0000", "\\u00e9", "\\uD83D\\uDE00", "\\ud800", "\\uDFFF", "\\uabCD", "\\u0045"];

    private static readonly string[] Names = ["a", "id", "name", "Endpoint", "endpoint", "\\u0045ndpoint", "ENDPOIN\\u0074", "Endpoints", "Endpoin", "\\nendpoint"];

    // What is wrong in most places, and right in some.
    private static readonly byte[][] Pieces =
    [
        [0], [1], [0x1F], [(byte)'\n'], [(byte)'\t'], [(byte)'\v'], [0x7F], [0x80], [0xBF], [0xC0, 0xAF], [0xC1, 0x81], [0xC3], [0xC3, 0xA9], [0xE0, 0x9F, 0xBF], [0xE0, 0xA0, 0x80],
        [0xE2, 0x82], [0xED, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xEF, 0xBB, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x98], [0xF0, 0x9F, 0x98, 0x80], [0xF4, 0x8F, 0xBF, 0xBF],
        [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF],
        .. "\" \\ \\\\ \\\" \\u \\u12 \\u12G4 \\x { } [ ] , : ,, {} [] \"\" 0 1 - -0 00 01 . .5 5. e E+ 1e5 1e+ 0x1 NaN Infinity true false null nul True // /* '".Split(' ').Select(Encoding.ASCII.GetBytes),
    ];

    /// <summary>A whole text, with white space round it now and then.</summary>
    public byte[] Text()
    {
        var text = new StringBuilder();
        White(text);
        Value(text, 0);
        White(text);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>The text with one to three faults, or what may turn out to be none.</summary>
    public byte[] Mutated(byte[] text)
    {
        for (int times = random.Next(1, 4); times > 0; times--)
            text = MutatedOnce(text);
        return text;
    }

    private byte[] MutatedOnce(byte[] text)
    {
        int at = random.Next(text.Length + 1);
        int end = Math.Min(text.Length, at + random.Next(1, 4));
        switch (random.Next(6))
        {
            case 0:
                return text[..at];
            case 1:
                return [.. text[..at], .. text[end..]];
            case 2:
                return [.. text[..at], .. text[at..end], .. text[at..]];
            case 3 when text.Length > at:
                byte[] flipped = [.. text];
                flipped[at] ^= (byte)(1 << random.Next(8));
                return flipped;
            case 4:
                return [.. text[..at], .. Pieces[random.Next(Pieces.Length)], .. text[end..]];
            default:
                return [.. text[..at], .. Pieces[random.Next(Pieces.Length)], .. text[at..]];
        }
    }

    private void Value(StringBuilder text, int depth)
    {
        switch (random.Next(depth == DepthMax ? 4 : 7))
        {
            case 0:
                text.Append(random.Next(3) switch { 0 => "true", 1 => "false", _ => "null" });
                break;
            case 1:
                Number(text);
                break;
            case 2 or 3:
                String(text);
                break;
            case 4:
                Members(text, '[', ']', () => Value(text, depth + 1));
                break;
            default:
                Members(text, '{', '}', () => NameAndValue(text, depth + 1));
                break;
        }
    }

    private void Members(StringBuilder text, char open, char close, Action member)
    {
        text.Append(open);
        White(text);
        for (int left = random.Next(5); left > 0; left--)
        {
            member();
            White(text);
            if (left > 1)
                text.Append(',');
            White(text);
        }
        text.Append(close);
    }

    private void NameAndValue(StringBuilder text, int depth)
    {
        if (random.Next(3) == 0)
            String(text);
        else
            text.Append('"').Append(Names[random.Next(Names.Length)]).Append('"');
        White(text);
        text.Append(':');
        White(text);
        Value(text, depth);
    }

    private void String(StringBuilder text)
    {
        text.Append('"');
        int kinds = random.Next(1, 4);
        for (int left = random.Next(4) == 0 ? random.Next(70) : random.Next(8); left > 0; left--)
            text.Append(random.Next(kinds) switch { 0 => "x", 1 => Characters[random.Next(Characters.Length)], _ => Escapes[random.Next(Escapes.Length)] });
        text.Append('"');
    }

    private void Number(StringBuilder text)
    {
        if (random.Next(3) == 0)
            text.Append('-');
        text.Append(random.Next(3) switch { 0 => "0", 1 => random.Next(1, 1000).ToString(CultureInfo.InvariantCulture), _ => $"9{Digits()}" });
        if (random.Next(3) == 0)
            text.Append('.').Append(Digits());
        if (random.Next(3) == 0)
            text.Append("eE"[random.Next(2)]).Append(random.Next(3) switch { 0 => "+", 1 => "-", _ => "" }).Append(Digits());
    }

    private string Digits() => new((char)('0' + random.Next(10)), random.Next(4) == 0 ? random.Next(1, 40) : random.Next(1, 5));

    private void White(StringBuilder text)
    {
        if (random.Next(4) == 0)
            text.Append(" \t\r\n"[random.Next(4)], random.Next(5) == 0 ? random.Next(40) : random.Next(3));
    }
}
