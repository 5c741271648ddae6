using System.Runtime.CompilerServices;

namespace FrameRpc.Protocol.Frames;

/// <summary>
/// Checks by the full grammar of RFC 8259 that a part which arrives in chunks is exactly one JSON value, so that nothing can be smuggled in it or
/// after it.
/// </summary>
/// <remarks>
/// The first implementation's decoder stops at the end of the first value, or at its first error, and leaves the rest of the part in the connection,
/// where it is read as the next message's header. What this accepts, Go's <c>encoding/json</c> and System.Text.Json accept and read to the end; and
/// it accepts all UTF-8 that System.Text.Json accepts by default. So brackets nest up to 64 deep, strings are well-formed UTF-8, and there is no byte
/// order mark. Unpaired surrogates in escapes are within the grammar and accepted.
/// <para>
/// <c>default</c> is ready for a new part. Allocates nothing; memory does not grow with the part or its depth.
/// </para>
/// <para>
/// Two speeds: whole tokens in a chunk that are certainly valid are taken at once, with vectors; everything else goes byte by byte, and only that
/// decides what is invalid.
/// </para>
/// </remarks>
public struct JsonChecker
{
    /// <summary>A token has to be checked byte by byte.</summary>
    internal const int NotTaken = -1;

    private JsonNesting _nesting;
    private int _trailingWhitespace;
    private EndpointName _name;
    private Utf8Sequence _character;
    private JsonState _state;
    private bool _inName;
    private bool _couldBeHeader;
    private byte _literalFirst;
    // Letters of the literal so far, or hexadecimal digits of the escape still to come.
    private byte _progress;

    /// <summary>
    /// Whether the bytes so far are one complete value. A number outside of brackets counts although it could continue: the end of the part ends it.
    /// </summary>
    public readonly bool Complete => _state == JsonState.End || (_nesting.Depth == 0 && JsonNumber.MayEnd(_state));

    /// <summary>Bytes of white space since the last other byte, over all chunks; <see cref="int.MaxValue"/> stands for that or more.</summary>
    /// <remarks>If <see cref="Complete"/>, they follow the value and need not be forwarded.</remarks>
    public readonly int TrailingWhitespace => _trailingWhitespace;

    /// <summary>
    /// Whether the first implementation would take the bytes so far for a harmful message header: the literal <c>null</c>, or an object that has, at
    /// its outermost level, a member named <c>Endpoint</c> in any case and with any escapes. It can become true before the value is complete, and
    /// stays true.
    /// </summary>
    public readonly bool CouldBeHeader => _couldBeHeader;

    /// <summary>Whether the value is an object, which its first byte that is not white space decides.</summary>
    public readonly bool IsObject => _nesting.OutermostIsObject;

    /// <summary>Whether anything but white space has arrived.</summary>
    public readonly bool HasBegun => _state != JsonState.Value || _nesting.Depth > 0;

    /// <summary>Takes the next bytes of the part, any number of them.</summary>
    /// <returns>False as soon as the part cannot be exactly one value, and from then on.</returns>
    public bool Feed(ReadOnlySpan<byte> chunk)
    {
        int trailing = JsonWhiteSpace.TrailingBytes(chunk);
        _trailingWhitespace = trailing < chunk.Length ? trailing : (int)Math.Min((long)_trailingWhitespace + trailing, int.MaxValue);

        int at = Take(chunk, 0, chunk.Length - JsonNumber.WindowBytes);
        if (at < chunk.Length && _state != JsonState.Broken)
            TakeTail(chunk[at..]);
        return _state != JsonState.Broken;
    }

    /// <summary>Takes the last bytes of a chunk, padded with zeros, which give the vectors room and stop them, because they are not JSON.</summary>
    private void TakeTail(ReadOnlySpan<byte> tail)
    {
        const int Before = Utf8Run.LookBehindBytes;
        Span<byte> filledUp = stackalloc byte[Before + JsonNumber.WindowBytes + JsonNumber.WindowBytes];
        filledUp.Clear();
        tail.CopyTo(filledUp[Before..]);
        _ = Take(filledUp, Before, Before + tail.Length);
    }

    /// <summary>
    /// Takes what begins before <paramref name="end"/> and returns where it ends. The text has at least <see cref="JsonNumber.WindowBytes"/> more
    /// bytes after <paramref name="end"/>.
    /// </summary>
    private int Take(ReadOnlySpan<byte> text, int at, int end)
    {
        while (at < end && _state != JsonState.Broken)
        {
            if (_state <= JsonState.End)
                at = TakeTokens(text, at, end);
            else if (_state == JsonState.String)
                at = TakeContents(text, at);
            if (at < end)
                Step(text[at++]);
        }
        return at;
    }

