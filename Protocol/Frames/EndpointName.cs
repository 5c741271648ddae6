namespace FrameRpc.Protocol.Frames;

/// <summary>
/// Decides, while a member name arrives with its escapes, whether Go's <c>encoding/json</c> takes it for a header's <c>Endpoint</c>.
/// </summary>
/// <remarks>
/// Go folds names: both cases of ASCII letters, and by Unicode's simple folding U+017F with <c>s</c> and U+212A (the Kelvin sign) with <c>k</c>. No
/// letter of "Endpoint" is affected by these two or folds with anything else: U+0130 and U+0131, the Turkish letters i, fold with <c>i</c> in no
/// simple folding.
/// </remarks>
internal struct EndpointName
{
    private const byte Differs = byte.MaxValue;
    private const int UnicodeEscapeBytes = 6;

    private byte _matched;
    private bool _escaped;
    private byte _hexDigitsLeft;
    private ushort _unit;

    /// <summary>A string that is no such name.</summary>
    public static EndpointName Other => new() { _matched = Differs };

    private static ReadOnlySpan<byte> Lower => "endpoint"u8;

    /// <summary>Whether the bytes so far are the whole name.</summary>
    public readonly bool Matches => _matched == Lower.Length;

    /// <summary>Whether a complete name is the one.</summary>
    /// <param name="raw">The text between the quotes, with its escapes.</param>
    public static bool IsEndpoint(ReadOnlySpan<byte> raw)
    {
        if (raw.Length < Lower.Length || raw.Length > Lower.Length * UnicodeEscapeBytes)
            return false;
        var name = default(EndpointName);
        name.Take(raw);
        return name.Matches;
    }

    /// <summary>Adds the next bytes of the name. Their grammar is checked elsewhere.</summary>
    public void Take(ReadOnlySpan<byte> raw)
    {
        for (int at = 0; at < raw.Length && _matched != Differs; at++)
            Take(raw[at]);
    }

    public void Take(byte next)
    {
        if (_hexDigitsLeft > 0)
        {
            _unit = (ushort)(_unit << 4 | ValueOfHex(next));
            if (--_hexDigitsLeft == 0)
                Match(_unit);
        }
        else if (_escaped)
        {
            // Of the escapes, only that of a code unit can be a letter of the name.
            _escaped = false;
            if (next == 'u')
                _hexDigitsLeft = 4;
            else
                _matched = Differs;
        }
        else if (next == '\\')
            _escaped = true;
        else
            Match(next);
    }

    private static int ValueOfHex(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    private void Match(ushort unit)
    {
        bool same = _matched < Lower.Length && (unit | 0x20) == Lower[_matched];
        _matched = same ? (byte)(_matched + 1) : Differs;
    }
}
