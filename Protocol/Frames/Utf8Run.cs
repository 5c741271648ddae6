using System.Numerics;
using System.Runtime.Intrinsics;

namespace FrameRpc.Protocol.Frames;

/// <summary>Runs over well-formed UTF-8 in a JSON string, 16 bytes at a time.</summary>
/// <remarks>
/// What can be wrong with two bytes in a row shows in three of their nibbles, so three look-ups in tables of 16 entries find it; where a third or fourth byte must
/// stand follows from the bytes two and three places before.
/// Source: J. Keiser, D. Lemire, "Validating UTF-8 in less than one instruction per byte", 2021.
/// </remarks>
internal static class Utf8Run
{
    /// <summary>How far back a byte's place in its sequence can show.</summary>
    private const int LookBehindBytes = 3;

    // What is wrong with a pair of bytes; each bit has to be set in all three tables.
    private const byte TooShort = 1;            // a first byte, and no continuation behind it
    private const byte TooLong = 2;             // a continuation behind ASCII
    private const byte TwoContinuations = 4;    // right only as third or fourth byte
    private const byte Overlong2 = 8;           // C0, C1
    private const byte Overlong3 = 16;          // E0 80 to E0 9F
    private const byte Overlong4 = 32;          // F0 80 to F0 8F; the same bit stands for F5 80 and above, whose second byte is alike
    private const byte TooLargeBelow90 = Overlong4;
    private const byte TooLarge = 64;           // F4 90 and above, F5 90 and above
    private const byte Surrogate = 128;         // ED A0 to ED BF
    private const byte AnyFirst = TooShort | TooLong | TwoContinuations;

    private static Vector128<byte> OfFirstHigh => Vector128.Create(
        TooLong, TooLong, TooLong, TooLong, TooLong, TooLong, TooLong, TooLong,
        TwoContinuations, TwoContinuations, TwoContinuations, TwoContinuations,
        TooShort | Overlong2, TooShort, TooShort | Overlong3 | Surrogate, TooShort | Overlong4 | TooLargeBelow90 | TooLarge);

    private static Vector128<byte> OfFirstLow => Vector128.Create(
        AnyFirst | Overlong2 | Overlong3 | Overlong4, AnyFirst | Overlong2, AnyFirst, AnyFirst,
        AnyFirst | TooLarge, AnyFirst | TooLarge | TooLargeBelow90, AnyFirst | TooLarge | TooLargeBelow90, AnyFirst | TooLarge | TooLargeBelow90,
        AnyFirst | TooLarge | TooLargeBelow90, AnyFirst | TooLarge | TooLargeBelow90, AnyFirst | TooLarge | TooLargeBelow90, AnyFirst | TooLarge | TooLargeBelow90,
        AnyFirst | TooLarge | TooLargeBelow90, AnyFirst | TooLarge | TooLargeBelow90 | Surrogate, AnyFirst | TooLarge | TooLargeBelow90, AnyFirst | TooLarge | TooLargeBelow90);

    private static Vector128<byte> OfSecondHigh => Vector128.Create(
        TooShort, TooShort, TooShort, TooShort, TooShort, TooShort, TooShort, TooShort,
        TooLong | TwoContinuations | Overlong2 | Overlong3 | Overlong4,
        TooLong | TwoContinuations | Overlong2 | Overlong3 | TooLarge,
        TooLong | TwoContinuations | Overlong2 | Surrogate | TooLarge,
        TooLong | TwoContinuations | Overlong2 | Surrogate | TooLarge,
        TooShort, TooShort, TooShort, TooShort);

    /// <summary>Passes over whole characters of any length, up to a quote, a backslash or a control character.</summary>
    /// <param name="text">All that is at hand; what stands before <paramref name="at"/> was passed as right.</param>
    /// <param name="at">Where a character begins.</param>
    /// <returns>Where a character begins that is none of the kind, is wrong, or is near to the end of the text; <paramref name="at"/> itself if the first is.</returns>
    public static int Pass(ReadOnlySpan<byte> text, int at)
    {
        if (at < LookBehindBytes)
            return at;
        while (at <= text.Length - Vector128<byte>.Count)
        {
            var block = Vector128.Create(text.Slice(at, Vector128<byte>.Count));
            uint stops = (Vector128.Equals(block, Vector128.Create((byte)'"')) | Vector128.Equals(block, Vector128.Create((byte)'\\'))
                | Vector128.LessThan(block, Vector128.Create((byte)' '))).ExtractMostSignificantBits();
            int length = stops == 0 ? Vector128<byte>.Count : BitOperations.TrailingZeroCount(stops);
            // A sequence that the stop cuts off is a fault at the stop.
            uint upToStop = (2u << length) - 1;
            if ((Faults(text, at, block) & upToStop) != 0)
                break;
            at += length;
            if (stops != 0)
                return at;
        }
        return BeginOfUnfinished(text, at);
    }

    private static uint Faults(ReadOnlySpan<byte> text, int at, Vector128<byte> block)
    {
        var one = Vector128.Create(text.Slice(at - 1, Vector128<byte>.Count));
        var two = Vector128.Create(text.Slice(at - 2, Vector128<byte>.Count));
        var three = Vector128.Create(text.Slice(at - 3, Vector128<byte>.Count));
        Vector128<byte> ofPair = Vector128.Shuffle(OfFirstHigh, one >>> 4) & Vector128.Shuffle(OfFirstLow, one & Vector128.Create((byte)0x0F))
            & Vector128.Shuffle(OfSecondHigh, block >>> 4);
        Vector128<byte> inside = Vector128.GreaterThanOrEqual(two, Vector128.Create((byte)0xE0)) | Vector128.GreaterThanOrEqual(three, Vector128.Create((byte)0xF0));
        Vector128<byte> right = Vector128.Equals(ofPair, inside & Vector128.Create(TwoContinuations));
        return ~right.ExtractMostSignificantBits() & 0xFFFF;
    }

    /// <summary>Where the last character before <paramref name="at"/> begins, if it goes on there; else <paramref name="at"/>.</summary>
    private static int BeginOfUnfinished(ReadOnlySpan<byte> text, int at)
    {
        for (int back = 1; back <= LookBehindBytes; back++)
        {
            byte before = text[at - back];
            if ((before & 0xC0) == 0x80)
                continue;
            int bytes = before switch { < 0xC0 => 1, < 0xE0 => 2, < 0xF0 => 3, _ => 4 };
            return bytes > back ? at - back : at;
        }
        return at;
    }
}
