using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace FrameRpc.Protocol.Frames;

/// <summary>Reads a message header strictly by RFC 8259, without allocations and exceptions.</summary>
/// <remarks>
/// System.Text.Json's reader has no way to report broken input but a JsonException, some 10 to 20 µs each, which any peer could ask for with every
/// six bytes it sends. So this one is written by hand, and tests hold it against System.Text.Json.
/// </remarks>
internal ref struct MessageHeaderReader
{
    // As System.Text.Json counts: the header itself is the first level.
    private const int DepthMax = 64;

    // What a string cannot simply run over: its end, an escape, and the control characters, which must be escaped.
    private static readonly SearchValues<byte> StringStops = SearchValues.Create(
        "\"\\\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u0009\u000a\u000b\u000c\u000d\u000e\u000f"u8 +
        "\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f"u8);

    [Flags]
    private enum Members : byte { None = 0, Endpoint = 1, DataType = 2, Accept = 4, Error = 8, ErrorMessage = 16 }

    private readonly ReadOnlySpan<byte> _json;
    private int _at;
    // The part of the scratch that no text of the header uses yet. An unescaped string is never longer than its escaped form, and the texts
    // are disjoint parts of json, so that BytesMax bytes are enough for all of them.
    private Span<byte> _free;
    private Members _seen;
    private ReadOnlySpan<byte> _endpoint;
    private ReadOnlySpan<byte> _errorMessage;
    private byte _dataType;
    private byte _accept;
    private byte _error;

    public MessageHeaderReader(ReadOnlySpan<byte> json, Span<byte> text)
    {
        _json = json;
        _free = text;
    }

    public readonly MessageHeader Header => new(_endpoint, (DataType)_dataType, (DataType)_accept, (ReplyError)_error, _errorMessage);

    /// <summary><c>ws { [ member *( , member ) ] } ws</c>, and nothing after it.</summary>
    public MessageHeaderFault Read()
    {
        if (_json.Length > MessageHeader.BytesMax)
            return MessageHeaderFault.TooLong;
        if (!Utf8.IsValid(_json))
            return MessageHeaderFault.InvalidUtf8;
        SkipWhiteSpace();
        if (_at == _json.Length)
            return MessageHeaderFault.Empty;
        if (!Take((byte)'{'))
            return MessageHeaderFault.NotAnObject;
        if (!Take((byte)'}'))
        {
            do
            {
                if (ReadMember() is var fault and not MessageHeaderFault.None)
                    return fault;
            }
            while (Take((byte)','));
            if (!Take((byte)'}'))
                return MessageHeaderFault.InvalidJson;
        }
        SkipWhiteSpace();
        return _at == _json.Length ? MessageHeaderFault.None : MessageHeaderFault.TrailingBytes;
    }

    private MessageHeaderFault ReadMember()
    {
        if (!TakeString(out ReadOnlySpan<byte> escapedName) || !Take((byte)':'))
            return MessageHeaderFault.InvalidJson;
        if (!TryUnescape(escapedName, out ReadOnlySpan<byte> name))
            return MessageHeaderFault.InvalidUtf8;
        Members member = Match(name);
        if (member == Members.None)
            return SkipValue(1) ? MessageHeaderFault.None : MessageHeaderFault.InvalidJson;
        if ((_seen & member) != 0)
            return MessageHeaderFault.DuplicateMember;
        _seen |= member;
        SkipWhiteSpace();
        if (TakeWord("null"u8))
            return MessageHeaderFault.None;
        return member switch
        {
            Members.Endpoint => ReadText(out _endpoint),
            Members.DataType => ReadByte(out _dataType),
            Members.Accept => ReadByte(out _accept),
            Members.Error => ReadByte(out _error),
            _ => ReadText(out _errorMessage),
        };
    }

    private static Members Match(ReadOnlySpan<byte> name) => name.Length switch
    {
        5 when Ascii.EqualsIgnoreCase(name, "Error"u8) => Members.Error,
        6 when Ascii.EqualsIgnoreCase(name, "Accept"u8) => Members.Accept,
        8 when Ascii.EqualsIgnoreCase(name, "Endpoint"u8) => Members.Endpoint,
        8 when Ascii.EqualsIgnoreCase(name, "DataType"u8) => Members.DataType,
        12 when Ascii.EqualsIgnoreCase(name, "ErrorMessage"u8) => Members.ErrorMessage,
        _ => Members.None,
    };

    private MessageHeaderFault ReadText(out ReadOnlySpan<byte> text)
    {
        text = default;
        if (Peek() != '"')
            return OfAnotherKind();
        if (!TakeString(out ReadOnlySpan<byte> escaped))
            return MessageHeaderFault.InvalidJson;
        if (!TryUnescape(escaped, out text))
            return MessageHeaderFault.InvalidUtf8;
        if (_free.Overlaps(text))
            _free = _free[text.Length..];
        return MessageHeaderFault.None;
    }

    private MessageHeaderFault ReadByte(out byte value)
    {
        value = 0;
        if (Peek() is not '-' and not (>= '0' and <= '9'))
            return OfAnotherKind();
        int start = _at;
        if (!TakeNumber())
            return MessageHeaderFault.InvalidJson;
        ReadOnlySpan<byte> digits = _json[start.._at];
        int sum = 0;
        foreach (byte digit in digits[..Math.Min(digits.Length, 4)])
            sum = digit is >= (byte)'0' and <= (byte)'9' ? sum * 10 + digit - '0' : byte.MaxValue + 1;
        // No leading zeros, so four digits are above 255; the grammar leaves no room for a digit after a sign, a point or an exponent to bring it back.
        if (sum > byte.MaxValue)
            return MessageHeaderFault.OutOfRange;
        value = (byte)sum;
        return MessageHeaderFault.None;
    }

    private MessageHeaderFault OfAnotherKind() => SkipValue(1) ? MessageHeaderFault.WrongMemberType : MessageHeaderFault.InvalidJson;

    /// <summary>Passes over one value of any kind. The recursion ends at <see cref="DepthMax"/>.</summary>
    /// <param name="depth">The objects and arrays that are open around the value.</param>
    private bool SkipValue(int depth)
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
                return TakeNumber();
        }
    }

    /// <summary><c>[ - ] ( 0 | 1-9 *DIGIT ) [ . 1*DIGIT ] [ e [ + | - ] 1*DIGIT ]</c></summary>
    private bool TakeNumber()
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

    /// <summary>A string with correct escapes; <paramref name="escaped"/> is what stands between its quotes.</summary>
    private bool TakeString(out ReadOnlySpan<byte> escaped)
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

    /// <summary>The text of a string whose escapes are known to be correct; false when they leave half of a surrogate pair.</summary>
    private readonly bool TryUnescape(ReadOnlySpan<byte> escaped, out ReadOnlySpan<byte> text)
    {
        text = escaped;
        int backslash = escaped.IndexOf((byte)'\\');
        if (backslash < 0)
            return true;
        int length = 0;
        for (; backslash >= 0; backslash = escaped.IndexOf((byte)'\\'))
        {
            escaped[..backslash].CopyTo(_free[length..]);
            length += backslash;
            escaped = escaped[backslash..];
            if (!TryDecodeEscape(escaped, out Rune rune, out int escapeLength))
                return false;
            length += rune.EncodeToUtf8(_free[length..]);
            escaped = escaped[escapeLength..];
        }
        escaped.CopyTo(_free[length..]);
        text = _free[..(length + escaped.Length)];
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

    private bool TakeWord(ReadOnlySpan<byte> word)
    {
        if (!_json[_at..].StartsWith(word))
            return false;
        _at += word.Length;
        return true;
    }

    /// <summary>Passes over white space and then <paramref name="expected"/>, if it is there.</summary>
    private bool Take(byte expected)
    {
        SkipWhiteSpace();
        if (Peek() != expected)
            return false;
        _at++;
        return true;
    }

    private void SkipWhiteSpace()
    {
        while (Peek() is ' ' or '\t' or '\r' or '\n')
            _at++;
    }

    private readonly int Peek() => (uint)_at < (uint)_json.Length ? _json[_at] : -1;
}
