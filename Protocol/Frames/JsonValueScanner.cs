using System.Buffers;

namespace FrameRpc.Protocol.Frames;

/// <summary>Finds the end of the one JSON value of a part that comes in chunks, so that nothing can be smuggled behind it.</summary>
/// <remarks>
/// The first implementation's decoder stops at the end of the first value and leaves the rest of the part in the connection, where it is read as the next
/// message's header. A part is therefore passed on only as far as this finds a single value.
/// <para>
/// Only structure is followed: strings with their escapes, and how deep brackets of either kind are nested. Where a decoder accepts a value its brackets and
/// quotes are balanced, so it ends exactly where this says; where this sees a value in broken syntax, every decoder fails. Numbers and literals outside of
/// brackets end without a mark of their own, so they are followed exactly: Go reads <c>01</c> as 0 and leaves the 1, and <c>truefalse</c> as true.
/// </para>
/// <c>default</c> is ready for a new part. Nothing is allocated; memory does not grow with the part or its depth.
/// Source: RFC 8259; Go's <c>encoding/json</c>, <c>stream.go</c> and <c>scanner.go</c>.
/// </remarks>
public struct JsonValueScanner
{
    private enum State : byte
    {
        Before, Container, String, Escape, Literal,
        Minus, Zero, Integer, Point, Fraction, Exponent, ExponentSign, ExponentDigits,
        After, Broken,
    }

    private static readonly SearchValues<byte> Structure = SearchValues.Create("\"{}[]"u8);
    private static readonly SearchValues<byte> WhiteSpace = SearchValues.Create(" \t\r\n"u8);

    private State _state;
    private byte _literalFirst;
    private byte _literalBytes;
    private long _depth;
    private long _trailingWhitespace;

    /// <summary>Whether the bytes so far are one whole value. A number outside of brackets counts although it could go on: the end of the part ends it.</summary>
    public readonly bool Complete => _state is State.After or State.Zero or State.Integer or State.Fraction or State.ExponentDigits;

    /// <summary>How many bytes of white space came since the last byte of another kind, over all chunks; <see cref="int.MaxValue"/> stands for that or more.</summary>
    /// <remarks>Where <see cref="Complete"/> holds, this is what follows the value and need not be passed on.</remarks>
    public readonly int TrailingWhitespace => (int)Math.Min(_trailingWhitespace, int.MaxValue);

    /// <summary>Takes the next bytes of the part, any number of them.</summary>
    /// <returns>
    /// False when the part is not one value: bytes other than white space follow it, a bracket closes that was not opened, or what comes first is no value.
    /// It stays false then.
    /// </returns>
    public bool Feed(ReadOnlySpan<byte> chunk)
    {
        int last = chunk.LastIndexOfAnyExcept(WhiteSpace);
        _trailingWhitespace = last < 0 ? _trailingWhitespace + chunk.Length : chunk.Length - 1 - last;

        while (!chunk.IsEmpty && _state != State.Broken)
        {
            int taken = _state switch
            {
                State.Before or State.After => TakeOutside(chunk),
                State.Container => TakeInContainer(chunk),
                State.String => TakeInString(chunk),
                State.Escape => TakeEscaped(),
                State.Literal => TakeInLiteral(chunk[0]),
                _ => TakeInNumber(chunk[0]),
            };
            chunk = chunk[taken..];
        }
        return _state != State.Broken;
    }

    private int TakeOutside(ReadOnlySpan<byte> chunk)
    {
        int start = chunk.IndexOfAnyExcept(WhiteSpace);
        if (start < 0)
            return chunk.Length;
        if (_state == State.After)
        {
            _state = State.Broken;
            return start;
        }
        byte first = chunk[start];
        _state = first switch
        {
            (byte)'{' or (byte)'[' => State.Container,
            (byte)'"' => State.String,
            (byte)'t' or (byte)'f' or (byte)'n' => State.Literal,
            (byte)'-' => State.Minus,
            (byte)'0' => State.Zero,
            >= (byte)'1' and <= (byte)'9' => State.Integer,
            _ => State.Broken,
        };
        _depth = _state == State.Container ? 1 : 0;
        _literalFirst = first;
        _literalBytes = 1;
        return start + 1;
    }

    private int TakeInContainer(ReadOnlySpan<byte> chunk)
    {
        int found = chunk.IndexOfAny(Structure);
        if (found < 0)
            return chunk.Length;
        switch (chunk[found])
        {
            case (byte)'"':
                _state = State.String;
                break;
            case (byte)'{' or (byte)'[':
                _depth++;
                break;
            default:
                if (--_depth == 0)
                    _state = State.After;
                break;
        }
        return found + 1;
    }

    private int TakeInString(ReadOnlySpan<byte> chunk)
    {
        int found = chunk.IndexOfAny((byte)'"', (byte)'\\');
        if (found < 0)
            return chunk.Length;
        _state = chunk[found] == '\\' ? State.Escape : _depth > 0 ? State.Container : State.After;
        return found + 1;
    }

    // The digits of \uXXXX hold neither a quote nor a backslash, so they need no state of their own.
    private int TakeEscaped()
    {
        _state = State.String;
        return 1;
    }

    private int TakeInLiteral(byte next)
    {
        ReadOnlySpan<byte> literal = _literalFirst switch
        {
            (byte)'t' => "true"u8,
            (byte)'f' => "false"u8,
            _ => "null"u8,
        };
        if (next != literal[_literalBytes++])
            _state = State.Broken;
        else if (_literalBytes == literal.Length)
            _state = State.After;
        return 1;
    }

    /// <summary>One step through RFC 8259's grammar of a number. A byte that cannot continue it ends it, and is looked at again as what follows.</summary>
    private int TakeInNumber(byte next)
    {
        bool digit = next is >= (byte)'0' and <= (byte)'9';
        bool exponent = next is (byte)'e' or (byte)'E';
        State? following = _state switch
        {
            State.Minus when digit => next == '0' ? State.Zero : State.Integer,
            State.Zero or State.Integer when next == '.' => State.Point,
            State.Zero or State.Integer or State.Fraction when exponent => State.Exponent,
            State.Integer or State.Fraction or State.ExponentDigits when digit => _state,
            State.Point when digit => State.Fraction,
            State.Exponent when next is (byte)'+' or (byte)'-' => State.ExponentSign,
            State.Exponent or State.ExponentSign when digit => State.ExponentDigits,
            _ => null,
        };
        if (following is { } state)
        {
            _state = state;
            return 1;
        }
        _state = Complete ? State.After : State.Broken;
        return 0;
    }
}
