using System.Buffers;

namespace FrameRpc.Protocol.Frames;

/// <summary>Walks over JSON text by the grammar of RFC 8259 without throwing.</summary>
internal ref struct JsonCursor(ReadOnlySpan<byte> json)
{
    // As in System.Text.Json: the outermost value is the first level.
    private const int DepthMax = 64;

    // Bytes of a string that need attention: its end, an escape, and control characters, which must be escaped.
    private static readonly SearchValues<byte> StringStops = SearchValues.Create(
        "\"\\\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u0009\u000a\u000b\u000c\u000d\u000e\u000f"u8 +
        "\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f"u8);

    private readonly ReadOnlySpan<byte> _json = json;
    private int _at;

    public readonly bool AtEnd => _at == _json.Length;

    /// <summary>Skips one value of any kind. The recursion ends at <see cref="DepthMax"/>.</summary>
    /// <param name="depth">The number of open objects and arrays around the value.</param>
    public bool SkipValue(int depth)
    {
        SkipWhiteSpace();
        switch (Peek())
        {
            case '{':
            case '[':
                bool named = _json[_at++] == '{';
                byte close = named ? (byte)'}' : (byte)']';
                if (depth == DepthMax)
                    return false;
                if (Take(close))
                    return true;
                do
                {
                    if (named && !(TakeString(out _) && Take((byte)':')) || !SkipValue(depth + 1))
                        return false;
                }
                while (Take((byte)','));
                return Take(close);
            case '"':
                return TakeString(out _);
            case 't':
                return TakeWord("true"u8);
            case 'f':
                return TakeWord("false"u8);
            case 'n':
                return TakeWord("null"u8);
            default:
                return TakeNumber(out _);
        }
    }

    /// <summary><c>[ - ] ( 0 | 1-9 *DIGIT ) [ . 1*DIGIT ] [ e [ + | - ] 1*DIGIT ]</c></summary>
    public bool TakeNumber(out ReadOnlySpan<byte> number)
    {
        int start = _at;
        bool taken = TakeSignedNumber();
        number = _json[start.._at];
        return taken;
    }

    private bool TakeSignedNumber()
    {
        if (Peek() == '-')
            _at++;
        if (Peek() == '0')
            _at++;
        else if (!TakeDigits())
            return false;
        if (Peek() == '.')
        {
            _at++;
            if (!TakeDigits())
                return false;
        }
        if (Peek() is not 'e' and not 'E')
            return true;
        _at++;
        if (Peek() is '+' or '-')
            _at++;
        return TakeDigits();
    }

    private bool TakeDigits()
    {
        int start = _at;
        while (Peek() is >= '0' and <= '9')
            _at++;
        return _at > start;
    }

    /// <summary>A string with valid escapes; <paramref name="escaped"/> is the text between its quotes.</summary>
    public bool TakeString(out ReadOnlySpan<byte> escaped)
    {
        escaped = default;
        if (!Take((byte)'"'))
            return false;
        int start = _at;
        while (true)
        {
            int stop = _json[_at..].IndexOfAny(StringStops);
            if (stop < 0)
                return false;
            _at += stop;
            byte found = _json[_at++];
            if (found == '"')
                break;
            if (found != '\\' || !TakeEscape())
                return false;
        }
        escaped = _json[start..(_at - 1)];
        return true;
    }

    private bool TakeEscape()
    {
        int letter = Peek();
        _at++;
        if (letter != 'u')
            return letter is '"' or '\\' or '/' or 'b' or 'f' or 'n' or 'r' or 't';
        for (int end = _at + 4; _at < end; _at++)
        {
            if (Peek() is var digit && (digit < 0 || !char.IsAsciiHexDigit((char)digit)))
                return false;
        }
        return true;
    }

    public bool TakeWord(ReadOnlySpan<byte> word)
    {
        if (!_json[_at..].StartsWith(word))
            return false;
        _at += word.Length;
        return true;
    }

    /// <summary>Skips white space and then <paramref name="expected"/>, if it is there.</summary>
    public bool Take(byte expected)
    {
        SkipWhiteSpace();
        if (Peek() != expected)
            return false;
        _at++;
        return true;
    }

    public void SkipWhiteSpace()
    {
        while (Peek() is ' ' or '\t' or '\r' or '\n')
            _at++;
    }

    /// <summary>The next byte; -1 at the end.</summary>
    public readonly int Peek() => (uint)_at < (uint)_json.Length ? _json[_at] : -1;
}