    /// <summary>Takes whole tokens while they are plainly valid; returns the position of the first that is not.</summary>
    private int TakeTokens(ReadOnlySpan<byte> text, int at, int end)
    {
        JsonState state = _state;
        JsonNesting nesting = _nesting;
        var stops = new JsonStringStops(at);
        while (at < end)
        {
            int next;
            JsonState following = state;
            byte first = text[at];
            switch (first)
            {
                case (byte)' ' when text[at + 1] > ' ':
                    next = at + 1;
                    break;
                case (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t':
                    next = JsonWhiteSpace.End(text, at);
                    break;
                case (byte)'"' when state <= JsonState.ValueOrEnd:
                    next = TakeString(text, at + 1, ref stops);
                    following = nesting.AfterValue;
                    break;
                case (byte)'"' when state <= JsonState.NameOrEnd:
                    next = TakeString(text, at + 1, ref stops);
                    following = JsonState.Colon;
                    if (nesting.Depth == 1 && next != NotTaken)
                        _couldBeHeader |= EndpointName.IsEndpoint(text[(at + 1)..(next - 1)]);
                    break;
                case (byte)'-' or (>= (byte)'0' and <= (byte)'9') when state <= JsonState.ValueOrEnd:
                    int list = nesting.InArray ? JsonNumberList.Pass(text, at) : at;
                    next = list > at ? list : JsonNumber.End(text, at);
                    following = list > at ? JsonState.Value : nesting.AfterValue;
                    break;
                case (byte)'t' or (byte)'f' or (byte)'n' when state <= JsonState.ValueOrEnd:
                    next = JsonLiteral.End(text, at);
                    following = nesting.AfterValue;
                    _couldBeHeader |= first == 'n' && next != NotTaken && nesting.Depth == 0;
                    break;
                default:
                    following = nesting.Take(first, state);
                    next = following == JsonState.Broken ? NotTaken : at + 1;
                    break;
            }
            if (next == NotTaken)
                break;
            at = next;
            state = following;
            if (state == JsonState.CommaOrEnd && at < end && text[at] == ',')
                (at, state) = (at + 1, nesting.AfterComma);
            else if (state == JsonState.Colon && at < end && text[at] == ':')
                (at, state) = (at + 1, JsonState.Value);
        }
        _state = state;
        _nesting = nesting;
        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int TakeString(ReadOnlySpan<byte> text, int at, ref JsonStringStops stops)
    {
        int end = stops.Next(text, at);
        return (uint)end < (uint)text.Length && text[end] == '"' ? end + 1 : TakeLongString(text, end);
    }

    private static int TakeLongString(ReadOnlySpan<byte> text, int at)
    {
        int end = JsonString.PassContents(text, at);
        return end < text.Length && text[end] == '"' ? end + 1 : NotTaken;
    }

    private int TakeContents(ReadOnlySpan<byte> text, int at)
    {
        int end = JsonString.PassContents(text, at);
        _name.Take(text[at..end]);
        return end;
    }

    private void Step(byte next) => _state = _state switch
    {
        <= JsonState.End => StepBetweenTokens(next),
        JsonState.String => StepInString(next),
        JsonState.Escape or JsonState.HexDigits or JsonState.Utf8Tail => StepInCharacter(next),
        JsonState.Literal => StepInLiteral(next),
        _ => StepInNumber(next),
    };

    private JsonState StepBetweenTokens(byte next)
    {
        if (JsonWhiteSpace.Contains(next))
            return _state;
        switch (next)
        {
            case (byte)'"' when _state <= JsonState.NameOrEnd:
                _inName = _state >= JsonState.Name;
                _name = _inName && _nesting.Depth == 1 ? default : EndpointName.Other;
                return JsonState.String;
            case (byte)'t' or (byte)'f' or (byte)'n' when _state <= JsonState.ValueOrEnd:
                _literalFirst = next;
                _progress = 1;
                return JsonState.Literal;
            case (byte)'-' or (>= (byte)'0' and <= (byte)'9') when _state <= JsonState.ValueOrEnd:
                return next == '-' ? JsonState.Minus : JsonNumber.Next(JsonState.Minus, next);
            default:
                return _nesting.Take(next, _state);
        }
    }

    private JsonState StepInString(byte next)
    {
        if (next == '"')
        {
            _couldBeHeader |= _name.Matches;
            return _inName ? JsonState.Colon : _nesting.AfterValue;
        }
        _name.Take([next]);
        return next switch
        {
            (byte)'\\' => JsonState.Escape,
            < (byte)' ' => JsonState.Broken,
            < 0x80 => JsonState.String,
            _ => _character.Begin(next) ? JsonState.Utf8Tail : JsonState.Broken,
        };
    }

    private JsonState StepInCharacter(byte next)
    {
        _name.Take([next]);
        switch (_state)
        {
            case JsonState.Utf8Tail:
                return !_character.Continue(next) ? JsonState.Broken : _character.Ended ? JsonState.String : JsonState.Utf8Tail;
            case JsonState.Escape when JsonString.IsEscaped(next):
                _progress = 4;
                return next == 'u' ? JsonState.HexDigits : JsonState.String;
            case JsonState.HexDigits when char.IsAsciiHexDigit((char)next):
                return --_progress == 0 ? JsonState.String : JsonState.HexDigits;
            default:
                return JsonState.Broken;
        }
    }

    private JsonState StepInLiteral(byte next)
    {
        ReadOnlySpan<byte> literal = JsonLiteral.Of(_literalFirst);
        if (next != literal[_progress++])
            return JsonState.Broken;
        if (_progress < literal.Length)
            return JsonState.Literal;
        _couldBeHeader |= _literalFirst == 'n' && _nesting.Depth == 0;
        return _nesting.AfterValue;
    }

    /// <summary>A byte that does not continue a number that may end must be one that can follow a value.</summary>
    private JsonState StepInNumber(byte next)
    {
        JsonState following = JsonNumber.Next(_state, next);
        if (following != JsonState.Broken || !JsonNumber.MayEnd(_state))
            return following;
        _state = _nesting.AfterValue;
        return StepBetweenTokens(next);
    }
}

/// <summary>What a JSON text needs next by RFC 8259. The order matters: up to <see cref="End"/> the text is between two tokens.</summary>
internal enum JsonState : byte
{
    Value, ValueOrEnd, Name, NameOrEnd, Colon, CommaOrEnd, End,
    String, Escape, HexDigits, Utf8Tail,
    Literal,
    Minus, Zero, Integer, Point, Fraction, Exponent, ExponentSign, ExponentDigits,
    Broken,
}
