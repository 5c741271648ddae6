using System.Text;

namespace FrameRpc.Protocol.Frames;

/// <summary>The escapes of JSON strings, whose syntax <see cref="JsonCursor"/> has checked.</summary>
internal static class JsonEscapes
{
    /// <summary>The text of a string; false if its escapes contain half of a surrogate pair.</summary>
    /// <param name="escaped">The text between the quotes.</param>
    /// <param name="scratch">Room for the text if it differs from <paramref name="escaped"/>; it is never longer.</param>
    /// <param name="text">A slice of <paramref name="escaped"/> itself if there is nothing to unescape, else of <paramref name="scratch"/>.</param>
    public static bool TryUnescape(ReadOnlySpan<byte> escaped, Span<byte> scratch, out ReadOnlySpan<byte> text)
    {
        text = escaped;
        int backslash = escaped.IndexOf((byte)'\\');
        if (backslash < 0)
            return true;
        int length = 0;
        for (; backslash >= 0; backslash = escaped.IndexOf((byte)'\\'))
        {
            escaped[..backslash].CopyTo(scratch[length..]);
            length += backslash;
            escaped = escaped[backslash..];
            if (!TryDecodeEscape(escaped, out Rune rune, out int escapeLength))
                return false;
            length += rune.EncodeToUtf8(scratch[length..]);
            escaped = escaped[escapeLength..];
        }
        escaped.CopyTo(scratch[length..]);
        text = scratch[..(length + escaped.Length)];
        return true;
    }

    private static bool TryDecodeEscape(ReadOnlySpan<byte> escaped, out Rune rune, out int length)
    {
        length = 2;
        if (escaped[1] != 'u')
        {
            rune = new Rune(escaped[1] switch
            {
                (byte)'b' => '\b',
                (byte)'f' => '\f',
                (byte)'n' => '\n',
                (byte)'r' => '\r',
                (byte)'t' => '\t',
                byte itself => (char)itself,
            });
            return true;
        }
        length = 6;
        char unit = DecodeHex(escaped);
        if (Rune.TryCreate(unit, out rune))
            return true;
        length = 12;
        return escaped.Length >= 12 && escaped[6] == '\\' && escaped[7] == 'u' && Rune.TryCreate(unit, DecodeHex(escaped[6..]), out rune);
    }

    private static char DecodeHex(ReadOnlySpan<byte> escape)
    {
        int unit = 0;
        foreach (byte digit in escape.Slice(2, 4))
            unit = unit << 4 | (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        return (char)unit;
    }
}
