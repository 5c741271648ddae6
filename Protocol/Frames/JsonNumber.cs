using System.Numerics;
using System.Runtime.Intrinsics;

namespace FrameRpc.Protocol.Frames;

/// <summary><c>[ - ] ( 0 | 1-9 *DIGIT ) [ . 1*DIGIT ] [ e [ + | - ] 1*DIGIT ]</c></summary>
internal static class JsonNumber
{
    /// <summary>Bytes that <see cref="End"/> looks at. Longer numbers are rare: a double has at most 24 characters.</summary>
    public const int WindowBytes = 32;

    /// <summary>Whether a number may end here.</summary>
    public static bool MayEnd(JsonState state) =>
        state is JsonState.Zero or JsonState.Integer or JsonState.Fraction or JsonState.ExponentDigits;

    // Baseline x86 compares unsigned bytes only by their minimum.
    public static Vector128<byte> DigitsIn(Vector128<byte> bytes)
    {
        Vector128<byte> fromZero = bytes - Vector128.Create((byte)'0');
        return Vector128.Equals(Vector128.Min(fromZero, Vector128.Create((byte)9)), fromZero);
    }

    /// <summary>One step through the grammar; <see cref="JsonState.Broken"/> if the byte does not continue the number.</summary>
    public static JsonState Next(JsonState state, byte next)
    {
        bool digit = IsDigit(next);
        bool exponent = next is (byte)'e' or (byte)'E';
        return state switch
        {
            JsonState.Minus when digit => next == '0' ? JsonState.Zero : JsonState.Integer,
            JsonState.Zero or JsonState.Integer when next == '.' => JsonState.Point,
            JsonState.Zero or JsonState.Integer or JsonState.Fraction when exponent => JsonState.Exponent,
            JsonState.Integer or JsonState.Fraction or JsonState.ExponentDigits when digit => state,
            JsonState.Point when digit => JsonState.Fraction,
            JsonState.Exponent when next is (byte)'+' or (byte)'-' => JsonState.ExponentSign,
            JsonState.Exponent or JsonState.ExponentSign when digit => JsonState.ExponentDigits,
            _ => JsonState.Broken,
        };
    }

    /// <summary>
    /// The index of the byte that ends the number at <paramref name="at"/>, or <see cref="JsonChecker.NotTaken"/> if the window has no such end.
    /// </summary>
    /// <remarks>All digits of the window are found at once, so their number is not a branch that could be mispredicted.</remarks>
    public static int End(ReadOnlySpan<byte> text, int at)
    {
        ReadOnlySpan<byte> window = text.Slice(at, WindowBytes);
        ulong digits = Digits(window[..Vector128<byte>.Count]) | (ulong)Digits(window[Vector128<byte>.Count..]) << Vector128<byte>.Count;
        int integer = window[0] == '-' ? 1 : 0;
        int end = PassDigits(digits, integer);
        if (end == integer || (end > integer + 1 && window[integer] == '0'))
            return JsonChecker.NotTaken;
        if (end < WindowBytes && window[end] == '.')
        {
            int fraction = end + 1;
            end = PassDigits(digits, fraction);
            if (end == fraction)
                return JsonChecker.NotTaken;
        }
        if (end < WindowBytes && (window[end] | 0x20) == 'e')
        {
            int exponent = end + 1;
            if (exponent < WindowBytes && window[exponent] is (byte)'+' or (byte)'-')
                exponent++;
            end = PassDigits(digits, exponent);
            if (end == exponent)
                return JsonChecker.NotTaken;
        }
        // A NUL may be the padding of a chunk, see JsonChecker: the number may then continue in the next.
        return end < WindowBytes && window[end] != 0 ? at + end : JsonChecker.NotTaken;
    }

    private static bool IsDigit(byte candidate) => candidate is >= (byte)'0' and <= (byte)'9';

    private static uint Digits(ReadOnlySpan<byte> bytes) => DigitsIn(Vector128.Create(bytes)).ExtractMostSignificantBits();

    private static int PassDigits(ulong digits, int at) => at + BitOperations.TrailingZeroCount(~(digits >> at));
}
